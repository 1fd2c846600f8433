"""The settings of the configurations, and when their training ends."""

from reporting.results import load_results
from reporting.sections.classification.settings import rows, shared_settings
from tests.invented import WITHOUT_EXTENDED, write_runs
from tests.reporting.sections.classification.answers import exchanged, findings_of


def test_settings_that_all_share():
    assert shared_settings([{"a": 1, "b": 2}, {"a": 1, "b": 3}]) == {"a": 1}
    assert shared_settings([{"a": 1}, {"a": 1}]) == {}


def test_the_table_has_what_differs_and_marks_the_changes(found):
    settings = found("settings")
    table = dict(rows(settings.configurations))
    assert set(table) == set(settings.configurations["reference"]) - set(settings.shared_settings)
    for name, cells in table.items():
        assert [cell.value for cell in cells] == [config[name] for config in settings.configurations.values()]
        assert [cell.changed for cell in cells] == [cell.value != cells[0].value for cell in cells]
        assert any(cell.changed for cell in cells)


def test_equal_configurations_differ_in_nothing_and_the_table_shows_all(results, found):
    same = findings_of(exchanged(results, tuned=results.reference, extended=results.reference))("settings")
    assert (
        not same.extended_differs
        and same.shared_settings == {}
        and len(rows(same.configurations)) == len(results.reference.run.config)
    )
    assert found("settings").extended_differs


def test_without_the_extended_configuration_two_are_set_side_by_side(tmp_path):
    runs = write_runs(tmp_path, switched_off=WITHOUT_EXTENDED)
    settings = findings_of(load_results(runs, "classification"))("settings")
    assert list(settings.configurations) == ["reference", "tuned"]
    assert settings.extended is None and not settings.extended_differs
    assert all(len(cells) == 2 for _, cells in rows(settings.configurations))


def test_early_dropping_cannot_fire_but_a_short_patience_can(results, found):
    settings = found("settings")
    assert not settings.stopping["reference"].can_fire and not settings.stopping["reference"].fired
    assert settings.stopping["tuned"].can_fire and not settings.same_patience
    assert findings_of(exchanged(results, tuned=results.reference))("settings").same_patience
