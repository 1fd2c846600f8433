"""Templates: what they escape, what they refuse, and how what they place is numbered."""

import pytest
from jinja2 import UndefinedError

from reporting.engine.errors import RenderError
from reporting.engine.formatting import FILTERS
from reporting.engine.html import Numbered, build_environment, reference, rendered, script_digest, settled


@pytest.fixture
def template(tmp_path):
    (tmp_path / "a.html.j2").write_text("{{ name }}")
    return build_environment(tmp_path, FILTERS).get_template("a.html.j2")


def test_environment_escapes_and_refuses_unknown_names(template):
    assert template.render(name="<b>&") == "&lt;b&gt;&amp;"
    with pytest.raises(UndefinedError):
        template.render()


def test_a_name_that_the_context_lacks_is_one_line_with_a_command(template):
    assert rendered(template, {"name": "a"}) == "a"
    with pytest.raises(RenderError, match="^the recorded runs lack what the report prints: 'name' is undefined; run '"):
        rendered(template, {})


def test_numbered_refuses_unknown_missing_and_repeated_names():
    figures = Numbered("figure", ["first", "second"])
    assert (figures.number("second"), figures.place("first"), figures.number("first")) == (None, 1, 1)
    with pytest.raises(RenderError, match="the figure 'third', which the contents do not list"):
        figures.number("third")
    with pytest.raises(RenderError, match="second built but not placed"):
        figures.check()
    figures.place("second")
    figures.check()
    with pytest.raises(RenderError, match="every figure must be placed once: second is placed twice"):
        figures.place("second")


def test_numbers_follow_the_order_of_the_places():
    tables = Numbered("table", ["first", "second"])
    assert (tables.place("second"), tables.place("first")) == (1, 2)
    tables.check()


def test_references_lead_forward_and_vanish_with_what_they_lead_to():
    tables = Numbered("table", ["losses", "left_out"])
    text = f"a{reference('Table', 'losses', ' (', ')')}, b{reference('Table', 'left_out', ' (', ')')}."
    tables.place("losses")

    def numbers(kind, name):
        return "B" if kind == "appendix" else tables.number(name)

    assert settled(text, numbers) == 'a (<a href="#table-losses">Table&nbsp;1</a>), b.'
    assert settled(reference("appendix", "noise"), numbers) == '<a href="#noise">appendix&nbsp;B</a>'


def test_a_script_is_named_by_its_digest():
    # printf 'alert(1)' | openssl dgst -sha256 -binary | openssl base64
    assert script_digest("alert(1)") == "sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI="
