"""python -m tests.invented FOLDER: writes runs with networks of the real sizes into the folder."""

import sys

from tests.invented import REAL_SIZES, write_runs

write_runs(sys.argv[1], **REAL_SIZES)
