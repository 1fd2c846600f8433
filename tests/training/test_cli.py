"""The shared flags, and how scripts end."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reporting.artifacts import TASKS, UserError, extras_of, variants_of
from training import run_extra, train
from training.cli import CHILD, ENDING, INTERRUPTED, parse_arguments, run_main

SCRIPTS = [
    "training.prepare_data",
    "training.pipeline",
    "training.train",
    "training.run_extra",
    "tuning.tune",
]


def raising(error):
    def main():
        raise error

    return main


def test_flags_have_the_projects_defaults():
    arguments = parse_arguments("", ["--variant", "tuned"], variant=("reference", "tuned"))
    assert (arguments.config, arguments.runs, arguments.quick) == (Path("homework.toml"), Path("runs"), False)
    assert arguments.variant == "tuned"


@pytest.mark.parametrize("argv", [[], ["--variant", "best"], ["--variant", "tuned", "--unknown"]])
def test_wrong_flags_end_with_status_2(argv):
    with pytest.raises(SystemExit) as stop:
        parse_arguments("", argv, variant=("reference", "tuned"))
    assert stop.value.code == 2


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(
    ("script", "flag", "names"), [(train, "variant", variants_of), (run_extra, "extra", extras_of)]
)
def test_an_unknown_name_is_answered_with_those_of_the_task(task, script, flag, names):
    with pytest.raises(UserError) as error:
        script.main(["--task", task, f"--{flag}", "unknown"])
    assert str(error.value).endswith(f"choose one of {', '.join(names(task))}")


def test_a_users_mistake_is_one_line_and_status_1(capsys):
    assert run_main(raising(UserError("homework.toml: folds is missing"))) == 1
    assert capsys.readouterr().err == "error: homework.toml: folds is missing\n"


def test_an_interrupt_says_that_the_next_run_goes_on(capsys):
    assert run_main(raising(KeyboardInterrupt())) == INTERRUPTED == 130
    assert "goes on from here" in capsys.readouterr().err


SLEEPS = "import time\nfrom training.cli import run_main\n" + (
    "def main():\n try: print(1, flush=True); time.sleep(60)\n finally: print('cleared up', flush=True)\n"
    "raise SystemExit(run_main(main))"
)


def signalled(*signals, before="pass", **environment):
    """What a program says that gets these signals while it works, and its exit status."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    heard = "signal.signal(signal.SIGINT, signal.default_int_handler)"  # which a job in a script's background ignores
    command = [sys.executable, "-c", f"import signal; {heard}; {before}\n{SLEEPS}"]
    process = subprocess.Popen(command, env=os.environ | environment, **pipes)
    assert process.stdout.readline() == "1\n"
    for one in signals:
        process.send_signal(one)
    out, err = process.communicate(timeout=20)
    return out, err, process.returncode


@pytest.mark.parametrize("one", [signal.SIGINT, *ENDING])
def test_every_signal_that_ends_a_program_lets_it_clear_up_and_is_told_once(one):
    out, err, code = signalled(one, before="signal.signal(signal.SIGHUP, signal.SIG_DFL)")
    assert out == "cleared up\n" and err.count("interrupted") == 1 and err.count("\n") == 2 and code == INTERRUPTED


def test_signals_that_come_again_do_not_stop_the_clearing_up():
    assert signalled(signal.SIGTERM, signal.SIGTERM, signal.SIGUSR1)[0] == "cleared up\n"


def test_what_another_program_started_leaves_the_word_to_that_one():
    assert signalled(signal.SIGTERM, **{CHILD: "1"}) == ("cleared up\n", "", INTERRUPTED)


def test_what_nohup_ignores_stays_ignored():
    ignores = "signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    out, err, code = signalled(signal.SIGHUP, signal.SIGINT, before=ignores)
    assert out == "cleared up\n" and code == INTERRUPTED


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_full_or_closed_disk_is_one_line_and_status_1(capsys, number):
    assert run_main(raising(OSError(number, "words of a library\nin two lines", "runs/model.keras"))) == 1
    assert (
        capsys.readouterr().err.startswith(f"error: cannot go on: runs/model.keras: {os.strerror(number)}; check") == 1
    )


@pytest.mark.parametrize("error", [ZeroDivisionError(), FileNotFoundError(errno.ENOENT, "a file of the program's own")])
def test_a_fault_of_the_program_keeps_its_traceback(error):
    with pytest.raises(type(error)):
        run_main(raising(error))


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_answers_without_loading_what_is_heavy(script):
    heavy = "{'tensorflow', 'keras', 'keras_tuner', 'matplotlib', 'sklearn', 'grpc'}"
    run = (
        f"try: runpy.run_module({script!r}, run_name='__main__')\nexcept SystemExit: print({heavy} & set(sys.modules))"
    )
    code = f"import sys, runpy; sys.argv = ['x', '--help']\n{run}"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.endswith("set()\n") and "--config" in result.stdout


WITHOUT_SHARED_MEMORY = """
import _multiprocessing
from training import cli

class Missing:
    def __init__(self, *_, **__):
        raise FileNotFoundError(2, "No such file or directory")

_multiprocessing.SemLock = Missing

def main():
    import joblib

raise SystemExit(cli.run_main(main))
"""


@pytest.mark.parametrize(("given", "said"), [({}, ""), ({"JOBLIB_MULTIPROCESSING": "1"}, "joblib will operate")])
def test_nothing_is_said_where_dev_shm_is_missing(given, said):
    """As in some containers; joblib would warn unless it is told that no process of it is wanted."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JOBLIB_")} | given
    command = [sys.executable, "-c", WITHOUT_SHARED_MEMORY]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0 and said in done.stderr and bool(done.stderr) == bool(said)
