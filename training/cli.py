"""Command-line flags and exit codes shared by all scripts. Imports nothing heavy, so that --help is fast."""

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from reporting.artifacts import exit_status
from training.budget import hold_slot
from training.settings import Homework, load_homework

INTERRUPTED = 130  # the exit code of a program ended by Ctrl-C, as shells report it
CHILD = "TRAINING_CHILD"  # in the environment of a process that another of these programs started
# What terminals, `kill`, `timeout` and batch systems end a program with; without a handler it would end at once
ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU)


def parse_arguments(
    description: str | None,
    argv: Sequence[str] | None = None,
    add_flags: Callable[[argparse.ArgumentParser], None] | None = None,
    **choices: Iterable[str] | None,
) -> argparse.Namespace:
    """Parse --config, --runs, --quick, and one required flag per further keyword.

    The keyword's value lists the choices of its flag; None accepts anything. `add_flags(parser)` adds more flags.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    for name, values in choices.items():
        parser.add_argument(f"--{name}", choices=values and list(values), required=True)
    parser.add_argument(
        "--config", type=Path, default=Path("homework.toml"), help="settings file (default: %(default)s)"
    )
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of all results (default: %(default)s)")
    parser.add_argument(
        "--quick", action="store_true", help="every stage on a small scale, as [quick] of the settings says"
    )
    parser.add_argument(
        "--no-extras", action="store_true", help="the content of the reference report alone, as if all extras were off"
    )
    if add_flags:
        add_flags(parser)
    return parser.parse_args(argv)


def homework_of(arguments: argparse.Namespace) -> Homework:
    """The settings that the flags of `parse_arguments` name; raises UserError for a mistake in them."""
    return load_homework(arguments.config, arguments.quick, not arguments.no_extras)


def run_main(main: Callable[[], int | None]) -> int:
    """Call `main` and return its exit code. User errors, a full disk and Ctrl-C are reported in one line on stderr."""

    # Joblib, which scikit-learn loads, warns where /dev/shm is missing unless it is told that it need not be there
    os.environ.setdefault("JOBLIB_MULTIPROCESSING", "0")

    def run() -> int | None:
        hold_slot()
        return main()

    try:
        with interrupted_by_signals():
            return exit_status(run)
    except KeyboardInterrupt:
        if CHILD not in os.environ:  # else the process that started this one says so
            print("\ninterrupted; what is finished is kept, and the same command goes on from here", file=sys.stderr)
        return INTERRUPTED


@contextlib.contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Inside, the signals ENDING interrupt as Ctrl-C does, so that this process can end those that it started.

    What the user had ignored, as nohup does with SIGHUP, stays ignored.
    """

    def interrupt(_number: int, _frame: object) -> None:
        for one in caught:
            signal.signal(one, signal.SIG_IGN)  # batch systems repeat themselves, and one is enough
        raise KeyboardInterrupt

    caught = [one for one in ENDING if signal.getsignal(one) == signal.SIG_DFL]
    for one in caught:
        signal.signal(one, interrupt)
    try:
        yield
    finally:
        for one in caught:
            signal.signal(one, signal.SIG_DFL)
