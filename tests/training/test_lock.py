"""One process at a time in a folder: the others wait, are told for whom, and go on when it ends, however it ends."""

import fcntl
import signal
import subprocess
import sys
import time

import pytest

from reporting.artifacts import UserError
from training.lock import acquire_lock


def holder(path, then="time.sleep(60)"):
    """A process that holds the lock, and says so on its output."""
    code = "import pathlib, time; from training.lock import acquire_lock\n"
    code += f"file = acquire_lock(pathlib.Path({str(path)!r}), 'stage')\n"
    process = subprocess.Popen(
        [sys.executable, "-c", f"{code}print('in', flush=True)\n{then}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    return process


def test_the_second_waits_says_for_whom_and_goes_on_when_the_first_is_killed(tmp_path):
    first = holder(tmp_path / "new" / "lock")
    assert first.stdout.readline() == b"in\n"
    second = holder(tmp_path / "new" / "lock", then="")
    said = second.stderr.readline().decode()
    assert (
        said.startswith(f"stage: process {first.pid} on ")
        and f"is at work in {tmp_path / 'new'}; waiting until it ends" in said
    )
    time.sleep(0.3)
    assert second.poll() is None
    first.send_signal(signal.SIGKILL)
    assert second.communicate(timeout=30)[0] == b"in\n"
    first.communicate()


def test_a_closed_lock_is_free(tmp_path):
    with acquire_lock(tmp_path / "lock", "stage"):
        pass
    assert holder(tmp_path / "lock", then="").communicate(timeout=30)[0] == b"in\n"


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot write .*lock"):
        acquire_lock(tmp_path / "file" / "lock", "stage")


def test_a_file_system_without_locks_stops_nothing(tmp_path, monkeypatch):
    def unsupported(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    acquire_lock(tmp_path / "lock", "stage").close()
