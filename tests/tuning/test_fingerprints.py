"""The fingerprint of a row, and what chief and workers compare."""

import dataclasses

from tests.tuning.fakes import BASE, DATA, GRID, MACHINE, search_over
from tuning.fingerprints import fingerprint, search_identity


def test_fingerprint_follows_every_part():
    parts = {"task": "regression", "config": BASE, "fold": 1, "seed": 1, "data": DATA, "machine": MACHINE}
    changes = [
        {"task": "other"},
        {"config": dataclasses.replace(BASE, patience=3)},
        {"fold": 2},
        {"seed": 2},
        {"machine": {}},
    ]
    assert len({fingerprint(**parts), *(fingerprint(**(parts | change)) for change in changes)}) == 6


def test_the_parts_of_a_searchs_identity_follow_what_they_are_named_after():
    """A worker that is refused is told which part differs, so each part depends on its own subject alone."""

    def identity(grid=GRID, seed=1, data=DATA, machine=MACHINE):
        return search_identity(search_over(grid), 3, seed, data, machine)

    def changed(**changes):
        return [part for part, text in identity(**changes).items() if text != identity()[part]]

    assert changed() == []
    assert changed(seed=2) == changed(grid={"batch_size": [16]}) == ["settings"]
    assert changed(data=dataclasses.replace(DATA, counts={"train": 9, "test": 9})) == ["data"]
    assert changed(machine={"threads": 2}) == ["packages, precision, threads, kernels or distribution"]
