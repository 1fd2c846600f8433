"""The whole of `make all`, killed, starved of disk and doubled: what follows ends like an undisturbed one.

    make test-slow        or: python -m pytest -m slow tests/faults -s

Each stage is a process that loads TensorFlow, so these take long: the kills about ten minutes on two idle cores.
"""

import math
import os
import random
import shutil
import subprocess
import time

import pytest

from tests.faults.course import Course, curves, finished, kill, metrics, running

pytestmark = pytest.mark.slow
KILLS = 20


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return Course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def undisturbed(course):
    """The runs of a `make all` that nobody touched, and how long each stage took: its folder and a mapping."""
    runs, seconds, since = course.folder / "undisturbed", {}, {}
    process = course.start(runs)
    while process.poll() is None:
        now, stages = time.monotonic(), running(process)
        for stage in stages:
            seconds[stage] = now - since.setdefault(stage, now)
        time.sleep(0.05)
    assert process.returncode == 0, process.log.read_text()
    return runs, seconds


def test_twenty_kills_end_in_the_undisturbed_metrics(course, undisturbed):
    """At random moments of random stages, such that each stage is hit; nothing that is finished is done twice."""
    expected, seconds = undisturbed
    runs, chance = course.folder / "killed", random.Random(4)
    stages, hit, kills = course.stages(), [], 0
    assert len(stages) >= 9
    done = {}
    while kills < KILLS or set(hit) != set(stages):
        process = course.start(runs)
        unhit = set(stages) - set(hit)
        at_work = strike(process, stages if KILLS - kills > len(unhit) else unhit, unhit, seconds, chance)
        assert at_work, f"make ended before {unhit} were hit\n{process.log.read_text()}"
        hit += [stage for stage in at_work if stage not in hit]
        kills += 1
        now = finished(runs)
        assert all(now[path] == content for path, content in done.items()), "something finished was done again"
        done = now
        print(f"kill {kills} in {', '.join(at_work)}; finished: {len(done)} files", flush=True)
        check_log(process.log.read_text())
    status, said = course.make(runs)
    assert status == 0, said
    check_log(said)
    now = finished(runs)
    assert all(now[path] == content for path, content in done.items()), "something finished was done again"
    assert metrics(runs) == metrics(expected) and curves(runs) == curves(expected)
    assert (runs / "report" / "report.pdf").exists()
    assert not list(runs.glob("*/*/.*.tmp"))
    print(f"{kills} kills, {len(set(hit))} stages hit")


def strike(process, wanted, unhit, seconds, chance):
    """Kill a make at a random moment of a wanted stage, or of one that was never hit; returns what was at work.

    Empty if make ended before. `seconds` says how long a stage takes.
    """
    moment, met = math.inf, set()
    while process.poll() is None:
        now, at_work = time.monotonic(), running(process)
        for stage in at_work.keys() - met:
            met.add(stage)
            if stage in wanted or stage in unhit:
                moment = min(moment, now + chance.uniform(0, 0.7 * seconds.get(stage, 5)))
        if now >= moment and at_work:
            kill(process)
            return list(at_work)
        time.sleep(0.02)
    return []


def check_log(said):
    """A killed make has met no damaged file, and no stage has failed."""
    assert "Traceback" not in said and "error:" not in said and "damaged" not in said, said


def test_two_makes_at_once_do_everything_once(course, undisturbed):
    runs = course.folder / "doubled"
    processes = [course.start(runs) for _ in range(2)]
    assert [process.wait() for process in processes] == [0, 0], [process.log.read_text() for process in processes]
    logs = [process.log.read_text() for process in processes]
    assert metrics(runs) == metrics(undisturbed[0]) and curves(runs) == curves(undisturbed[0])
    assert any("waiting until it ends" in said for said in logs)
    for said in logs:
        check_log(said)


def root_and_mount():
    return os.geteuid() == 0 and shutil.which("mount")


@pytest.fixture
def mounted(course):
    """Mounts what a test asks for at a folder; nothing of it is left."""
    if not root_and_mount():
        pytest.skip("only root can mount a small disk")
    place, mounts = course.folder / "disk", []
    place.mkdir(exist_ok=True)

    def mount(*arguments):
        subprocess.run(["mount", *arguments, str(place)], check=True)
        mounts.append(arguments)
        return place

    yield mount
    for _ in mounts:
        subprocess.run(["umount", str(place)], check=True)


STARVED = {  # what is lost before, and the room that is left: enough to begin, too little to end
    "data": ("data.json", 0),
    "search": ("regression/search", 8),
    "training": ("regression/tuned", 24),
    "images": ("classification/tuned", 40),
    "extra": ("regression/baselines", 8),
    "report": ("report", 60),
}


@pytest.mark.parametrize(("lost", "room"), STARVED.values(), ids=STARVED)
def test_a_full_disk_is_one_line_and_what_follows_is_whole(course, undisturbed, mounted, lost, room):
    disk = mounted("-t", "tmpfs", "-o", "size=64m", "tmpfs")
    runs = disk / "runs"
    shutil.copytree(undisturbed[0], runs)
    (shutil.rmtree if (runs / lost).is_dir() else os.unlink)(runs / lost)
    done = finished(runs)
    free = shutil.disk_usage(disk).free
    (disk / "ballast").write_bytes(bytes(max(0, free - room * 1024)))
    status, said = course.make(runs, "all", "JOBS=1")
    assert status != 0 and "Traceback" not in said, said
    errors = [line for line in said.splitlines() if line.startswith("error:") or "No space left" in line]
    assert len(errors) == 1 and "No space left on device" in errors[0], said
    assert all(finished(runs).get(path) == content for path, content in done.items())
    (disk / "ballast").unlink()
    status, said = course.make(runs)
    assert status == 0, said
    assert metrics(runs) == metrics(undisturbed[0])
    assert all(finished(runs)[path] == content for path, content in done.items())


def test_a_read_only_folder_is_one_line_and_harms_nothing(course, undisturbed, mounted):
    runs = shutil.copytree(undisturbed[0], course.folder / "closed" / "runs").parent
    shutil.rmtree(runs / "runs" / "regression" / "smaller")
    disk = mounted("--bind", str(runs))
    subprocess.run(["mount", "-o", "remount,ro,bind", str(disk)], check=True)
    before = finished(disk / "runs")
    status, said = course.make(disk / "runs", "all", "JOBS=1")
    assert status != 0 and "Traceback" not in said, said
    assert (
        len([line for line in said.splitlines() if line.startswith("error:") and "Read-only file system" in line]) == 1
    ), said
    assert finished(disk / "runs") == before
    subprocess.run(["mount", "-o", "remount,rw,bind", str(disk)], check=True)
    assert course.make(disk / "runs")[0] == 0
    assert metrics(disk / "runs") == metrics(undisturbed[0])


def test_a_clock_that_jumped_does_nothing_twice(course, undisturbed):
    """Files dated before what they were made from, and into the future: what they hold decides, so nothing is to do."""
    runs, chance = shutil.copytree(undisturbed[0], course.folder / "jumped"), random.Random(1)
    for path in runs.rglob("*"):
        moment = time.time() + chance.choice([-1e8, -3600, 3600, 1e8])
        os.utime(path, (moment, moment))
    before = finished(runs)
    status, said = course.make(runs)
    assert status == 0 and "-m" not in said, said
    assert finished(runs) == before
