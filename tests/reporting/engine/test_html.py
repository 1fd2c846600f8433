"""Templates: what they escape, what they refuse, and how what they place is numbered."""

import pytest
from jinja2 import UndefinedError

from reporting.engine.errors import RenderError
from reporting.engine.formatting import FILTERS
from reporting.engine.html import Numbered, build_environment, rendered, script_digest


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
    assert (figures.number("second"), figures.place("first")) == (2, 1)
    with pytest.raises(RenderError, match="the figure 'third', which the contents do not list"):
        figures.number("third")
    with pytest.raises(RenderError, match="second built but not placed"):
        figures.check()
    figures.place("second")
    figures.check()
    figures.place("second")
    with pytest.raises(RenderError, match="the order is first, second, second"):
        figures.check()


def test_numbered_refuses_another_order():
    tables = Numbered("table", ["first", "second"])
    tables.place("second")
    tables.place("first")
    with pytest.raises(RenderError, match="every table must be placed once.*: the order is second, first"):
        tables.check()


def test_a_script_is_named_by_its_digest():
    # printf 'alert(1)' | openssl dgst -sha256 -binary | openssl base64
    assert script_digest("alert(1)") == "sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI="
