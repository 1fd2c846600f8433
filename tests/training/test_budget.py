"""How many processes the machine holds, and the slots that they hold, also across makes."""

import os
import subprocess
import sys

import pytest

from training import budget
from training.budget import GIBIBYTE, SLOT, Budget, is_free, make_budget, memory, processors, quotas, slot_file


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A function that makes this a machine of so many processors, bytes of memory and GPUs."""
    monkeypatch.setattr(budget.tempfile, "gettempdir", lambda: str(tmp_path))

    def become(cores=16, gibibytes=16.0, gpus=()):
        monkeypatch.setattr(budget, "processors", lambda: cores)
        monkeypatch.setattr(budget, "memory", lambda: int(gibibytes * GIBIBYTE))
        monkeypatch.setattr(budget, "visible_gpus", lambda: list(gpus))

    return become


@pytest.fixture
def grouped(tmp_path, monkeypatch):
    """A function that puts this process into a tree of control groups: /proc/self/cgroup, and path -> content."""

    def put(told, files):
        (tmp_path / "told").write_text(told)
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        monkeypatch.setattr(budget, "OWN_GROUPS", tmp_path / "told")
        return tmp_path

    return put


@pytest.mark.parametrize(
    ("cores", "threads", "jobs", "slots"), [(16, 1, None, 16), (16, 4, None, 4), (2, 4, None, 1), (16, 1, 3, 3)]
)
def test_a_slot_has_the_processors_of_a_fit_and_jobs_overrule(machine, cores, threads, jobs, slots):
    machine(cores=cores)
    assert make_budget(threads, jobs=jobs).slots == slots


def test_more_workers_than_slots_get_their_slots_and_fewer_take_none_away(machine):
    machine(cores=4)
    assert [make_budget(1, workers=workers).slots for workers in (1, 2, 9)] == [4, 4, 9]
    assert make_budget(1, jobs=2, workers=3).slots == 3


def test_processes_share_the_gpus_in_turn(machine):
    machine(gpus=("3", "5"))
    shared = make_budget(1)
    assert shared.slots == 4
    assert [shared.device(slot)["CUDA_VISIBLE_DEVICES"] for slot in range(4)] == ["3", "5", "3", "5"]
    mirrored = make_budget(1, "mirrored")
    assert mirrored.slots == 1 and mirrored.device(0) == {}


@pytest.mark.parametrize(("gib", "count"), [(0.1, 16), (1.4, 5), (9.0, 1)])
def test_as_many_processes_train_at_once_as_slots_and_memory_hold(gib, count):
    assert Budget(16, 7.2).side_by_side(gib) == count


def test_nine_tenths_of_the_memory_are_for_processes(machine):
    machine(gibibytes=8)
    assert make_budget(1).memory == pytest.approx(7.2)


V1 = "9:memory:/user\n4:cpu,cpuacct:/user\n"


@pytest.mark.parametrize(
    ("told", "files", "expected"),
    [
        ("0::/\n", {}, None),
        ("0::/\n", {"memory.max": "max\n"}, None),
        ("0::/\n", {"memory.max": "4294967296\n"}, 4),
        ("0::/user/session\n", {"user/memory.max": "3221225472", "user/session/memory.max": "max"}, 3),
        ("0::/of/the/host\n", {"memory.max": "2147483648"}, 2),  # a container that does not see its own path
        (V1, {"memory/user/memory.limit_in_bytes": "2147483648"}, 2),
        (V1, {"memory/memory.limit_in_bytes": "9223372036854771712"}, None),  # which says so for none
    ],
)
def test_memory_is_the_control_groups_or_the_machines(grouped, monkeypatch, told, files, expected):
    total = 64 * GIBIBYTE
    monkeypatch.setattr(budget.psutil, "virtual_memory", lambda: type("Memory", (), {"total": total}))
    assert memory(grouped(told, files)) == (expected * GIBIBYTE if expected else total)


@pytest.mark.parametrize(
    ("told", "files", "expected"),
    [
        ("0::/user/session\n", {"user/session/cpu.max": "max 100000", "user/cpu.max": "150000 100000\n"}, [1.5]),
        (V1, {"cpu/user/cpu.cfs_quota_us": "200000\n", "cpu/user/cpu.cfs_period_us": "100000\n"}, [2.0]),
        (V1, {"cpu/user/cpu.cfs_quota_us": "-1\n", "cpu/user/cpu.cfs_period_us": "100000\n"}, []),
        ("", {}, []),
    ],
)
def test_quotas_are_those_of_all_groups_around_a_process(grouped, told, files, expected):
    assert quotas(grouped(told, files)) == expected


@pytest.mark.parametrize(
    ("allowed", "physical", "quota", "expected"),
    [(16, 8, [], 8), (2, 8, [], 2), (16, 8, [1.5], 2), (16, None, [0.5], 1), (4, 8, [16.0, 3.0], 3)],
)
def test_processors_are_the_fewest_that_affinity_cores_and_quota_allow(monkeypatch, allowed, physical, quota, expected):
    monkeypatch.setattr(budget.psutil.Process, "cpu_affinity", lambda self: list(range(allowed)), raising=False)
    monkeypatch.setattr(budget.psutil, "cpu_count", lambda logical=True: 99 if logical else physical)
    monkeypatch.setattr(budget, "quotas", lambda: quota)
    assert processors() == expected


@pytest.mark.parametrize(("variable", "gpus"), [("0,2", ["0", "2"]), ("", []), ("-1", [])])
def test_gpus_are_those_that_the_environment_names(monkeypatch, variable, gpus):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", variable)
    assert budget.visible_gpus() == gpus


def test_a_slot_is_held_until_its_process_ends_however_it_ends(machine):
    machine()
    code = "from training.budget import hold_slot; hold_slot(); print('held', flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | Budget(4, 1.0).environment(2),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    assert [is_free(slot) for slot in range(4)] == [True, True, False, True]
    process.kill()
    process.wait()
    assert is_free(2)


def test_without_a_slot_in_the_environment_nothing_is_held(machine, monkeypatch):
    machine()
    monkeypatch.delenv(SLOT, raising=False)
    budget.hold_slot()
    assert is_free(0) and slot_file(0).parent.stat().st_mode & 0o077 == 0
