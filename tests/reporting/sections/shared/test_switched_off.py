"""What each chapter says that it leaves out."""

from reporting.results import load_all_results
from reporting.sections.shared.switched_off import find
from tests.invented import WITHOUT_EXTENDED, write_runs


def test_extras_that_are_switched_off_are_named_in_order(tmp_path):
    off = ("regression/smaller", "regression/splits", "classification/extended_seeds")
    results = load_all_results(write_runs(tmp_path, switched_off=off))
    assert find(results["regression"], None) == ["other ways to split the points", "a smaller network"]
    assert find(results["classification"], None) == ["further seeds of the extended one"]


def test_a_network_that_is_switched_off_is_named_and_what_is_about_it_is_not(tmp_path):
    off = (*WITHOUT_EXTENDED, "classification/smaller")
    results = load_all_results(write_runs(tmp_path, switched_off=off))
    assert find(results["classification"], None) == ["the extended network", "a smaller network"]


def test_nothing_is_said_where_all_is_switched_on(tmp_path):
    results = load_all_results(write_runs(tmp_path))
    assert find(results["regression"], None) is find(results["classification"], None) is None


def test_the_chapter_ends_with_what_is_switched_off(text_of):
    text = text_of(switched_off=["regression/tuned_seeds", "regression/baselines"])
    assert "and therefore not in this section: baselines and further seeds of the tuned networks." in text
    assert "Switched off in the settings, and therefore" not in text_of()
