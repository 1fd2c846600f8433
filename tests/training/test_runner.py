"""Units side by side: what starts when, what a failure and an interrupt leave, and what is said meanwhile."""

import dataclasses
import io
import itertools
import re
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from training import budget, children, runner
from training.budget import Budget
from training.estimate import Estimate
from training.pace import Pace
from training.runner import Runner
from training.terminal import Terminal
from training.units import Unit

ROOT = Path(__file__).parents[2]
SCRIPT = """
import pathlib, sys, time
from training.budget import hold_slot
hold_slot()
log, name, seconds, status = pathlib.Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
with log.open("a") as file: print("begins", name, file=file)
print("a word of", name, file=sys.stderr)
time.sleep(seconds)
with log.open("a") as file: print("ends", name, file=file)
sys.exit(status)
"""


@dataclasses.dataclass
class Work:
    """Invented stages, each with its units; `run` runs them and returns the exit status."""

    folder: object
    stages: dict
    said: io.StringIO = dataclasses.field(default_factory=io.StringIO)

    def unit(self, stage, seconds=0.3, status=0, memory=0.5, name=None, expected=10.0):
        name = name or stage
        command = (str(self.folder / "log"), name, str(seconds), str(status))
        self.stages.setdefault(stage, []).append(Unit(name, stage, command, memory, (expected,)))
        return self

    def runner(self, slots=2, memory=100.0, most_workers=8):
        estimate = Estimate(0, 0, 0, dict(self.stages), Pace())
        experiments = {"a": SimpleNamespace(runs=self.folder)}
        return Runner(experiments, estimate, Budget(slots, memory), Terminal(self.said), [], [], most_workers)

    def events(self):
        path = self.folder / "log"
        return [tuple(line.split(maxsplit=1)) for line in path.read_text().splitlines()] if path.exists() else []

    def most_at_once(self):
        return max(itertools.accumulate(1 if event == "begins" else -1 for event, _ in self.events()))


@pytest.fixture
def work(tmp_path, monkeypatch):
    (tmp_path / "script.py").write_text(SCRIPT)
    work = Work(tmp_path, {})
    needs = {"a/search": "data", "a/tuned": "a/search", "a/late": "a/tuned", "a/x": "data", "a/y": "data"}
    monkeypatch.setattr(budget.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(runner, "stages", lambda: needs | {f"a/{number}": "data" for number in range(9)})
    monkeypatch.setattr(runner, "TICK", 0.02)
    monkeypatch.setattr(runner, "units_of", lambda this, name, pace: work.stages[f"a/{name}"])
    # A unit's command is what follows `-m`; here it is a script of its own with the same flags
    monkeypatch.setattr(children, "COMMAND", [sys.executable, str(tmp_path / "script.py")])
    monkeypatch.setenv("PYTHONPATH", ":".join([str(ROOT), *filter(None, sys.path)]))
    return work


def test_everything_runs_once_and_what_is_needed_first(work):
    for stage in ("a/search", "a/tuned", "a/late", "a/x", "a/y"):
        work.unit(stage)
    assert work.runner().run() == 0
    events = work.events()
    assert sorted(name for event, name in events if event == "ends") == sorted(work.stages)
    for before, after in (("a/search", "a/tuned"), ("a/tuned", "a/late")):
        assert events.index(("ends", before)) < events.index(("begins", after))


def test_the_longest_chain_begins_first(work):
    work.unit("a/x", expected=15.0).unit("a/search").unit("a/tuned").unit("a/late")
    assert work.runner(slots=1).run() == 0
    assert [name for event, name in work.events() if event == "begins"] == ["a/search", "a/tuned", "a/x", "a/late"]


@pytest.mark.parametrize(("slots", "memory", "most"), [(1, 100, 1), (3, 100, 3), (16, 1.6, 3), (16, 0.1, 1)])
def test_no_more_run_than_slots_and_memory_hold(work, slots, memory, most):
    for number in range(4):
        work.unit(f"a/{number}", seconds=1.5)
    assert work.runner(slots, memory).run() == 0
    assert work.most_at_once() == most


def test_a_slot_of_another_make_is_left_alone(work):
    for number in range(3):
        work.unit(f"a/{number}")
    with open(budget.slot_file(0), "a") as file:
        budget.fcntl.flock(file, budget.fcntl.LOCK_EX)
        assert work.runner(slots=2).run() == 0
    assert work.most_at_once() == 1


def test_after_a_failure_nothing_starts_and_what_is_at_work_is_finished(work):
    work.unit("a/x", seconds=0.1, status=3, expected=30).unit("a/search", seconds=0.8, expected=20).unit(
        "a/tuned"
    ).unit("a/y")
    assert work.runner().run() == 3
    assert [name for event, name in work.events() if event == "begins"] in (["a/x", "a/search"], ["a/search", "a/x"])
    assert ("ends", "a/search") in work.events()
    said = work.said.getvalue()
    assert "a/x failed; what is finished is kept" in said and "a word of a/x" in said


def test_a_killed_unit_is_told_from_one_that_failed():
    unit = Unit("a network", "a/x", (), 1.0, (1.0,))
    assert "JOBS=1" in runner.failure(unit, -9) and "SIGKILL" in runner.failure(unit, -9)
    assert "JOBS=1" not in runner.failure(unit, -15) + runner.failure(unit, 1)


def test_an_interrupt_ends_what_is_at_work(work):
    work.unit("a/x", seconds=60).unit("a/y", seconds=60)
    this = work.runner()
    looked = this.look

    def interrupted():
        looked()
        if len(work.events()) == 2:
            raise KeyboardInterrupt

    this.look = interrupted
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        this.run()
    assert all(one.process.poll() is not None for one in this.running) and len(this.running) == 2
    assert time.monotonic() - started < 50  # they would have taken sixty


def test_every_end_says_how_far_it_is_in_lines_of_a_hundred_columns(work):
    work.unit("a/search", name="a search of a name " + "that goes on " * 9).unit("a/tuned").unit("a/late")
    assert work.runner().run() == 0
    lines = work.said.getvalue().splitlines()
    told = [line for line in lines if re.match(r"\d of 3  ", line)]
    assert [line[0] for line in told] == ["1", "2", "3"]
    assert re.search(r"  took 0:01, 0:01 left$", told[1]) and told[2].endswith("took 0:01")
    assert max(len(line) for line in told) <= 100
    assert re.fullmatch(r"all trained in 0:01 \(h:min\), peak memory \d+\.\d of 100\.0 GiB", lines[-1])
