// What the page can do beyond showing itself: contents that say where one is, drawings that enlarge, tables that sort, numbers
// to take along. Without it nothing is missing.
"use strict";

function button(text, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", action);
  return made;
}

// The current section is that of the last heading above a third of the window. The area watched begins far above the
// window, so that a heading enters or leaves it once, however far one jumps.
const links = new Map([...document.querySelectorAll(".contents a")].map((link) => [link.hash.slice(1), link]));
const headings = [...links.keys()].map((id) => document.getElementById(id));
const above = new Set();
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) above[entry.isIntersecting ? "add" : "delete"](entry.target);
  const current = links.get(headings.findLast((heading) => above.has(heading))?.id);
  for (const link of links.values()) link.toggleAttribute("aria-current", false);
  current?.setAttribute("aria-current", "true");
  const column = current?.closest(".contents");
  if (column && getComputedStyle(column).position === "fixed") {
    const [inner, outer] = [current.getBoundingClientRect(), column.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom) column.scrollTop += inner.top - outer.height / 2;
  }
}, { rootMargin: "1000000px 0px -66% 0px" });
headings.forEach((heading) => watcher.observe(heading));

// Enlarging moves the drawing itself into a dialog and back, so that its ids stay unique. The browser closes dialogs by Escape.
const dialog = document.body.appendChild(document.createElement("dialog"));
const close = button("Close", () => dialog.close());
let home = null;

function enlarge(place) {
  home = place;
  home.style.minHeight = `${home.offsetHeight}px`;  // the page does not move behind the dialog
  dialog.setAttribute("aria-label", place.dataset.name);
  dialog.replaceChildren(close, place.querySelector("svg"));
  dialog.showModal();
}

dialog.addEventListener("close", () => {
  home.prepend(dialog.querySelector("svg"));
  home.style.minHeight = "";
});
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

const nameOf = (part) => part.querySelector("figcaption b, caption b").textContent.replace(".", "");

for (const figure of document.querySelectorAll("figure")) {
  const places = figure.querySelectorAll(".drawing");
  places.forEach((place, number) => {
    const title = place.querySelector("title");
    title.id = `${figure.id}-title-${number}`;
    place.dataset.name = nameOf(figure) + (places.length > 1 ? ` (${"abcdefgh"[number]})` : "");
    place.setAttribute("role", "button");
    place.setAttribute("aria-haspopup", "dialog");
    place.setAttribute("aria-label", `Enlarge ${place.dataset.name}`);
    place.setAttribute("aria-describedby", title.id);
    place.addEventListener("click", () => enlarge(place));
    place.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      enlarge(place);
    });
  });
}

// Sorting: by the column's numbers if all are, else by its words; what is empty or failed stays last. A second time turns it round.
function key(row, column) {
  const cell = row.cells[column];
  return cell.dataset.sort ?? cell.textContent.trim();
}

function sort(table, header, column) {
  const descending = header.getAttribute("aria-sort") === "ascending";
  const rows = [...table.tBodies[0].rows];
  const empty = (row) => ["", "nan"].includes(key(row, column));
  const numeric = rows.every((row) => empty(row) || !Number.isNaN(Number(key(row, column))));
  const compare = (a, b) => (numeric ? key(a, column) - key(b, column) : key(a, column).localeCompare(key(b, column)));
  rows.sort((a, b) => empty(a) - empty(b) || (empty(a) ? 0 : descending ? compare(b, a) : compare(a, b)));
  table.tBodies[0].append(...rows);
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", descending ? "descending" : "ascending");
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((header, column) => {
    const sorter = button("", () => sort(table, header, column));
    sorter.append(...header.childNodes);
    header.append(sorter);
  });
  table.tHead.rows[0].cells[0].setAttribute("aria-sort", "ascending");
}

// Numbers to take along. Those of a table are its cells': unrounded where they are known, else as printed, in plain signs. What
// stands behind a "\u00b1" or in small print gets a column of its own.
function partsOf(cell) {
  if ("sort" in cell.dataset) return [cell.dataset.sort];
  const copy = cell.cloneNode(true);
  copy.querySelectorAll("sup").forEach((power) => power.prepend("^"));
  copy.querySelectorAll(".interval").forEach((small) => small.prepend("\u00b1"));
  copy.querySelectorAll("br").forEach((end) => end.replaceWith(" "));
  const text = copy.textContent.replaceAll("\u2212", "-").replace(/(?<=\d)\u202f(?=\d)/g, "").replace(/\s+/g, " ").trim();
  const parts = text.split(/(?:\s*\u00b1\s*)+/);
  return parts.map((part) => part.replace(/^(?:(\S+) \u00d7 )?10\^(-?\d+)$/, (_, digits, power) => `${digits ?? 1}e${power}`));
}

function rowsOfTable(table) {
  const [heads, ...rows] = [...table.rows].map((row) => [...row.cells].map(partsOf));
  const counts = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 1)));
  const spread = (row, filled) => counts.flatMap((count, column) => Array.from({ length: count }, (_, k) => filled(row[column], k)));
  return [
    spread(heads, ([head], k) => (k ? `${head} (${k + 1})` : head)),
    ...rows.map((row) => spread(row, (parts, k) => parts?.[k] ?? "")),
  ];
}

// Those of a drawing are packed: notes, and of each series the columns that its points make.
async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}

async function rowsOfFigure(figure) {
  const rows = [["panel", "series", "x", "y", "value"]];
  for (const drawing of figure.querySelectorAll("svg[data-numbers]")) {
    const [notes, series] = await unpacked(drawing.dataset.numbers);
    rows.push(...notes.map((note) => [`# ${note}`]));
    for (const [panel, name, ...columns] of series) {
      const lists = columns.map((column) => (column ? column.split(" ") : []));
      const count = Math.max(...lists.map((list) => list.length));
      for (let k = 0; k < count; k += 1) rows.push([panel, name, ...lists.map((list) => (list[k] ?? "").replace(/^\.$/, ""))]);
    }
  }
  return rows;
}

function download(name, rows) {
  const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rows.map((row) => (row.length > 1 ? row.map(quoted).join(",") : row[0]));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

for (const part of document.querySelectorAll("figure, .table")) {
  const table = part.querySelector("table");
  if (!table && !(part.querySelector("svg[data-numbers]") && "DecompressionStream" in window)) continue;
  const name = nameOf(part);
  const file = `${name.toLowerCase().replace(/\s/g, "-")}-${part.id.replace(/^\w+?-/, "")}.csv`;
  const opener = button("CSV", async () => download(file, table ? rowsOfTable(table) : await rowsOfFigure(part)));
  opener.className = "csv";
  opener.setAttribute("aria-label", `Download the numbers of ${name} as CSV`);
  part.querySelector("figcaption, caption").append(" ", opener);
}

// Where numbers come from: shown beside one that is pointed at, or reached by the keyboard while all of them are marked.
const sources = JSON.parse(document.getElementById("sources").textContent);
const note = document.body.appendChild(document.createElement("div"));
note.id = "source";
note.setAttribute("role", "tooltip");
note.hidden = true;
let described = null;

function explain(number) {
  hide();
  described = number;
  const lines = [number.value, number.dataset.from, sources[number.dataset.read]];
  note.replaceChildren(...lines.map((text) => Object.assign(document.createElement("div"), { textContent: text })));
  note.hidden = false;
  const place = number.getBoundingClientRect();
  const below = place.bottom + note.offsetHeight < innerHeight || place.top < note.offsetHeight;
  note.style.top = `${scrollY + (below ? place.bottom : place.top - note.offsetHeight)}px`;
  note.style.left = `${Math.max(0, Math.min(place.left, document.documentElement.clientWidth - note.offsetWidth))}px`;
  number.setAttribute("aria-describedby", note.id);
}

function hide() {
  note.hidden = true;
  described?.removeAttribute("aria-describedby");
}

for (const event of ["pointerover", "focusin"]) {
  document.addEventListener(event, ({ target }) => {
    const number = target.closest("data");
    if (number) explain(number);
    else if (!note.contains(target) && described !== document.activeElement) hide();  // scrolling moves what is pointed at
  });
}
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());

const marking = button("Show where numbers come from", () => {
  const marked = document.body.classList.toggle("sources");
  marking.setAttribute("aria-pressed", marked);
  for (const number of document.querySelectorAll("data")) marked ? (number.tabIndex = 0) : number.removeAttribute("tabindex");
});
marking.className = "marking";
marking.setAttribute("aria-pressed", false);
document.querySelector("nav.contents").after(marking);
