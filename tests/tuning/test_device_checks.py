"""What counts as equal on two devices, and the table of it."""

import math

import pytest

from tuning.device_checks import Check, check_team, compare_losses, compare_rows, failures, table

HISTORY = [{"train_loss": 4.0, "validation_loss": 3.0}, {"train_loss": 1.0, "validation_loss": 2.0}]
ROWS = {
    "a.json": {"seed": 1, "train_loss": 1.0, "validation_loss": 2.0, "seconds": 1.5, "worker": "w1"},
    "b.json": {"seed": 2, "train_loss": 3.0, "validation_loss": 4.0, "seconds": 2.5, "worker": "w1"},
}


def changed(history, epoch, **losses):
    return [row | losses if number == epoch else row for number, row in enumerate(history)]


@pytest.mark.parametrize(
    ("seen", "ok"),
    [
        (HISTORY, True),
        (changed(HISTORY, 0, train_loss=4.04), True),  # 0.04 of 5
        (changed(HISTORY, 0, train_loss=4.06), False),
        (changed(HISTORY, 1, validation_loss=2.06), False),  # either loss counts, in any epoch
        (changed(HISTORY, 1, train_loss=math.nan), False),
        (changed(HISTORY, 1, validation_loss=math.inf), False),
        (HISTORY[:1], False),
    ],
)
def test_fits_agree_if_all_their_losses_are_within_the_tolerance(seen, ok):
    assert compare_losses("fit", HISTORY, seen, 0.01).ok is ok


def test_a_reference_that_diverged_agrees_with_nothing():
    diverged = changed(HISTORY, 1, train_loss=math.nan)
    assert compare_losses("fit", diverged, diverged, 0.01).ok is False


def test_a_comparison_says_by_how_much_losses_differ():
    check = compare_losses("fit", HISTORY, changed(HISTORY, 1, validation_loss=2.5), 0.001)
    assert "0.1%" in check.expected
    assert check.seen == "validation loss 2.5, there 2; 0.1 apart"  # 0.5 of 5


def with_rows(**changes):
    return ROWS | {"b.json": ROWS["b.json"] | changes}


@pytest.mark.parametrize(
    ("shared", "tolerance", "ok"),
    [
        (with_rows(seconds=9.0, worker="w2"), 0.0, True),
        (with_rows(train_loss=3.0000001), 0.0, False),
        (with_rows(seed=3), 0.0, False),
        (with_rows(train_loss=3.001), 0.01, True),
        (with_rows(train_loss=3.2), 0.01, False),
        (with_rows(train_loss=math.nan), 0.01, False),
        ({"b.json": ROWS["b.json"]}, 0.01, False),
        (ROWS | {"c.json": ROWS["b.json"]}, 0.01, False),
        ({"a.json": ROWS["a.json"], "b.json": {"seed": 2, "status": "failed"}}, 0.01, False),
    ],
)
def test_searches_agree_if_their_folds_do(shared, tolerance, ok):
    assert compare_rows("search", ROWS, shared, tolerance).ok is ok


def test_two_searches_without_folds_do_not_agree():
    assert compare_rows("search", {}, {}, 0.01).ok is False


STARTED = "regression search  chief at 127.0.0.1:1, workers here: 2\n"


@pytest.mark.parametrize(
    ("rows", "log", "ok"),
    [
        (with_rows(worker="w2"), STARTED, True),
        (ROWS, STARTED, None),  # the other one came too late
        (with_rows(worker="w2"), STARTED + "worker w2 died (killed by SIGKILL) and is started again\n", False),
        (with_rows(worker="w2"), STARTED.replace("2\n", "1\n"), False),
        (with_rows(worker="w2"), "", False),
    ],
)
def test_a_team_is_complete_if_every_worker_trained_and_none_died(rows, log, ok):
    assert check_team("search", 2, rows, log).ok is ok


CHECKS = [
    Check("first", "1", "1", True),
    Check("second | third", "2", "3", False),
    Check("fourth", "4", "no GPU", None),
    Check("fifth", "5", "6", False),
]


def test_the_table_has_a_row_a_check():
    assert table(CHECKS).splitlines() == [
        "| check | expected | seen | ok |",
        "| --- | --- | --- | --- |",
        "| first | 1 | 1 | yes |",
        "| second \\| third | 2 | 3 | **no** |",
        "| fourth | 4 | no GPU | not checked |",
        "| fifth | 5 | 6 | **no** |",
    ]


def test_the_failures_are_named_in_one_line():
    assert failures(CHECKS) == "second | third; fifth"
    assert failures([CHECKS[0], CHECKS[2]]) == ""
