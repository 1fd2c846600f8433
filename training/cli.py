"""The flags that all scripts share, and how a script ends. Imports nothing heavy: --help and mistakes answer at once."""

import argparse
import sys
from pathlib import Path

from reporting.artifacts import UserError, mendable

INTERRUPTED = 130  # the exit code that shells give a program ended by Ctrl-C


def parse_arguments(description, argv=None, add_flags=None, **choices):
    """Parse --config, --runs and --quick, and for each further keyword a required flag that takes one of its choices.

    `add_flags(parser)` adds what else a script understands.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    for name, values in choices.items():
        parser.add_argument(f"--{name}", choices=values, required=True)
    parser.add_argument(
        "--config", type=Path, default=Path("homework.toml"), help="settings file (default: %(default)s)"
    )
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of all results (default: %(default)s)")
    parser.add_argument(
        "--quick", action="store_true", help="every stage on a small scale, as [quick] of the settings says"
    )
    if add_flags:
        add_flags(parser)
    return parser.parse_args(argv)


def run_main(main):
    """Call `main` and return its exit code: a user's mistake, a full disk and Ctrl-C end in one line on stderr, not in a traceback."""
    try:
        return main() or 0
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {mendable(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; what is finished is kept, and the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
