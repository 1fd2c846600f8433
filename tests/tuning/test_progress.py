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
    (line,) = stream.getvalue().splitlines()
    for part in (
        "1/4",
        "learning_rate=0.001",
        "batch_size=16",
        "validation_loss 0.2500",
        "best 0.2500",
        "w1",
        "s left",
    ):
        assert part in line


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
