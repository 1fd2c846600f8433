"""From the HTML document to a tagged PDF.

The HTML holds its style, fonts and drawings itself, so the PDF is made of the very text that a browser shows, and nothing
is ever fetched.
"""

import logging
import re
import warnings
from typing import NamedTuple

from reporting.engine.errors import MissingLibraries, RenderError
from reporting.engine.floats import settle_floats

MISSING_GLYPH = re.compile(r'\.notdef glyph rendered .*"(.)" \(U\+[0-9A-F]+\)', re.DOTALL)  # WeasyPrint's words
INSTALL_PANGO = "apt-get install --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0"


class Pdf(NamedTuple):
    content: bytes
    pages: int
    missing: str  # the characters that no font holds, drawn as empty boxes


TO_APPENDIX = "Content discarded: target points to undefined anchor"  # what only the measured document, which lacks it, is warned of


class RecordedWarnings(logging.Handler):
    """Keeps what WeasyPrint complains about, which it would otherwise only log."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


def render_pdf(document: str) -> Pdf:
    """The document as a tagged Pdf.

    Raises RenderError at the first thing WeasyPrint warns of (a missing image, reference, an unknown rule) but characters that
    no font holds, and MissingLibraries where the system libraries it needs are absent.
    """
    warnings.filterwarnings("ignore", ".*Expect ugly output")  # no fonts on this system: the document brings its own
    try:
        import weasyprint
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError:
        raise MissingLibraries(f"the PDF needs Pango, which is not installed; run: {INSTALL_PANGO}") from None

    document, drawings = drawings_apart(document)

    class OwnParts(URLFetcher):
        """Serves what the document holds itself, and nothing else."""

        def fetch(self, url, headers=None):
            if url in drawings:
                return URLFetcherResponse(url, drawings[url], {"Content-Type": "image/svg+xml"})
            if not url.startswith("data:"):
                raise ValueError(f"the report refers to {url}, outside itself")
            return super().fetch(url, headers)

    def parsed(text):
        return weasyprint.HTML(string=text, url_fetcher=OwnParts())

    recorded, logger, images = RecordedWarnings(), logging.getLogger("weasyprint"), {}
    logger.addHandler(recorded)
    try:
        measured, final = parsed(without_appendix(document)), parsed(document)
        settle_floats(final, measured, measured.render(cache=images).pages)
        recorded.messages = [message for message in recorded.messages if not message.startswith(TO_APPENDIX)]
        pages = final.render(cache=images)
        content = pages.write_pdf(pdf_variant="pdf/ua-1")
    finally:
        logger.removeHandler(recorded)
    missing = [match[1] for match in map(MISSING_GLYPH.fullmatch, recorded.messages) if match]
    failed = [message for message in recorded.messages if not MISSING_GLYPH.fullmatch(message)]
    if failed:
        raise RenderError(f"the PDF was not written, since a part of it failed: {'; '.join(dict.fromkeys(failed))}")
    return Pdf(content, len(pages.pages), "".join(dict.fromkeys(missing)))


def without_appendix(document: str) -> str:
    """The document for measuring: in the appendix nothing floats, and its long tables would take a third of the time."""
    return re.sub(r'<section class="appendix">.*?</section>', "", document, flags=re.DOTALL)


def drawings_apart(document: str) -> tuple[str, dict[str, str]]:
    """The document with an image in place of each inline SVG, which WeasyPrint lays out faster; and the SVGs by their URLs."""
    drawings = {}

    def image(drawing):
        url = f"drawing:{len(drawings)}"
        drawings[url] = with_attributes(drawing[0])
        return f'<img src="{url}" alt="{drawing[1]}">'

    return re.sub(r"<svg[^>]*><title>(.*?)</title>.*?</svg>", image, document, flags=re.DOTALL), drawings


def with_attributes(svg: str) -> str:
    """The same drawing with attributes in place of matplotlib's styles, whose parsing takes WeasyPrint as long as the rest of them."""
    shared = re.search(r"<style[^>]*>\*\{(.*?)\}</style>", svg)
    if shared:
        svg = svg.replace(shared[0], "").replace("<svg ", f"<svg {attributes_of(shared[1])} ", 1)
    return re.sub(r'style="([^"]*)"', lambda style: attributes_of(style[1]), svg)


def attributes_of(style: str) -> str:
    """The declarations of a style as attributes; of repeated ones the last counts."""
    return " ".join(f'{name}="{value}"' for name, value in dict(re.findall(r"([\w-]+):\s*([^;]+)", style)).items())
