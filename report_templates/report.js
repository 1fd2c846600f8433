// What the page can do beyond showing itself: drawings that enlarge, tables that sort. Without it nothing is missing.
"use strict";

// Enlarging moves the drawing itself into a dialog and back, so that its ids stay unique. The browser closes dialogs by Escape.
const dialog = document.body.appendChild(document.createElement("dialog"));
const close = button("Close", () => dialog.close());
let home = null;

function button(text, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", action);
  return made;
}

function enlarge(drawing, name) {
  home = drawing.parentElement;
  home.style.minHeight = `${home.offsetHeight}px`;  // the page does not move behind the dialog
  dialog.setAttribute("aria-label", name);
  dialog.replaceChildren(close, drawing);
  dialog.showModal();
}

dialog.addEventListener("close", () => {
  home.prepend(dialog.querySelector("svg"));
  home.style.minHeight = "";
});
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

for (const figure of document.querySelectorAll("figure")) {
  const name = figure.querySelector("figcaption b").textContent.replace(".", "");
  const places = figure.querySelectorAll(".drawing, .pair > div");
  places.forEach((place, number) => {
    const drawing = place.querySelector("svg");
    const part = places.length > 1 ? ` (${"abcdefgh"[number]})` : "";
    const opener = button(`Enlarge${part}`, () => enlarge(drawing, name + part));
    opener.setAttribute("aria-label", `Enlarge ${name}${part}`);
    opener.className = "enlarge";
    drawing.addEventListener("click", () => dialog.open || enlarge(drawing, name + part));
    figure.querySelector("figcaption").append(" ", opener);
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
