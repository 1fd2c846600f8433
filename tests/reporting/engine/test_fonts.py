"""The document's fonts, cut down to its characters, and advice where no font holds one."""

import base64
import io
import re

import pytest
from fontTools.ttLib import TTFont

from reporting.engine.fonts import ALWAYS_NEEDED, FONTS, font_advice, font_faces


def test_fonts_hold_the_characters_of_the_text_and_the_same_bytes_twice():
    faces = font_faces("αβ")
    assert faces == font_faces("βα")
    fonts = [TTFont(io.BytesIO(base64.b64decode(data))) for data in re.findall('base64,([^"]*)', faces)]
    assert len(fonts) == len(FONTS)
    for font in fonts:
        held = {chr(code) for code in font.getBestCmap()}
        assert set("αβ") <= held <= ALWAYS_NEEDED | set("αβ")


@pytest.mark.parametrize(
    ("characters", "words"),
    [
        ("王明", "王明 (CJK): printed as empty boxes; run: apt-get install fonts-noto-cjk, then"),
        (
            "\N{HANGUL SYLLABLE GAG}م",
            "(HANGUL, ARABIC): printed as empty boxes; run: apt-get install fonts-noto-cjk fonts-noto-core, then",
        ),
        ("\N{GRINNING FACE}", "(symbols): printed as empty boxes; run: apt-get install fonts-symbola, then"),
        ("\ue000", "(unknown)"),
    ],
)
def test_advice_names_the_script_and_what_brings_a_font(characters, words):
    assert words in font_advice(characters) and "\n" not in font_advice(characters)
