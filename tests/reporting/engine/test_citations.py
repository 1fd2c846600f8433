"""Citations become numbers in the order of the text."""

import pytest

from reporting.engine.citations import Work, citation, cited, with_citations
from reporting.engine.errors import RenderError

WORKS = {key: Work("A. B. Ray and C. Doe", 1999, key, "Journal 1", f"https://doi.org/{key}") for key in ("a", "b", "c")}


def test_works_are_numbered_by_their_first_citation():
    text = f"{citation(WORKS, 'c')} and {citation(WORKS, 'a', 'c')}"
    assert cited(text) == ["c", "a"]
    links = '<a href="#work-c">1</a>', '<a href="#work-a">2</a>'
    assert with_citations(text, cited(text)) == f"[{links[0]}] and [{links[0]}, {links[1]}]"


def test_an_unknown_key_is_refused():
    with pytest.raises(RenderError, match="cite d, e, which the references do not list"):
        citation(WORKS, "d", "a", "e")


def test_initials_stay_with_the_name_and_addresses_are_short():
    assert WORKS["a"].names == "A.\N{NO-BREAK SPACE}B.\N{NO-BREAK SPACE}Ray and C.\N{NO-BREAK SPACE}Doe"
    assert WORKS["a"].short_url == "doi.org/a"
