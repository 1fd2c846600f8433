"""Complete, small, plausible `runs` folders without any training, for tests of the report and for looking at it.

    python -m tests.invented FOLDER        writes one with networks of the real sizes

The numbers are invented, the same at every call, and agree with each other as those of real runs do. `write_runs`
writes runs that turned out well; its keywords are fields of Example. `outcomes` lists the other ways in which runs can
turn out, and `write_outcome` writes one of them. The modules of `edits` hold what those are made with.
"""

from tests.invented.builder import outcomes, write_outcome, write_runs
from tests.invented.example import REAL_SIZES, WITHOUT_EXTENDED, Example
from tests.invented.recording import run_of

__all__ = ["REAL_SIZES", "WITHOUT_EXTENDED", "Example", "outcomes", "run_of", "write_outcome", "write_runs"]
