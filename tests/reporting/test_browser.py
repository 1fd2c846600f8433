"""The page in a browser, on a phone and on a desk, without a network."""

import shutil

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; make test installs it")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTHS = {"phone": (360, 740), "narrow phone": (320, 640), "desktop": (1280, 900)}
PATIENCE = 120_000  # ms, for busy machines

WIDER_THAN_THE_PAGE = """() => [...document.querySelectorAll("body *")].filter(element =>
    element.getBoundingClientRect().right > innerWidth + 1 && !element.closest(".table, .drawing, .equation"))
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


@pytest.fixture(scope="module", params=WIDTHS.values(), ids=WIDTHS)
def page(request, browser, built):
    """The report, opened offline; what it asked for and complained about is noted."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
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


def test_it_works_offline_and_complains_of_nothing(page):
    assert page.complaints == []
    assert [url for url in page.requests if not url.startswith("data:")] == [page.url]
    assert page.evaluate("[...document.fonts].some(font => font.status === 'loaded')")


def test_nothing_scrolls_sideways_but_tables_and_drawings_in_their_boxes(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.evaluate(WIDER_THAN_THE_PAGE)
    assert page.evaluate(WIDER_THAN_THE_PAGE) == []


def test_what_scrolls_in_its_box_is_reached_by_the_keyboard(page):
    assert page.evaluate(OUT_OF_REACH) == []


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


def test_a_link_leads_to_its_place(page):
    for link in page.query_selector_all("nav a, p a")[::9]:
        target = link.get_attribute("href")
        assert page.query_selector(f'[id="{target[1:]}"]'), target


def test_every_drawing_has_a_name(page):
    named = "svg.getAttribute('role') === 'img' && svg.querySelector('title').textContent.trim()"
    assert page.evaluate(f"[...document.querySelectorAll('svg')].every(svg => {named})")


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


def test_what_has_no_number_is_sorted_last(page):
    table = page.locator("#table-regression_trials")
    column = table.locator("thead th").all_inner_texts().index("At least")
    for _ in range(2):
        table.locator("thead button").nth(column).click()
        values = table.locator(f"tbody tr td:nth-of-type({column})").all_inner_texts()
        assert values[-1] == "" and "" not in values[:-1]
    table.locator("thead button").first.click()


def test_drawings_enlarge_and_return_with_the_keyboards_place(page):
    for figure, number in (("regression_grid", 0), ("regression_training", 1)):
        place = page.locator(f"#figure-{figure}")
        before = place.locator("svg").nth(number).bounding_box()["width"]
        opener = place.locator("button").nth(number)
        opener.focus()
        page.keyboard.press("Enter")
        dialog = page.locator("dialog[open]")
        assert (
            dialog.get_attribute("aria-label").startswith("Figure")
            and dialog.locator("svg").bounding_box()["width"] > before
        )
        assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
        page.keyboard.press("Escape")
        page.wait_for_function("!document.querySelector('dialog').open && !document.querySelector('dialog svg')")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == opener.get_attribute("aria-label")
    assert page.evaluate("[...document.querySelectorAll('figure')].every(figure => figure.querySelector('svg'))")


def test_a_click_enlarges_and_a_click_beside_it_closes(page):
    page.locator("#figure-regression_weights svg").click()
    assert page.locator("dialog[open] svg").count() == 1
    page.mouse.click(2, 2)
    page.wait_for_function("!document.querySelector('dialog').open")
    assert page.locator("#figure-regression_weights svg").count() == 1 and page.complaints == []


def test_a_number_that_is_pointed_at_says_where_it_comes_from(page):
    note, number = page.locator("#source"), page.locator(".card data").first
    assert note.is_hidden()
    number.hover()
    value, path, files = note.locator("div").all_inner_texts()
    assert float(value) == pytest.approx(float(number.inner_text()), abs=6e-4)
    assert path == "regression/results.tuned.test_loss"
    assert files == "regression/tuned/folds.csv: test_loss; regression/tuned/run.json: metrics.test_loss"
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
