"""The check of what pip cannot install, on a machine that lacks it, with an apt-get that only notes its arguments."""

import subprocess

import pytest

from reporting import system_libraries


@pytest.fixture
def bare_machine(monkeypatch):
    """No library loads; the commands that are run are listed."""
    commands = []

    def run(command, **_):
        commands.append(" ".join(command))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(system_libraries, "loads", lambda name: False)
    monkeypatch.setattr(system_libraries.subprocess, "run", run)
    return commands


def test_without_root_the_exact_line_is_named_and_nothing_is_run(bare_machine, monkeypatch):
    monkeypatch.setattr(system_libraries, "can_install", lambda: False)
    message = system_libraries.main(["report"])
    assert (
        "apt-get update && apt-get install --yes --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0"
        in message
    )
    assert message.startswith("error: ") and "\n" not in message
    assert bare_machine == []


def test_root_installs_what_is_missing(bare_machine, monkeypatch):
    monkeypatch.setattr(system_libraries, "can_install", lambda: True)
    answers = iter([["libharfbuzz-subset0"], []])
    monkeypatch.setattr(system_libraries, "missing_libraries", lambda: next(answers))
    assert system_libraries.main(["report"]) == 0
    assert bare_machine == ["apt-get update", "apt-get install --yes --no-install-recommends libharfbuzz-subset0"]


def test_an_installation_without_effect_is_an_error(bare_machine, monkeypatch):
    monkeypatch.setattr(system_libraries, "can_install", lambda: True)
    assert "could not be installed" in system_libraries.main(["report"])


def test_nothing_is_done_where_nothing_is_missing(bare_machine, monkeypatch):
    monkeypatch.setattr(system_libraries, "loads", lambda name: True)
    assert system_libraries.main(["report"]) == 0
    assert bare_machine == []


def test_an_old_python_is_refused_by_its_version(monkeypatch):
    monkeypatch.setattr(system_libraries.sys, "version_info", (3, 10, 4))
    assert "Python 3.11 or newer is needed" in system_libraries.main(["venv"])


def test_a_library_that_is_nowhere_does_not_load(monkeypatch):
    monkeypatch.setitem(system_libraries.OTHER_NAMES, "libnowhere.so.0", "nowhere")
    assert not system_libraries.loads("libnowhere.so.0")
