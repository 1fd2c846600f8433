"""The lock files, against the requirements that they were made from."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = sorted(ROOT.glob("requirements*.lock"))
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)(.*)", re.MULTILINE)


def pins(path):
    """(normalized name, version) of everything that a file pins."""
    text = path.read_text(encoding="utf-8")
    return {(re.sub(r"[-_.]+", "-", name).lower(), version) for name, version, _ in PIN.findall(text)}


def test_every_requirements_file_is_locked_but_that_of_the_benchmark():
    sources = {path.stem for path in ROOT.glob("requirements*.txt")}
    assert {path.stem for path in LOCKS} == sources - {"requirements-bench"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_holds_what_its_source_pins(lock):
    missing = pins(lock.with_suffix(".txt")) - pins(lock)
    assert not missing, f"make lock has not been run since {lock.stem}.txt changed: {missing}"


def test_the_report_is_made_with_the_same_versions_with_and_without_tensorflow():
    assert pins(ROOT / "requirements-report.lock") <= pins(ROOT / "requirements.lock")


def test_all_locks_agree_on_every_version():
    versions = {}
    for name, version in {pin for lock in LOCKS for pin in pins(lock)}:
        versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_package_of_a_lock_has_digests_and_comes_from_the_index_that_pip_is_set_to(lock):
    text = re.sub(r"^ *#.*\n", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    requirement = r"[\w.-]+(\[[\w,-]+\])?==\S+( ; [^\n\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+\n"
    assert re.fullmatch(f"({requirement})+", text)
