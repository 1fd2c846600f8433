"""From templates, drawings and fonts to one self-contained HTML document, and from that document to a tagged PDF.

Nothing here knows what the report is about. The HTML holds its style, fonts and drawings itself, so the PDF is made of the
very text that a browser shows, and nothing is ever fetched.
"""

import base64
import hashlib
import io
import logging
import re
import string
import unicodedata
import warnings
from collections import namedtuple
from pathlib import Path

import matplotlib
from fontTools import subset
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError
from markupsafe import Markup
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from reporting.artifacts import UserError
from reporting.floats import settle_floats

TEMPLATES = Path(__file__).parent.parent / "report_templates"
FONT_FOLDER = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
FONTS = (  # family, weight, style, file
    ("STIXGeneral", 400, "normal", "STIXGeneral.ttf"),
    ("STIXGeneral", 400, "italic", "STIXGeneralItalic.ttf"),
    ("STIXGeneral", 700, "normal", "STIXGeneralBol.ttf"),
    ("STIXGeneral", 700, "italic", "STIXGeneralBolIta.ttf"),
    ("Report Mono", 400, "normal", "DejaVuSansMono.ttf"),
)
ALWAYS_NEEDED = set(string.printable) | set(
    "\N{BULLET}\N{HORIZONTAL ELLIPSIS}\N{HYPHEN}\N{NO-BREAK SPACE}"
)  # what style sheets can add
INK = "#111827"
MISSING_GLYPH = re.compile(r'\.notdef glyph rendered .*"(.)" \(U\+[0-9A-F]+\)', re.DOTALL)  # WeasyPrint's words
FONT_PACKAGES = {
    "CJK": "fonts-noto-cjk",
    "HIRAGANA": "fonts-noto-cjk",
    "KATAKANA": "fonts-noto-cjk",
    "HANGUL": "fonts-noto-cjk",
}
INSTALL_PANGO = "apt-get install --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0"


class RenderError(UserError):
    """The document is not what it should be: something is missing, placed twice, or cannot be drawn."""


class MissingLibraries(UserError):
    """WeasyPrint is there, the system libraries that it draws with are not."""


Pdf = namedtuple(
    "Pdf", "content pages missing"
)  # bytes; how many; the characters that no font holds, drawn as empty boxes


def build_environment(folder, filters):
    """Templates that escape what they print and refuse names that do not exist."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters)
    return environment


class Numbered:
    """Names in the order of the document: gives each its number, and knows which were placed."""

    def __init__(self, kind, names):
        self.kind, self.names, self.placed = kind, list(names), []

    def number(self, name):
        """The number of `name`, from 1, for a reference to it; raises RenderError for an unknown one."""
        if name not in self.names:
            raise RenderError(f"the templates refer to the {self.kind} {name!r}, which the contents do not list")
        return self.names.index(name) + 1

    def place(self, name):
        """The number of `name`, noting that it stands here."""
        self.placed.append(name)
        return self.number(name)

    def check(self):
        """Raises RenderError unless each name was placed once, in order."""
        if self.placed != self.names:
            missing = [name for name in self.names if name not in self.placed]
            problem = (
                f"{', '.join(map(str, missing))} built but not placed"
                if missing
                else f"the order is {', '.join(map(str, self.placed))}"
            )
            raise RenderError(f"every {self.kind} must be placed once, in the order of the contents: {problem}")


def svg_of_figure(figure, name):
    """A matplotlib figure as an SVG at print size, its texts as text; `labelled` makes it complete."""
    content = io.StringIO()
    settle_layout(figure)
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(content, format="svg", metadata={key: None for key in ("Date", "Creator", "Format", "Type")})
    text = content.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    return re.sub(r'(url\(|href=")#', rf"\1#{name}-", text)


def settle_layout(figure):
    """Lay a figure out once, to the millionth: what is below that depends on the solver's luck, and names of parts depend on it."""
    engine = FigureCanvasSVG(figure).figure.get_layout_engine()
    if engine:
        engine.execute(figure)
        figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.set_position([round(float(number), 6) for number in axes.get_position(original=True).bounds])


def labelled(svg, alternative):
    """An SVG with `alternative` as its title, which screen readers and the PDF's tags use; raises RenderError without plain text."""
    title = " ".join(Markup.escape(alternative).split())
    if not title or "<" in title:
        raise RenderError(f"a drawing needs an alternative text in plain words, not {title!r}")
    opening, content = svg.split(">", 1)
    return Markup(f'{opening} role="img"><title>{title}</title>{content}')


def svg_of_equation(tex, alternative, size=10.8):
    """A formula in TeX's notation, set by matplotlib, as one SVG path; `size` in points."""
    with matplotlib.rc_context({"mathtext.fontset": "stix"}):
        upright = TextPath((0, 0), f"${tex}$", size=size, prop=FontProperties(family="STIXGeneral"))
    path = upright.transformed(Affine2D().scale(1, -1))  # SVG counts downwards
    box = path.get_extents()
    outline = "".join(
        "Z" if code == path.CLOSEPOLY else " MLQC"[code] + " ".join(f"{value:.2f}" for value in points)
        for points, code in path.iter_segments(simplify=False)
    )
    view = f"{box.x0 - 0.5:.2f} {box.y0 - 0.5:.2f} {box.width + 1:.2f} {box.height + 1:.2f}"
    sizes = f'width="{box.width + 1:.2f}pt" height="{box.height + 1:.2f}pt"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {sizes} viewBox="{view}"><path fill="{INK}" d="{outline}"/></svg>'
    return labelled(svg, alternative)


def font_faces(text):
    """`@font-face` rules with the fonts as data, reduced to the characters of `text`."""
    characters = {ord(character) for character in ALWAYS_NEEDED | set(text)}
    return "\n".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style};'
        f' src: url("data:font/ttf;base64,{base64.b64encode(reduced_font(FONT_FOLDER / file, characters)).decode()}") }}'
        for family, weight, style, file in FONTS
    )


def reduced_font(path, characters):
    """The bytes of a font file with the glyphs of `characters` alone, the same at every call.

    TrueType, not WOFF: WeasyPrint would unpack that into a font that bears the time of day.
    """
    options = subset.Options(hinting=False, notdef_outline=True, drop_tables=[*subset.Options().drop_tables, "FFTM"])
    font = TTFont(path, recalcTimestamp=False)
    font["glyf"][".notdef"] = empty_box(font["head"].unitsPerEm)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    content = io.BytesIO()
    font.save(content)
    return content.getvalue()


def empty_box(em):
    """The glyph for a character that no font holds; STIX's own is blank, which would lose it without a trace."""
    pen = TTGlyphPen(None)
    for inset, clockwise in ((0, True), (0.05, False)):
        left, low, right, high = ((share * em) for share in (0.06 + inset, inset, 0.44 - inset, 0.66 - inset))
        corners = [(left, low), (left, high), (right, high), (right, low)]
        pen.moveTo(corners[0])
        for corner in corners[1:] if clockwise else corners[:0:-1]:
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()


def render_html(environment, template, context):
    """The document as text. Its comment /*fonts*/ becomes the fonts, once all characters are known.

    Raises RenderError where the template asks for something that the context lacks.
    """
    try:
        document = environment.get_template(template).render(context)
    except UndefinedError as error:
        raise RenderError(
            f"the recorded runs lack what the report prints: {error}; run 'make clean' and 'make all'"
        ) from error
    return document.replace("/*fonts*/", font_faces(document), 1)


def script_digest(script):
    """What a content security policy calls a script by, which then runs and no other one."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


TO_APPENDIX = "Content discarded: target points to undefined anchor"  # what only the measured document, which lacks it, is warned of


class RecordedWarnings(logging.Handler):
    """Keeps what WeasyPrint complains about, which it would otherwise only log."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


def render_pdf(document):
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


def without_appendix(document):
    """The document for measuring: in the appendix nothing floats, and its long tables would take a third of the time."""
    return re.sub(r'<section class="appendix">.*?</section>', "", document, flags=re.DOTALL)


def font_advice(characters):
    """One line on characters that no font holds: which script they are of, and which of Debian's packages brings a font."""
    scripts = [script_of(character) for character in characters]
    packages = dict.fromkeys(
        FONT_PACKAGES.get(script, "fonts-symbola" if script == "symbols" else "fonts-noto-core") for script in scripts
    )
    words = f"{characters} ({', '.join(dict.fromkeys(scripts))})"
    return f"no installed font holds {words}: printed as empty boxes; run: apt-get install {' '.join(packages)}, then make report again"


def script_of(character):
    """The script of a character by its name in Unicode, e.g. "CJK", "ARABIC" or "symbols"."""
    symbol = unicodedata.category(character).startswith("S")
    return "symbols" if symbol else unicodedata.name(character, "unknown").split()[0]


def drawings_apart(document):
    """The document with an image in place of each inline SVG, which WeasyPrint lays out faster; and the SVGs by their URLs."""
    drawings = {}

    def image(drawing):
        url = f"drawing:{len(drawings)}"
        drawings[url] = with_attributes(drawing[0])
        return f'<img src="{url}" alt="{drawing[1]}">'

    return re.sub(r"<svg[^>]*><title>(.*?)</title>.*?</svg>", image, document, flags=re.DOTALL), drawings


def with_attributes(svg):
    """The same drawing with attributes in place of matplotlib's styles, whose parsing takes WeasyPrint as long as the rest of them."""
    shared = re.search(r"<style[^>]*>\*\{(.*?)\}</style>", svg)
    if shared:
        svg = svg.replace(shared[0], "").replace("<svg ", f"<svg {attributes_of(shared[1])} ", 1)
    return re.sub(r'style="([^"]*)"', lambda style: attributes_of(style[1]), svg)


def attributes_of(style):
    """The declarations of a style as attributes; of repeated ones the last counts."""
    return " ".join(f'{name}="{value}"' for name, value in dict(re.findall(r"([\w-]+):\s*([^;]+)", style)).items())
