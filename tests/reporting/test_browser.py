"""The page in a browser, on a phone and on a desk, in light and in dark, without a network."""

import csv
import shutil

import numpy as np
import pytest

from reporting.results import load_all_results

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; make test installs it")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WINDOWS = {
    "narrow phone": (320, 640, "light"),
    **{
        f"{name} {scheme}": (*size, scheme)
        for scheme in ("light", "dark")
        for name, size in {"phone": (360, 740), "tablet": (768, 1024), "desktop": (1280, 900)}.items()
    },
}
WIDE = 1100  # px, from here on the contents stand in a column
TWO = ("phone light", "desktop dark")
in_two_windows = pytest.mark.parametrize("page", [WINDOWS[name] for name in TWO], ids=TWO, indirect=True)
PATIENCE = 120_000  # ms, for busy machines

WIDER_THAN_THE_PAGE = """() => [...document.querySelectorAll("body *")].filter(element =>
    element.getBoundingClientRect().right > innerWidth + 1 && !element.closest(".table, .drawing, .formula"))
    .map(element => element.outerHTML.slice(0, 90))"""
OUT_OF_REACH = """() => [...document.querySelectorAll("body *")].filter(element =>
    element.scrollWidth > element.clientWidth + 1 && ["auto", "scroll"].includes(getComputedStyle(element).overflowX)
    && element.tabIndex < 0).map(element => element.id || element.outerHTML.slice(0, 90))"""
FOCUS = """() => { const style = getComputedStyle(document.activeElement); return [document.activeElement.tagName,
    style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.textDecorationLine === "underline",
    document.activeElement.matches(":focus-visible")] }"""
CONTRAST = """() => {
    const channels = color => color.match(/[\\d.]+/g).map(Number);
    const linear = c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
    const ground = element => { for (; element; element = element.parentElement) {
        const color = channels(getComputedStyle(element).backgroundColor);
        if (color.length < 4 || color[3] > 0) return color }
        return [255, 255, 255] };
    const found = [];
    for (const element of document.querySelectorAll("body *:not(svg, svg *)")) {
        if (![...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())) continue;
        const style = getComputedStyle(element), size = parseFloat(style.fontSize);
        const pair = [light(channels(style.color)), light(ground(element))].sort((a, b) => b - a);
        const large = size >= 24 || size >= 18.66 && parseInt(style.fontWeight) >= 700;
        if ((pair[0] + 0.05) / (pair[1] + 0.05) < (large ? 3 : 4.5)) found.push(element.outerHTML.slice(0, 90));
    }
    return found }"""


@pytest.fixture(scope="module")
def browser():
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if not program:
        pytest.skip("no Chromium is installed")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"], timeout=PATIENCE)
        yield launched
        launched.close()


@pytest.fixture(scope="module", params=WINDOWS.values(), ids=WINDOWS)
def page(request, browser, built):
    """The report, opened offline; what it asked for and complained about is noted."""
    width, height, scheme = request.param
    size = {"width": width, "height": height}
    context = browser.new_context(viewport=size, color_scheme=scheme, offline=True, accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    opened.complaints, opened.requests = [], []
    opened.on("console", lambda message: opened.complaints.append(message.text))
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("request", lambda asked: opened.requests.append(asked.url))
    opened.goto((built / "report" / "report.html").as_uri())
    opened.wait_for_function("document.fonts.status === 'loaded'")
    yield opened
    context.close()


@in_two_windows
def test_it_works_offline_and_complains_of_nothing(page):
    assert page.complaints == []
    assert [url for url in page.requests if not url.startswith("data:")] == [page.url]
    assert page.evaluate("[...document.fonts].some(font => font.status === 'loaded')")


def test_nothing_scrolls_sideways_but_tables_and_drawings_in_their_boxes(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.evaluate(WIDER_THAN_THE_PAGE)
    assert page.evaluate(WIDER_THAN_THE_PAGE) == []


def test_what_scrolls_in_its_box_is_reached_by_the_keyboard(page):
    assert page.evaluate(OUT_OF_REACH) == []


@in_two_windows
def test_the_keyboards_place_is_visible(page):
    stops = page.evaluate("document.querySelectorAll('a[href], [tabindex]').length")
    page.evaluate("window.scrollTo(0, 0)")
    seen = set()
    for _ in range(min(stops, 40)):
        page.keyboard.press("Tab")
        tag, visible, by_keyboard = page.evaluate(FOCUS)
        assert visible and by_keyboard, tag
        seen.add(tag)
    assert {"A", "DIV"} <= seen


def test_text_stands_out_from_its_ground(page):
    """WCAG 2.1, 1.4.3: 4.5 to 1, or 3 to 1 where the text is large."""
    assert page.evaluate(CONTRAST) == []


@in_two_windows
def test_a_link_leads_to_its_place(page):
    for link in page.query_selector_all("nav a, p a")[::9]:
        target = link.get_attribute("href")
        assert page.query_selector(f'[id="{target[1:]}"]'), target


@in_two_windows
def test_every_drawing_has_a_name(page):
    named = "svg.getAttribute('role') === 'img' && svg.querySelector('title').textContent.trim()"
    assert page.evaluate(f"[...document.querySelectorAll('svg')].every(svg => {named})")


@in_two_windows
def test_a_table_of_combinations_sorts_by_the_keyboard_and_says_so(page):
    table = page.locator("#table-regression_trials")
    column = table.locator("thead th").all_inner_texts().index("Score")
    scores = table.locator(f"tbody tr td:nth-of-type({column})")
    assert table.locator("thead th").first.get_attribute("aria-sort") == "ascending"
    recorded = scores.all_inner_texts()
    for key, order in (("Enter", "ascending"), ("Space", "descending")):
        table.locator("thead button").nth(column).focus()
        page.keyboard.press(key)
        marked = table.locator("thead th[aria-sort]")
        assert marked.all_inner_texts() == ["Score"] and marked.get_attribute("aria-sort") == order
        assert scores.all_inner_texts() == sorted(recorded, key=float, reverse=order == "descending")
    table.locator("thead button").first.click()
    assert scores.all_inner_texts() == recorded


@in_two_windows
def test_what_has_no_number_is_sorted_last(page):
    table = page.locator("#table-regression_trials")
    column = table.locator("thead th").all_inner_texts().index("At least")
    for _ in range(2):
        table.locator("thead button").nth(column).click()
        values = table.locator(f"tbody tr td:nth-of-type({column})").all_inner_texts()
        assert values[-1] == "" and "" not in values[:-1]
    table.locator("thead button").first.click()


@in_two_windows
def test_drawings_enlarge_and_return_with_the_keyboards_place(page):
    for figure, number, key in (("regression_grid", 0, "Enter"), ("regression_training", 1, "Space")):
        place = page.locator(f"#figure-{figure} .drawing").nth(number)
        before = place.locator("svg").bounding_box()["width"]
        place.focus()
        page.keyboard.press(key)
        dialog = page.locator("dialog[open]")
        assert place.get_attribute("aria-label") == f"Enlarge {dialog.get_attribute('aria-label')}"
        assert dialog.locator("svg").bounding_box()["width"] > before
        assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
        page.keyboard.press("Escape")
        page.wait_for_function("!document.querySelector('dialog').open && !document.querySelector('dialog svg')")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == place.get_attribute("aria-label")
    assert page.evaluate("[...document.querySelectorAll('.drawing')].every(place => place.querySelector('svg'))")


@in_two_windows
def test_a_click_enlarges_and_a_click_beside_it_closes(page):
    page.locator("#figure-regression_weights svg").click()
    assert page.locator("dialog[open] svg").count() == 1
    page.mouse.click(2, 2)
    page.wait_for_function("!document.querySelector('dialog').open")
    assert page.locator("#figure-regression_weights svg").count() == 1 and page.complaints == []


@in_two_windows
def test_a_drawing_that_enlarges_says_so_and_what_it_shows(page):
    for place in page.query_selector_all("figure .drawing"):
        assert place.get_attribute("role") == "button" and place.get_attribute("aria-haspopup") == "dialog"
        described = page.query_selector(f"[id='{place.get_attribute('aria-describedby')}']")
        assert described.text_content() == place.query_selector("title").text_content()


def test_contents_stay_in_sight_beside_the_text_where_there_is_room(page):
    contents, wide = page.locator("nav.contents"), page.viewport_size["width"] >= WIDE
    page.evaluate("document.getElementById('conclusions').scrollIntoView()")
    column, text = contents.bounding_box(), page.locator("main").bounding_box()
    assert contents.locator(".below").first.is_visible() == wide
    assert (0 <= column["y"] < 100 and column["x"] + column["width"] < text["x"]) == wide
    if wide:
        assert column["y"] + column["height"] <= page.viewport_size["height"]
        listed = [" ".join(item.split()) for item in contents.locator("a").all_inner_texts()]
        numbered = "[...document.querySelectorAll(':is(h2, h3):has(.number)')]"
        headings = page.evaluate(f"{numbered}.map(heading => heading.textContent)")
        assert listed == [" ".join(heading.split()) for heading in headings]
    page.evaluate("window.scrollTo(0, 0)")


def test_contents_mark_the_section_in_sight_however_one_gets_there(page):
    for name in ("classification-analysis", "regression-solutions", "conclusions"):
        page.evaluate("name => document.getElementById(name).scrollIntoView()", name)
        page.locator(f".contents [aria-current][href='#{name}']").wait_for(state="attached")
        assert page.locator(".contents [aria-current]").count() == 1
    page.evaluate("window.scrollTo(0, 0)")
    page.locator(".contents [aria-current]").wait_for(state="detached")


def test_shadows_tell_that_a_box_scrolls(page):
    backgrounds = page.evaluate(
        "[...document.querySelectorAll('.drawing, .table, .formula')].map(box => "
        "getComputedStyle(box).backgroundAttachment.split(', ').slice(0, 4).join(' '))"
    )
    assert set(backgrounds) == {"local local scroll scroll"}


def test_numbers_of_equations_stay_in_sight(page):
    right = page.viewport_size["width"]
    boxes = [number.bounding_box() for number in page.query_selector_all(".equation .number")]
    assert boxes and all(box["x"] + box["width"] <= right for box in boxes)


def test_row_heads_stand_in_one_line(page):
    heads = page.query_selector_all("#table-regression_layers tbody th")
    assert heads and all(head.bounding_box()["height"] < 50 for head in heads)


def downloaded(page, part):
    """The name of the CSV of a figure or a table, its notes and its rows."""
    with page.expect_download() as started:
        page.locator(f"#{part} .csv").click()
    lines = started.value.path().read_text(encoding="utf-8").splitlines()
    notes = [line for line in lines if line.startswith("#")]
    return started.value.suggested_filename, notes, list(csv.reader(line for line in lines if line not in notes))


@in_two_windows
def test_a_figures_numbers_are_those_recorded(page, built):
    name, notes, (head, *rows) = downloaded(page, "figure-regression_data")
    assert name == "figure-2-regression_data.csv" and head == ["panel", "series", "x", "y", "value"]
    data = load_all_results(built)["regression"].reference.predictions
    titles = {note.split("title: ")[1]: note.split()[2].strip(",") for note in notes if "title: " in note}
    for part, x, y in (("training", data["x_train"], data["y_train"]), ("test", data["x_test"], data["y_test"])):
        panel = next(panel for title, panel in titles.items() if part in title)
        drawn = [row[2:4] for row in rows if row[0] == panel and row[1].startswith("line")]
        np.testing.assert_allclose(np.array(drawn, dtype=float), np.stack([x, y], axis=1), rtol=5e-6)


@in_two_windows
def test_both_drawings_of_a_figure_are_in_its_numbers(page):
    _, notes, (_, *rows) = downloaded(page, "figure-regression_training")
    assert {row[0] for row in rows} == {"a", "b"} and "# panel a, x: epoch" in notes
    assert all(len(row) == 5 for row in rows)


@in_two_windows
def test_a_tables_numbers_are_those_recorded(page, built):
    name, _, (head, *rows) = downloaded(page, "table-regression_trials")
    assert name.startswith("table-") and name.endswith("-regression_trials.csv")
    ranked = load_all_results(built)["regression"].search.ranked
    assert [row[head.index("Score")] for row in rows] == [str(trial["score"]) for trial in ranked]


@in_two_windows
def test_every_figure_and_table_offers_its_numbers_once(page):
    parts = page.locator("figure, .table").count()
    names = page.evaluate("[...document.querySelectorAll('.csv')].map(link => link.getAttribute('aria-label'))")
    assert len(names) == len(set(names)) == parts


def test_on_paper_only_what_the_pdf_shows_is_left(page):
    page.emulate_media(media="print")
    shown = page.evaluate(
        "[...document.querySelectorAll('.csv, .below, dialog')].filter(part => part.offsetParent).length"
    )
    ink, paper = page.evaluate(
        "['color', 'backgroundColor'].map(name => getComputedStyle(document.documentElement)[name])"
    )
    page.emulate_media(media="screen")
    assert shown == 0 and ink == "rgb(17, 24, 39)" and paper == "rgba(0, 0, 0, 0)"


@in_two_windows
def test_a_number_that_is_pointed_at_says_where_it_comes_from(page):
    note, number = page.locator("#source"), page.locator(".card data").first
    assert note.is_hidden()
    number.hover()
    value, path, files = note.locator("div").all_inner_texts()
    assert float(value) == pytest.approx(float(number.inner_text()), abs=6e-4)
    assert path == "regression/results.over_seeds.means.tuned.test_loss"
    assert files.startswith("regression/tuned/folds.csv, regression/tuned_seeds/{seed_2, seed_3}/folds.csv: test_loss;")
    assert number.get_attribute("aria-describedby") == "source"
    page.keyboard.press("Escape")
    assert note.is_hidden() and number.get_attribute("aria-describedby") is None
    number.hover(position={"x": 1, "y": 1})
    page.locator("h1").hover()
    assert note.is_hidden()


def test_the_keyboard_reaches_numbers_once_they_are_marked(page):
    marking, note = page.locator("button.marking"), page.locator("#source")
    assert page.locator("data[tabindex]").count() == 0
    marking.focus()
    page.keyboard.press("Enter")
    assert marking.get_attribute("aria-pressed") == "true"
    for _ in range(9):  # equations may come first
        page.keyboard.press("Tab")
        if note.is_visible():
            break
    assert page.evaluate("document.activeElement.tagName") == "DATA" and note.is_visible()
    for number in page.locator("data").all()[::150]:
        number.focus()
        box = note.bounding_box()
        assert note.is_visible() and box["x"] >= 0 and box["x"] + box["width"] <= page.viewport_size["width"]
    assert page.evaluate(WIDER_THAN_THE_PAGE) == []
    marking.click()
    assert page.locator("data[tabindex]").count() == 0 and page.complaints == []
    page.keyboard.press("Escape")


def test_no_other_script_runs(page):
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), { textContent: 'document.title = 1' }))"
    )
    assert page.title() != "1" and any("Content Security Policy" in text for text in page.complaints)
    page.complaints.clear()
