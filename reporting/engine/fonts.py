"""The fonts of the document, cut down to the characters it uses, and advice where no font holds a character."""

from __future__ import annotations

import base64
import io
import string
import unicodedata
from pathlib import Path
from typing import Any

FONTS = (  # family, weight, style, file
    ("STIXGeneral", 400, "normal", "STIXGeneral.ttf"),
    ("STIXGeneral", 400, "italic", "STIXGeneralItalic.ttf"),
    ("STIXGeneral", 700, "normal", "STIXGeneralBol.ttf"),
    ("STIXGeneral", 700, "italic", "STIXGeneralBolIta.ttf"),
    ("Report Mono", 400, "normal", "DejaVuSansMono.ttf"),
)
# Characters that the style sheets can add to those of the document
ALWAYS_NEEDED = set(string.printable) | set("\N{BULLET}\N{HORIZONTAL ELLIPSIS}\N{HYPHEN}\N{NO-BREAK SPACE}")
FONT_PACKAGES = {
    "CJK": "fonts-noto-cjk",
    "HIRAGANA": "fonts-noto-cjk",
    "KATAKANA": "fonts-noto-cjk",
    "HANGUL": "fonts-noto-cjk",
}


def font_faces(text: str) -> str:
    """`@font-face` rules that hold the fonts as data, reduced to the characters of `text`."""
    characters = {ord(character) for character in ALWAYS_NEEDED | set(text)}
    return "\n".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style};'
        f' src: url("data:font/ttf;base64,{encoded_font(file, characters)}") }}'
        for family, weight, style, file in FONTS
    )


def encoded_font(file: str, characters: set[int]) -> str:
    """One of the fonts that come with matplotlib, reduced to these characters, in base64."""
    import matplotlib

    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / file
    return base64.b64encode(reduced_font(path, characters)).decode()


def reduced_font(path: Path, characters: set[int]) -> bytes:
    """The bytes of a font file that holds the glyphs of `characters` only; the same at every call.

    It is TrueType, not WOFF, since WeasyPrint would unpack WOFF into a font that contains the time of day.
    """
    from fontTools import subset
    from fontTools.ttLib import TTFont

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
    """The glyph for a character that the font lacks. That of STIX is blank, so nobody would see that one is missing."""
    from fontTools.pens.ttGlyphPen import TTGlyphPen

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
    """One line on characters that no font holds: their scripts, and Debian's packages with fonts for them."""
    scripts = [script_of(character) for character in characters]
    packages = dict.fromkeys(
        FONT_PACKAGES.get(script, "fonts-symbola" if script == "symbols" else "fonts-noto-core") for script in scripts
    )
    words = f"{characters} ({', '.join(dict.fromkeys(scripts))})"
    command = f"apt-get install {' '.join(packages)}"
    return f"no installed font holds {words}: printed as empty boxes; run: {command}, then make report again"


def script_of(character: str) -> str:
    """The script of a character by its name in Unicode, e.g. "CJK", "ARABIC" or "symbols"."""
    symbol = unicodedata.category(character).startswith("S")
    return "symbols" if symbol else unicodedata.name(character, "unknown").split()[0]
