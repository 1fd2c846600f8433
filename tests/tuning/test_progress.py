"""What a search says of itself: lines in a log, a live table on a terminal."""

import io

from tests.tuning.fakes import GRID, search_over
from tuning.progress import SearchProgress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def finish_one(progress):
    progress.combination_begun({"learning_rate": 0.001, "batch_size": 16}, "w1")
    for _ in range(2):
        progress.fold_ended()
    progress.combination_ended({"learning_rate": 0.001, "batch_size": 16}, 0.25, "w1")
    progress.combination_begun({"learning_rate": 0.002, "batch_size": 16}, "w2")


def test_a_log_gets_one_line_a_combination():
    stream = io.StringIO()
    progress = SearchProgress("regression search", search_over(GRID), 4, 2, stream)
    with progress.table():
        finish_one(progress)
    first, line = stream.getvalue().splitlines()
    assert first == "regression search  4 combinations of learning_rate, batch_size; validation loss"
    assert line == "regression search  1/4  0.001 16  0.2500  best 0.2500  0:01 left"


def test_a_line_has_at_most_a_hundred_columns_and_still_the_score():
    stream = io.StringIO()
    progress = SearchProgress("regression search", search_over(GRID), 4, 2, stream)
    values = {f"a_long_setting_{number}": "fan_in_uniform" for number in range(9)}
    progress.combination_begun(values, "w1")
    progress.combination_ended(values, 0.25, "w1")
    line = stream.getvalue().splitlines()[-1]
    assert len(line) <= 100 and "…" in line and "0.2500  best 0.2500" in line


def test_a_terminal_gets_a_table_of_the_search_and_its_workers():
    stream = Terminal()
    progress = SearchProgress("regression search", search_over(GRID), 4, 2, stream)
    with progress.table():
        finish_one(progress)
    for part in ("combinations", "folds", "best", "time left", "1/4", "2/8", "0.2500", "w2", "learning_rate=0.002"):
        assert part in stream.getvalue()


def test_the_best_of_accuracies_is_the_highest():
    progress = SearchProgress("search", search_over(GRID, "validation_accuracy"), 3, 1, io.StringIO())
    for score in (0.8, 0.9, float("nan")):
        progress.combination_found(score, 1)
    assert progress.best == 0.9 and progress.done == 3
