"""The search tries every combination on every fold once, resumes from its rows, and survives what fails."""

import dataclasses
import io
import itertools
import math

import pytest

from reporting.artifacts import Data, load_json, load_table
from tests.tuning.fakes import BASE, DATA, FOLDS, GRID, MACHINE, Recorder, loss_of, rows_in, run
from training.grids import Search
from tuning.grid_search import CrossValidatedGridSearch
from tuning.oracle import RecordedGridOracle
from tuning.progress import SearchProgress
from tuning.trials import save_search


def nan_at(learning_rate, fold):
    """A loss that is not finite for one learning rate on one fold."""
    return lambda config, number: (
        math.nan if (config.learning_rate, number) == (learning_rate, fold) else loss_of(config, number)
    )


def test_every_combination_on_every_fold_exactly_once(tmp_path):
    recorder = Recorder()
    run(tmp_path, recorder)
    assert sorted(recorder.calls) == sorted(itertools.product(GRID["learning_rate"], GRID["batch_size"], (1, 2, 3)))


def test_interrupted_search_trains_only_what_is_missing(tmp_path):
    first, second = Recorder(interrupted_at=8), Recorder()
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, first)
    run(tmp_path, second)
    assert len(first.calls) == 8 and len(second.calls) == 3 * 2 * 3 - 8
    assert not set(first.calls) & set(second.calls)


def test_a_grown_grid_trains_only_its_new_combinations(tmp_path):
    run(tmp_path, Recorder())
    recorder = Recorder()
    run(tmp_path, recorder, GRID | {"learning_rate": [0.001, 0.002, 0.004, 0.008]})
    assert sorted(recorder.calls) == sorted(itertools.product([0.008], GRID["batch_size"], (1, 2, 3)))


@pytest.mark.parametrize(
    "change", [{"data": Data("test", {"a.csv": "1" * 64}, DATA.counts)}, {"machine": MACHINE | {"precision": "half"}}]
)
def test_other_data_or_precision_reuse_nothing(tmp_path, change):
    run(tmp_path, Recorder())
    recorder = Recorder()
    run(tmp_path, recorder, rows=rows_in(tmp_path, **change))
    assert len(recorder.calls) == 18


def test_a_half_written_row_is_trained_again(tmp_path):
    run(tmp_path, Recorder())
    next((tmp_path / "rows").glob("*.json")).write_text('{"fold": 1, "se')
    recorder = Recorder()
    run(tmp_path, recorder)
    assert len(recorder.calls) == 1


def test_shards_together_are_the_whole_grid(tmp_path):
    recorders = [Recorder(), Recorder(), Recorder()]
    for number, recorder in enumerate(recorders, 1):
        run(tmp_path, recorder, shard=(number, 3))
    assert [len(recorder.calls) for recorder in recorders] == [6, 6, 6]
    whole = Recorder()
    assert run(tmp_path, whole).finished and not whole.calls


def test_a_fold_that_fails_is_tried_once_more_and_then_stops_the_search(tmp_path):
    recorder = Recorder(loss=nan_at(0.004, 2))
    oracle = run(tmp_path, recorder)
    assert oracle.error.startswith(
        "the combination learning_rate=0.004, batch_size=16 failed in fold 2: its loss is not finite"
    )
    # What is recorded is not trained again
    assert recorder.calls[-3:] == [(0.004, 16, 1), (0.004, 16, 2), (0.004, 16, 2)]
    # The combinations before it have batches of 16 too
    assert len(list((tmp_path / "rows").glob("*.json"))) == 2 * 3 + 1


def test_a_failure_of_the_last_fold_stops_the_search_as_well(tmp_path):
    """The other folds of the combination are recorded then, so nothing of it is left to train."""
    oracle = run(tmp_path, Recorder(loss=nan_at(0.004, FOLDS)))
    assert oracle.error.startswith("the combination learning_rate=0.004, batch_size=16 failed in fold 3")
    assert "nan" not in oracle.progress.stream.getvalue()


def test_an_error_that_passes_stops_nothing(tmp_path, capsys):
    class Flaky(Recorder):
        def __call__(self, config, fold):
            row = super().__call__(config, fold)
            if len(self.calls) == 5:
                raise MemoryError("no room\nfor it")
            return row

    recorder = Flaky()
    oracle = run(tmp_path, recorder)
    assert not oracle.error and len(recorder.calls) == 18 + 1
    assert "failed in fold 2: MemoryError: no room for it; it is tried once more" in oracle.progress.stream.getvalue()
    assert "Traceback" in capsys.readouterr().err


def test_a_search_that_keeps_going_records_what_is_missing(tmp_path):
    recorder = Recorder(loss=nan_at(0.004, 2))
    oracle = run(tmp_path, recorder, keep_going=True)
    metrics = save_search(tmp_path, oracle.search, FOLDS, oracle.rows)
    folds, trials = load_table(tmp_path / "folds.csv"), load_table(tmp_path / "trials.csv")
    failed = [row for row in folds if row["status"] == "failed"]
    assert [(row["learning_rate"], row["batch_size"], row["fold"]) for row in failed] == [
        (0.004, 16, 2),
        (0.004, 32, 2),
    ]
    assert all("not finite" in row["reason"] and math.isnan(row["validation_loss"]) for row in failed)
    assert [math.isnan(row["score"]) for row in trials] == [False] * 4 + [True] * 2
    assert sorted(row["rank"] for row in trials[4:]) == [5, 6]
    assert metrics["failed"] == 2 and metrics["fits"] == 18 and not oracle.error


def test_the_next_search_tries_again_what_failed(tmp_path):
    run(tmp_path, Recorder(loss=nan_at(0.004, 2)), keep_going=True)
    recorder = Recorder()
    oracle = run(tmp_path, recorder)
    assert recorder.calls == [(0.004, 16, 2), (0.004, 32, 2)]
    assert save_search(tmp_path, oracle.search, FOLDS, oracle.rows)["failed"] == 0


def test_no_file_of_kerastuners_is_left(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(tmp_path, Recorder())
    assert [path.name for path in tmp_path.iterdir()] == ["rows"]


FILES = ((load_table, "trials.csv"), (load_json, "search_space.json"), (load_json, "best.json"))


def test_lists_are_values_like_others(tmp_path):
    """Trained as they are, shown as JSON texts in all files, and found again in the winner."""
    seen = []

    def recorder(config, fold):
        seen.append((config.hidden_units, config.dropout, config.learning_rate, fold))
        return Recorder()(config, fold)

    grid = {"hidden_units": [(8, 8), (8, 4)], "dropout": [0.1, (0.1, 0.2)], "learning_rate": [0.001, 0.002]}
    plain = dataclasses.replace(BASE, activations="relu")
    search = Search("validation_loss", plain, grid)
    progress = SearchProgress("test", search, search.combinations, FOLDS, io.StringIO())
    oracle = RecordedGridOracle(search, FOLDS, rows_in(tmp_path), progress)
    CrossValidatedGridSearch(oracle, search, FOLDS, recorder).search()
    assert sorted(seen, key=str) == sorted(itertools.product(*grid.values(), (1, 2, 3)), key=str)
    save_search(tmp_path, search, FOLDS, oracle.rows)
    trials, space, best = (read(tmp_path / name) for read, name in FILES)
    assert list(space["grid"]["hidden_units"]) == ["[8, 8]", "[8, 4]"] and space["grid"]["dropout"] == [
        0.1,
        "[0.1, 0.2]",
    ]
    assert {row["hidden_units"] for row in trials} == {"[8, 8]", "[8, 4]"}
    assert best["values"] == {name: trials[best["trial"] - 1][name] for name in grid}
    assert "hidden_units, dropout, learning_rate" in progress.stream.getvalue()
    assert "[8, 4] [0.1, 0.2] 0.002" in progress.stream.getvalue()
