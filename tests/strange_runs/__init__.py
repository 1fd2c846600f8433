"""Example runs that turned out otherwise: each function here changes recorded files so that they agree with each other again.

They are what the report must be true of: networks that are worse, certain or always of one opinion; points without gaps or
noise; grids without differences; searches that failed; extras that are switched off.
"""

from tests.strange_runs.both import *  # noqa: F403
from tests.strange_runs.classification import *  # noqa: F403
from tests.strange_runs.files import *  # noqa: F403
from tests.strange_runs.regression import *  # noqa: F403
