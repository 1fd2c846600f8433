"""What the benchmark computes from its measurements; nothing is measured here."""

import sys

import pytest

from reporting.artifacts import UserError
from tests.benchmarks import ours, processes
from tests.benchmarks.images import UNIT
from tests.benchmarks.machine import LIMITS, limit_kernels
from tests.benchmarks.regression import RegressionGrid
from tests.benchmarks.table import markdown
from tests.benchmarks.turns import Comparison, affordable, extrapolated, take_turns
from tests.training.shapes import IMAGES
from training.settings import load_homework
from training.tasks import TASKS


class Clock:
    """A clock that a way of doing the work moves on by the seconds it takes."""

    def __init__(self):
        self.now, self.taken = 0.0, []

    def __call__(self):
        return self.now

    def way(self, name, seconds):
        def take():
            self.now += seconds
            self.taken.append(name)
            return seconds

        return take


@pytest.fixture
def clock():
    return Clock()


def test_ways_take_turns(clock):
    times = take_turns({"a": clock.way("a", 1), "b": clock.way("b", 2)}, "s", clock=clock)
    assert clock.taken == ["a", "b", "a", "b"] and times == {"a": [1, 1], "b": [2, 2]}


@pytest.mark.parametrize("budget, rounds", [(0, 2), (6, 2), (8.9, 2), (9, 3), (29, 9)])
def test_rounds_go_on_while_a_further_one_fits_but_there_are_two(clock, budget, rounds):
    times = take_turns({"a": clock.way("a", 1), "b": clock.way("b", 2)}, "s", budget, clock=clock)
    assert [len(values) for values in times.values()] == [rounds, rounds]


def test_every_measurement_is_announced_and_then_printed(clock, capsys):
    seen = []
    ways = {"a": clock.way("a", 1), "b": lambda: seen.append(capsys.readouterr().out) or 2.5}
    take_turns(ways, "s an epoch", rounds=1, clock=clock)
    assert seen == ["  round 1, 1 of 2: a ... 1.00 s an epoch\n  round 1, 2 of 2: b ... "]
    assert capsys.readouterr().out == "2.50 s an epoch\n"


def test_work_fills_the_seconds_by_two_timings_on_a_line():
    assert affordable((1, 12), (10, 30), 90, at_most=100) == 40  # 10 s and 2 s for each
    assert affordable((1, 12), (10, 30), 900, at_most=100) == 100
    assert affordable((1, 12), (10, 30), 5, at_most=100) == 10


def test_timings_that_noise_has_made_flat_do_not_make_work_free():
    assert affordable((1, 40), (10, 40), 60, at_most=10_000) == 30  # a quarter of 40 s / 10 for each


def test_more_work_is_computed_on_the_line():
    assert extrapolated((1, 12), (40, 90), 500) == 1010  # 10 s and 2 s for each


def test_time_of_all_epochs_counts_the_start_once_and_is_left_out_where_noise_hides_it(tmp_path):
    grid = RegressionGrid(processes.Peers("python3", tmp_path), threads=2)
    few = {
        "two workers": 12.0
    }  # 90 fits that start in 3 s and take 9 s an epoch: 12, 372 and 4,503 s for 1, 41 and 500
    (computed,) = grid.all_epochs(few, 41, {"two workers": [1000 * 372 / 90 / 41]})
    assert computed.times["two workers"] == [pytest.approx(1000 * 4503 / 90 / 500)]
    assert grid.all_epochs(few, 41, {"two workers": [1000 * 11 / 90 / 41]}) == []


def test_table_has_medians_ranges_and_ratios_to_each_yardstick():
    images = {"two workers, one thread": [2, 4, 3], "PyTorch, float32": [9, 9], "bound, float32": [1.5]}
    grid = {"two workers": [2, 2], "skorch": [5, 7]}
    comparisons = [Comparison("grid", "ms", grid), Comparison("images", "s", images)]
    assert markdown("A processor", ["two cores"], comparisons, ["a note"]).splitlines() == [
        "## A processor",
        "",
        "- two cores",
        "",
        "| work | way | time | times two workers | times PyTorch | times bound |",
        "|---|---|---:|---:|---:|---:|",
        "| grid, ms | two workers | 2.00 (2.00 to 2.00) | 1.00 |  |  |",
        "|  | skorch | 6.00 (5.00 to 7.00) | 3.00 |  |  |",
        "| images, s | two workers, one thread | 3.00 (2.00 to 4.00) | 1.00 | 0.33 | 2.00 |",
        "|  | PyTorch, float32 | 9.00 (9.00 to 9.00) | 3.00 | 1.00 | 6.00 |",
        "|  | bound, float32 | 1.50 | 0.50 | 0.17 | 1.00 |",
        "",
        "- a note",
    ]


def test_multiply_adds_of_the_reference_network_are_those_of_its_layers():
    model = TASKS["classification"].build(load_homework().tasks["classification"].reference, IMAGES)
    convolutions = [26 * 26 * 3 * 3 * 32, 11 * 11 * 3 * 3 * 32 * 48]  # 28 -> 26 -> 13 -> 11 -> 5 on a side
    assert ours.layer_products(model) == [*convolutions, 5 * 5 * 48 * 128, 128 * 256, 256 * 10]


def test_training_takes_three_products_a_weight_and_the_first_layer_two():
    assert ours.multiply_adds([5, 7], trained=10, held_out=3) == 10 * (2 * 5 + 3 * 7) + 3 * (5 + 7)
    assert UNIT.startswith("s an epoch of 48,000")


def test_a_limit_on_kernels_sets_the_libraries_variables_and_keeps_other_options():
    environment = {"XLA_FLAGS": "--xla_a=1", "ONEDNN_MAX_CPU_ISA": "AVX512_CORE"}
    limit_kernels("avx2", environment)
    assert environment == LIMITS["avx2"] | {"XLA_FLAGS": "--xla_a=1 --xla_cpu_max_isa=AVX2"}
    untouched = {}
    limit_kernels("", untouched)
    assert untouched == {}


def test_an_unknown_limit_is_a_mistake_that_names_the_known_ones():
    with pytest.raises(UserError, match="KERNELS=avx3.*avx2"):
        limit_kernels("avx3", {})


def test_processes_side_by_side_report_on_their_last_line_and_the_slowest_counts():
    code = "import json; print('noise'); print(json.dumps({'seconds': 3.5}))"
    assert processes.seconds_of([sys.executable, "-c", code], processes=2) == 3.5


def test_a_process_that_fails_is_reported_with_its_errors():
    with pytest.raises(UserError, match="(?s)ended with 3.*out of luck"):
        processes.results_of([sys.executable, "-c", "import sys; print('out of luck', file=sys.stderr); sys.exit(3)"])
