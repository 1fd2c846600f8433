"""The document's own fonts, reduced to its characters, and advice where a character is in none of them."""

import base64
import io
import string
import unicodedata
from pathlib import Path
from typing import Any

import matplotlib
from fontTools import subset
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

FONT_FOLDER = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
FONTS = (  # family, weight, style, file
    ("STIXGeneral", 400, "normal", "STIXGeneral.ttf"),
    ("STIXGeneral", 400, "italic", "STIXGeneralItalic.ttf"),
    ("STIXGeneral", 700, "normal", "STIXGeneralBol.ttf"),
    ("STIXGeneral", 700, "italic", "STIXGeneralBolIta.ttf"),
    ("Report Mono", 400, "normal", "DejaVuSansMono.ttf"),
)
# What style sheets can add to the document's own characters
ALWAYS_NEEDED = set(string.printable) | set("\N{BULLET}\N{HORIZONTAL ELLIPSIS}\N{HYPHEN}\N{NO-BREAK SPACE}")
FONT_PACKAGES = {
    "CJK": "fonts-noto-cjk",
    "HIRAGANA": "fonts-noto-cjk",
    "KATAKANA": "fonts-noto-cjk",
    "HANGUL": "fonts-noto-cjk",
}


def font_faces(text: str) -> str:
    """`@font-face` rules with the fonts as data, reduced to the characters of `text`."""
    characters = {ord(character) for character in ALWAYS_NEEDED | set(text)}
    return "\n".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style};'
        f' src: url("data:font/ttf;base64,{base64.b64encode(reduced_font(FONT_FOLDER / file, characters)).decode()}") }}'
        for family, weight, style, file in FONTS
    )


def reduced_font(path: Path, characters: set[int]) -> bytes:
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


def empty_box(em: int) -> Any:
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


def font_advice(characters: str) -> str:
    """One line on characters that no font holds: which script they are of, and which of Debian's packages brings a font."""
    scripts = [script_of(character) for character in characters]
    packages = dict.fromkeys(
        FONT_PACKAGES.get(script, "fonts-symbola" if script == "symbols" else "fonts-noto-core") for script in scripts
    )
    words = f"{characters} ({', '.join(dict.fromkeys(scripts))})"
    return f"no installed font holds {words}: printed as empty boxes; run: apt-get install {' '.join(packages)}, then make report again"


def script_of(character: str) -> str:
    """The script of a character by its name in Unicode, e.g. "CJK", "ARABIC" or "symbols"."""
    symbol = unicodedata.category(character).startswith("S")
    return "symbols" if symbol else unicodedata.name(character, "unknown").split()[0]
