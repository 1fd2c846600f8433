"""How a script ends, whatever the streams that it was given."""

import os
import subprocess
import sys
import tempfile

import pytest

from reporting.artifacts import exit_status

PRINTS = """
import os, sys
from reporting.artifacts import UserError, exit_status
def main():
    file = open(sys.argv[1], "w")
    print("to stdout, \u2026 \u65e5\u672c")
    print("to stderr, \u2026", file=sys.stderr)
    os.write(2, b"of a library\\n")
    file.write("own")
    raise UserError("\u65e5\u672c.csv is missing")
sys.exit(exit_status(main))
"""


def run(path, redirections="", **environment):
    """A script whose file must hold what it wrote there and nothing else."""
    command = f'exec {sys.executable} -c "$0" {path} {redirections}'
    result = subprocess.run(["sh", "-c", command, PRINTS], env=os.environ | environment, capture_output=True)
    assert result.returncode == 1 and path.read_text() == "own" and b"Traceback" not in result.stderr, result.stderr
    return result.stdout, result.stderr


@pytest.mark.parametrize("closed", ["2>&-", "<&- 2>&-"])
def test_with_stderr_closed_messages_go_to_stdout(tmp_path, closed):
    out, _ = run(tmp_path / "file", closed)
    assert "error: 日本.csv is missing".encode() in out and b"of a library" in out


@pytest.mark.parametrize("closed", [">&-", "<&- >&-"])
def test_with_stdout_closed_what_it_should_hold_is_lost_and_nothing_else(tmp_path, closed):
    _, err = run(tmp_path / "file", closed)
    assert "error: 日本.csv is missing".encode() in err


def test_with_all_streams_closed_a_script_does_its_work(tmp_path):
    assert run(tmp_path / "file", "<&- >&- 2>&-") == (b"", b"")


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
def test_what_an_encoding_lacks_is_written_as_its_code(tmp_path, encoding):
    out, err = run(tmp_path / "file", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert b"\\u65e5\\u672c" in out and b"error: \\u65e5\\u672c.csv is missing" in err


def test_a_machine_without_any_folder_for_temporary_files_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/nonexistent"])
    assert exit_status(tempfile.TemporaryFile) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: cannot go on: No usable temporary directory") and "TMPDIR" in said
    assert said.count("\n") == 1
