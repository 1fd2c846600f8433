"""From the HTML document to a tagged PDF.

The HTML contains its style, fonts and drawings, so the PDF is made of the very text that a browser shows, and nothing
is ever fetched.
"""

import contextlib
import logging
import re
import warnings
from collections.abc import Mapping
from types import ModuleType
from typing import Any, NamedTuple

from reporting.engine.errors import MissingLibraries, RenderError
from reporting.engine.floats import settle_floats
from reporting.engine.lean import lean

MISSING_GLYPH = re.compile(r'\.notdef glyph rendered .*"(.)" \(U\+[0-9A-F]+\)', re.DOTALL)  # WeasyPrint's words
# WeasyPrint's warning about a link without a target: the document that is measured lacks the appendices
NO_TARGET = "Content discarded: target points to undefined anchor"
INSTALL_PANGO = "apt-get install --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0"


class Pdf(NamedTuple):
    content: bytes
    pages: int
    missing: str  # the characters that no font holds, drawn as empty boxes


class RecordedWarnings(logging.Handler):
    """Keeps the warnings that WeasyPrint would only log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def render_pdf(document: str) -> Pdf:
    """The document as a tagged Pdf.

    Raises RenderError for whatever WeasyPrint warns of (a missing image, a broken reference, an unknown rule), except
    for characters that no font holds. Raises MissingLibraries where the system libraries that it needs are absent.
    """
    weasyprint = load_weasyprint()
    document, drawings = extract_drawings(on_paper(document))

    def parsed(text: str) -> Any:
        return weasyprint.HTML(string=text, url_fetcher=fetcher_of(drawings))

    recorded, logger = RecordedWarnings(), logging.getLogger("weasyprint")
    images: dict[Any, Any] = {}  # decoded once for both layouts
    logger.addHandler(recorded)
    try:
        measured, final = parsed(body_of(document)), parsed(document)
        settle_floats(final, measured, measured.render(cache=images).pages)
        recorded.messages = [message for message in recorded.messages if not message.startswith(NO_TARGET)]
        pages = final.render(cache=images)
        content = pages.write_pdf(pdf_variant="pdf/ua-1")
    finally:
        logger.removeHandler(recorded)
    missing = [match[1] for match in map(MISSING_GLYPH.fullmatch, recorded.messages) if match]
    failed = [message for message in recorded.messages if not MISSING_GLYPH.fullmatch(message)]
    if failed:
        raise RenderError(f"the PDF was not written, since a part of it failed: {'; '.join(dict.fromkeys(failed))}")
    return Pdf(content, len(pages.pages), "".join(dict.fromkeys(missing)))


def preload_weasyprint() -> None:
    """Load it while there is time; what is missing is told when it is used."""
    with contextlib.suppress(MissingLibraries):
        load_weasyprint()


def load_weasyprint() -> ModuleType:
    """The package; raises MissingLibraries where the system libraries that it loads are absent."""
    warnings.filterwarnings("ignore", ".*Expect ugly output")  # said of systems without fonts; the document has its own
    try:
        import weasyprint
    except OSError:
        raise MissingLibraries(f"the PDF needs Pango, which is not installed; run: {INSTALL_PANGO}") from None
    return weasyprint


def fetcher_of(drawings: Mapping[str, str]) -> Any:
    """A fetcher that serves these SVGs and `data:` URLs, and refuses everything outside the document."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnParts(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url in drawings:
                return URLFetcherResponse(url, drawings[url], {"Content-Type": "image/svg+xml"})
            if not url.startswith("data:"):
                raise ValueError(f"the report refers to {url}, outside itself")
            return super().fetch(url, headers)

    return OwnParts()


SCREEN_ONLY = re.compile(
    r'<(\w+) class="screen\b[^"]*">.*?</\1><!--screen-->|</?data\b[^>]*>|<script type="application/json".*?</script>',
    re.DOTALL,
)


def on_paper(document: str) -> str:
    """The document without what only the web page holds: parts too long for paper, and where numbers come from."""
    return SCREEN_ONLY.sub("", document)


def body_of(document: str) -> str:
    """The document to be measured: nothing floats in the appendices, which would take half of the time."""
    return re.sub(r'<section class="(?:appendix|listing)">.*?</section>', "", document, flags=re.DOTALL)


def extract_drawings(document: str) -> tuple[str, dict[str, str]]:
    """The document with an image in place of each inline SVG, which WeasyPrint lays out faster, and URL -> SVG."""
    drawings: dict[str, str] = {}

    def image(drawing: re.Match[str]) -> str:
        url = f"drawing:{len(drawings)}"
        drawings[url] = lean(drawing[0])
        return f'<img src="{url}" alt="{drawing[1]}">'

    return re.sub(r"<svg[^>]*><title>(.*?)</title>.*?</svg>", image, document, flags=re.DOTALL), drawings
