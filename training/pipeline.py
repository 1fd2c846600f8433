"""Run what is not up to date: the data, the searches, the networks and the extras, side by side as the machine allows.

    python -m training.pipeline train --config homework.toml --runs runs

`data` prepares the data, `tune` runs the searches as well, `train` everything that the report draws on. Nothing starts
without a slot of the machine's budget (training/budget.py); a free slot goes to what is next on the longest chain of
what is left, be it a network, cases of an extra or a worker of a search. Interrupted, or after a mistake, the same
command goes on from what is finished.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence

from reporting.artifacts import TASKS
from training.budget import Budget, make_budget
from training.cli import homework_of, parse_arguments, run_main
from training.estimate import Estimate, make_estimate
from training.experiment import experiment
from training.plan import data_is_current, stale_stages
from training.runner import Runner
from training.settings import Homework, load_homework
from training.terminal import Terminal, clock, shortened
from training.units import DATA

TARGETS = {
    "data": lambda stage: False,
    "tune": lambda stage: stage.endswith("/search"),
    "train": lambda stage: True,
}


def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(__doc__, argv, add_flags)
    homework, terminal = homework_of(arguments), Terminal()
    said = "" if arguments.dry_run else prepare_data(homework, arguments)
    stale = [stage for stage in left(homework, arguments) if TARGETS[arguments.target](stage)]
    if not stale:
        terminal.say(said or "everything is up to date")
        return 0
    compute = homework.compute
    budget = make_budget(compute.threads, compute.distribution, arguments.jobs, arguments.workers or 1)
    experiments = {task: experiment(task, homework, arguments.runs) for task in homework.tasks}
    estimate = make_estimate(experiments, stale, budget, arguments.config)
    say_beforehand(terminal, arguments, estimate, budget)
    if said:
        terminal.say(said)
    if arguments.dry_run:
        for unit in estimate.units:
            terminal.say(f"{clock(unit.seconds)}  {unit.name}")
        return 0
    return Runner(
        experiments,
        estimate,
        budget,
        terminal,
        script_flags(arguments),
        search_flags(arguments),
        arguments.workers or budget.slots,
    ).run()


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add what is to be done, and with how much of the machine, to a parser."""
    parser.add_argument("target", choices=TARGETS, help="what is to be brought up to date")
    parser.add_argument("--jobs", type=number, help="processes that train side by side (default: what the machine has)")
    parser.add_argument("--workers", type=number, help="processes that share one search, at most")
    parser.add_argument(
        "--keep-going", action="store_true", help="searches go on without combinations that fail; the report says so"
    )
    parser.add_argument("--tensorboard", action="store_true", help="searches write logs for TensorBoard as well")
    parser.add_argument("--dry-run", action="store_true", help="say what would run, and how long it would take")


def number(text: str) -> int:
    """A number of processes."""
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes from 1 to 1000")
    return int(text)


def script_flags(arguments: argparse.Namespace) -> list[str]:
    """The flags that every stage's script gets."""
    flags = ["--config", str(arguments.config), "--runs", str(arguments.runs)]
    return flags + ["--quick"] * arguments.quick + ["--no-extras"] * arguments.no_extras


def search_flags(arguments: argparse.Namespace) -> list[str]:
    """The flags that searches get besides."""
    return ["--keep-going"] * arguments.keep_going + ["--tensorboard"] * arguments.tensorboard


def prepare_data(homework: Homework, arguments: argparse.Namespace) -> str:
    """Prepare the data unless they are up to date; returns what was said of them, or an empty text."""
    if data_is_current(homework, arguments.runs):
        return ""
    command = [sys.executable, "-m", *DATA.command, *script_flags(arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout.strip()


def left(homework: Homework, arguments: argparse.Namespace) -> list[str]:
    """The stages that are not up to date.

    Without extras, one that is up to date with them is left as it is, unless it is about a network that is not.
    """
    stale = stale_stages(homework, arguments.runs)
    if not arguments.no_extras:
        return stale
    with_extras = stale_stages(load_homework(arguments.config, arguments.quick), arguments.runs)
    about = {f"{task.name}/{extra.name}": f"{task.name}/{extra.of}" for task in TASKS.values() for extra in task.extras}
    return [stage for stage in stale if stage in with_extras or about.get(stage) in with_extras]


def say_beforehand(terminal: Terminal, arguments: argparse.Namespace, estimate: Estimate, budget: Budget) -> None:
    """Say how long it will take, and what would take less."""
    count = budget.side_by_side(estimate.largest)
    processes = f"{count} process{'es' if count > 1 else ''} side by side"
    line = f"about {clock(estimate.seconds)} (h:min) with {processes}"
    if arguments.target == "train" and not (arguments.quick or arguments.no_extras):
        line += f"; make quick {clock(estimate.quick)}, make all EXTRAS=0 {clock(estimate.without_extras)}"
    terminal.say(shortened(line))
    if estimate.largest > budget.memory:
        terminal.say(
            f"warning: a process takes up to {estimate.largest:.1f} GiB of memory,"
            f" and there are {budget.memory:.1f} for all; it may be killed"
        )


if __name__ == "__main__":
    sys.exit(run_main(main))
