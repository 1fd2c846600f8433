"""Edits of recorded runs: each function here is one, or makes one of its arguments, and keeps the files in agreement.

The report must be true of what they lead to: networks that are worse, certain or always of one opinion; points without
gaps or noise; grids without differences; searches that failed; layers that never changed.
"""

from tests.invented.edits import classification, files, networks, origins, regression, searches

__all__ = ["classification", "files", "networks", "origins", "regression", "searches"]
