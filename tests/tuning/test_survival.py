"""Real searches, killed at random moments, shared by workers and machines: they end in the rows of an undisturbed one.

Each search is a process that loads TensorFlow, so all of these are slow: make test-slow.
"""

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tuning.device_checks import INCIDENTAL

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
RATES = [round(0.001 * number, 3) for number in range(1, 13)]
FOLDS, LIMIT = 5, 600


def write_settings(path, rates=RATES, seed=7, folds=FOLDS, epochs=150, **grid):
    grid = {"learning_rate": rates, "weight_decay": [1e-5], "batch_size": [16]} | grid
    path.write_text(
        f"[compute]\nseed = {seed}\n[regression]\nhidden_units = [16, 16, 16]\nmax_epochs = {epochs}\nfolds = {folds}\n"
        "[regression.search.grid]\n" + "".join(f"{name} = {values}\n" for name, values in grid.items())
    )
    return path


class Search:
    """One run of the script in a process group of its own; what it says goes to a file."""

    def __init__(self, folder, settings, *flags):
        folder.mkdir(exist_ok=True, parents=True)
        self.rows_folder = folder / "runs/regression/search/rows"
        self.log = folder / f"log-{time.monotonic_ns()}"
        flags = ("--config", str(settings), "--runs", str(folder / "runs"), *flags)
        command = [sys.executable, "-m", "tuning.tune", "--task", "regression", *flags]
        with open(self.log, "w") as log:
            environment = os.environ | {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
            self.process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
            )

    def count(self):
        return len(list(self.rows_folder.glob("[!.]*.json")))

    def workers(self):
        """The processes that the chief has started."""
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True)
        return [int(pid) for pid in found.stdout.split()]

    def wait_for_rows(self, more):
        """Wait until so many rows have been added, or the search has ended."""
        wanted, end = self.count() + more, time.monotonic() + LIMIT
        while self.count() < wanted and self.process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)

    def kill(self, also_workers=False):
        pids = [self.process.pid, *(self.workers() if also_workers else [])]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def finish(self):
        assert self.process.wait(LIMIT) == 0, self.log.read_text()
        return self

    def rows(self):
        """The rows by file, without what may differ between equal searches."""
        rows = {path.name: json.loads(path.read_text()) for path in self.rows_folder.glob("[!.]*.json")}
        return {name: {key: row[key] for key in row if key not in INCIDENTAL} for name, row in rows.items()}

    def row_workers(self):
        return {json.loads(path.read_text())["worker"] for path in self.rows_folder.glob("[!.]*.json")}


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return write_settings(tmp_path_factory.mktemp("settings") / "tiny.toml")


@pytest.fixture(scope="module")
def undisturbed(settings, tmp_path_factory):
    """The rows of a search that nobody touched."""
    rows = Search(tmp_path_factory.mktemp("undisturbed"), settings).finish().rows()
    assert len(rows) == len(RATES) * FOLDS and {row["status"] for row in rows.values()} == {"completed"}
    return rows


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


@pytest.mark.parametrize("flags", [[], ["--workers", "2"]], ids=["one process", "two workers"])
def test_twenty_kills_end_in_the_undisturbed_rows(tmp_path, settings, undisturbed, flags):
    chance = random.Random(len(flags))
    for number in range(20):
        search = Search(tmp_path, settings, *flags)
        if chance.random() < 0.2 or search.count() > len(undisturbed) - 8:
            time.sleep(chance.uniform(0, 4))  # while it loads
        else:
            search.wait_for_rows(chance.choice([1, 2]))
            time.sleep(chance.uniform(0, 0.5))
        assert search.process.poll() is None, search.log.read_text()
        search.kill(also_workers=number % 2 == 0)
        print(f"kill {number + 1}: {search.count()} of {len(undisturbed)} rows")
    final = Search(tmp_path, settings, *flags).finish()
    assert final.rows() == undisturbed


def test_the_workers_of_a_killed_chief_end_by_themselves(tmp_path, settings):
    search = Search(tmp_path, settings, "--workers", "2")
    search.wait_for_rows(1)
    workers = search.workers()
    search.kill()
    end = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < end:
        time.sleep(0.1)
    assert len(workers) == 2 and not any(Path(f"/proc/{pid}").exists() for pid in workers)
    assert search.log.read_text().count("is gone; what is finished is kept") == 2


def test_a_worker_killed_again_and_again_while_the_other_goes_on(tmp_path, settings, undisturbed):
    chance = random.Random(5)
    search, kills = Search(tmp_path, settings, "--workers", "2"), 0
    while kills < 8:
        search.wait_for_rows(chance.choice([1, 2, 3]))
        time.sleep(chance.uniform(0, 0.5))
        workers = search.workers()
        if search.process.poll() is not None or not workers:
            break
        os.kill(chance.choice(workers), signal.SIGKILL)
        kills += 1
    assert search.finish().rows() == undisturbed
    assert kills >= 5 and search.log.read_text().count("is started again") == kills


def test_one_and_three_workers_give_equal_rows(tmp_path, settings, undisturbed):
    search = Search(tmp_path, settings, "--workers", "3").finish()
    assert search.rows() == undisturbed and search.row_workers() == {"w1", "w2", "w3"}


def test_two_machines_complete_one_grid_each_combination_once(tmp_path, settings, undisturbed):
    address = f"127.0.0.1:{free_port()}"
    chief = Search(tmp_path / "chief", settings, "--chief", address, "--workers", "1")
    other = Search(tmp_path / "other", settings, "--join", address, "--worker-id", "machine2")
    assert other.finish().count() == 0 and chief.finish().rows() == undisturbed
    assert chief.row_workers() == {"w1", "machine2"}
    ended = re.findall(r"\d+/12  (learning_rate=\S+)", chief.log.read_text())
    assert sorted(ended) == sorted(f"learning_rate={rate}" for rate in RATES)


def test_a_lost_machines_combination_is_taken_over(tmp_path, settings, undisturbed):
    address = f"127.0.0.1:{free_port()}"
    other = Search(tmp_path / "other", settings, "--join", address, "--worker-id", "machine2")
    chief = Search(tmp_path / "chief", settings, "--chief", address, "--workers", "0")
    chief.wait_for_rows(2)
    other.process.send_signal(signal.SIGSTOP)  # neither answers nor closes its connection, as a machine without power
    third = Search(tmp_path / "third", settings, "--join", address, "--worker-id", "machine3")
    try:
        assert chief.finish().rows() == undisturbed
    finally:
        other.kill()
    assert "worker machine2 has been silent" in chief.log.read_text() and third.finish().count() == 0


def test_a_machine_with_other_settings_is_turned_away(tmp_path, settings):
    address = f"127.0.0.1:{free_port()}"
    chief = Search(tmp_path / "chief", settings, "--chief", address, "--workers", "0")
    other = Search(tmp_path / "other", write_settings(tmp_path / "other.toml", seed=8), "--join", address)
    assert other.process.wait(LIMIT) == 1 and "has other settings" in other.log.read_text()
    chief.kill()


def test_shards_are_merged_by_copying(tmp_path, settings, undisturbed):
    shards = [Search(tmp_path / str(number), settings, "--shard", f"{number}/2").finish() for number in (1, 2)]
    whole = tmp_path / "whole/runs/regression/search/rows"
    whole.mkdir(parents=True)
    for shard in shards:
        subprocess.run(["cp", "-r", f"{shard.rows_folder}/.", whole], check=True)
    assert [shard.count() for shard in shards] == [30, 30]
    merged = Search(tmp_path / "whole", settings).finish()
    assert merged.rows() == undisturbed and "combinations" not in merged.log.read_text()


def test_what_changes_decides_what_is_trained(tmp_path):
    """A grown grid trains what is new; another seed reuses nothing."""
    search = Search(tmp_path, write_settings(tmp_path / "s.toml", RATES[:2], epochs=5)).finish()
    assert search.count() == 2 * FOLDS
    assert Search(tmp_path, write_settings(tmp_path / "s.toml", RATES[:3], epochs=5)).finish().count() == 3 * FOLDS
    assert (
        Search(tmp_path, write_settings(tmp_path / "s.toml", RATES[:3], epochs=5, seed=8)).finish().count() == 6 * FOLDS
    )


def memory(pid):
    """Resident memory in MiB; 0 for a process that has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except (FileNotFoundError, ProcessLookupError):
        return 0


def test_memory_is_flat_from_the_tenth_to_the_hundredth_combination(tmp_path):
    rates = [round(0.0001 * number, 4) for number in range(1, 101)]
    search = Search(tmp_path, write_settings(tmp_path / "s.toml", rates, folds=2, epochs=30))
    search.wait_for_rows(20)
    tenth = memory(search.process.pid)
    search.wait_for_rows(175)
    last = memory(search.process.pid)
    print(f"{tenth:.0f} MiB at the tenth combination, {last:.0f} MiB near the hundredth")
    assert 0 < last < tenth + 30
    search.finish()


def test_memory_is_bounded_where_every_combination_is_a_program_of_its_own(tmp_path):
    sizes = list(range(4, 34))
    search = Search(tmp_path, write_settings(tmp_path / "s.toml", [0.001], folds=2, epochs=3, batch_size=sizes))
    peaks = []
    for _ in range(30):
        search.wait_for_rows(2)
        peaks.append(max((memory(pid) for pid in search.workers()), default=0))
    search.finish()
    print([round(peak) for peak in peaks])
    assert max(peaks[10:]) < max(peaks[:10]) + 50
