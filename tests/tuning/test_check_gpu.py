"""make check-gpu: for real on halves of the processor, and with made-up GPUs up to the processes that it starts."""

import json
import time
from pathlib import Path

import pytest

from reporting.artifacts import UserError
from tuning import check_gpu, device_probe
from tuning.check_gpu import Run, check_fits, check_searches, check_sight, runs_for
from tuning.checkup import Checkup
from tuning.device_checks import EXACT, ROUNDED
from tuning.device_probe import made_up_images, memory_taken

TINY = """
[data]
train_images = 100
[compute]
distribution = "none"
[regression]
hidden_units = [6, 7, 8]
max_epochs = 3
patience = 3
[regression.search.settings]
max_epochs = 4
folds = 2
[regression.search.grid]
learning_rate = [0.001]
weight_decay = [1e-5]
batch_size = [16, 32]
[classification]
filters = [3, 4]
dense_units = [8, 9]
max_epochs = 1
"""
SINGLE, MIRRORED = ({"devices": ["GPU:0"], "replicas": replicas} for replicas in (1, 2))
HISTORY = [{"train_loss": 2.0, "validation_loss": 1.0}]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    path = tmp_path_factory.mktemp("settings") / "tiny.toml"
    path.write_text(TINY)
    return path


def test_all_checks_pass_on_a_machine_without_a_gpu(tiny, monkeypatch, capfd):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert not check_gpu.main(["--config", str(tiny), "--limit", "3000"])
    lines = capfd.readouterr().out.splitlines()
    rows = {line.split(" | ")[0].removeprefix("| "): line.split(" | ")[-1] for line in lines if line.startswith("| ")}
    assert lines[0].startswith("No GPU: ") and lines.count(lines[0]) == 2 and lines[-1] == "no check failed"
    unchecked = {name for name, ok in rows.items() if ok == "not checked |"}
    assert unchecked - {"search with 2 workers: workers"} == {
        "GPUs that TensorFlow finds",
        "memory growth is on",
        "memory that a fit takes",
    }
    passed = {name for name, ok in rows.items() if ok == "yes |"}
    assert {"XLA compiles", "regression, float32", "regression, float32, mirrored"} <= passed
    assert {"float32: device", "float32, mirrored: device", "search with 2 workers: results"} <= passed
    assert any(name.startswith("classification, mixed_") for name in passed)


def test_what_is_not_finished_in_time_fails(tiny, capsys):
    with pytest.raises(UserError, match="^failed: what TensorFlow sees$"):
        check_gpu.main(["--config", str(tiny), "--limit", "0"])
    assert "| what TensorFlow sees | ends without an error | not finished in time | **no** |" in capsys.readouterr().out


def test_a_process_that_fails_is_a_failed_check_with_its_last_line(tmp_path, capsys):
    with pytest.raises(UserError, match="^failed: what TensorFlow sees$"):
        check_gpu.main(["--config", str(tmp_path / "missing.toml")])
    assert "exit status 1: error: " in capsys.readouterr().out


GPU = {"device_name": "NVIDIA H100", "compute_capability": [9, 0]}
SIGHT = {
    "gpus": [GPU, GPU],
    "growth": [True, True],
    "visible": ["0", "1"],
    "driver": [{"driver_version": "550.54"}] * 2,
    "tensorflow": "2.21.0",
    "built_for": {"cuda": "12.5.1", "cudnn": "9"},
    "precision": "mixed_bfloat16",
    "policy": "mixed_bfloat16",
    "xla": "GPU:0",
}


class MadeUp(Checkup):
    """A checkup whose processes only note how they are started, and leave what `results` says."""

    def __init__(self, scratch, history=HISTORY):
        super().__init__(Path("unused"), scratch, 0)
        self.started_with, self.history = [], history
        self.started = time.monotonic()

    def run(self, title, module, *flags, environment):
        self.started_with.append((module, flags, environment))
        if module == "tuning.tune":
            workers = int(flags[flags.index("--workers") + 1]) if "--workers" in flags else 2
            return self.leave_rows(Path(flags[flags.index("--runs") + 1]), workers)
        number = float(environment.get("CUDA_VISIBLE_DEVICES", "0"))
        mixed, place = "mixed" in str(flags), MIRRORED if "--mirrored" in flags else SINGLE
        history = HISTORY if "processor" in flags else self.history
        tasks = ["classification"] if mixed else ["regression", "classification"]
        seen = {"fits": {task: place | {"history": history} for task in tasks}, "images": "made up"}
        seen["memory"] = {"taken": 2048.0, "total": 81920.0, "number": number}
        Path(flags[flags.index("--result") + 1]).write_text(json.dumps(seen))
        return ""

    def leave_rows(self, runs, workers):
        (runs / "rows").mkdir(parents=True)
        for number in range(4):
            row = {"worker": f"w{number % workers + 1}", "train_loss": 1.0, "validation_loss": 2.0}
            (runs / "rows" / f"{number}.json").write_text(json.dumps(row))
        return f"workers here: {workers}\n"

    def failed(self):
        return [check.name for check in self.checks if check.ok is False]


def test_on_two_gpus_every_precision_is_trained_and_a_search_has_a_worker_on_each(tmp_path, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    checkup = MadeUp(tmp_path)
    check_sight(checkup, SIGHT)
    check_fits(checkup, SIGHT)
    check_searches(checkup, SIGHT["visible"])
    assert all(check.ok for check in checkup.checks), checkup.checks
    fits = [(flags, environment) for _, flags, environment in checkup.started_with if "--train" in flags]
    assert [environment for _, environment in fits] == [{"CUDA_VISIBLE_DEVICES": "-1"}] + [{}] * 5
    searches = [each for each in checkup.started_with if each[0] == "tuning.tune"]
    assert [environment["CUDA_VISIBLE_DEVICES"] for _, _, environment in searches] == ["0", "0", "0,1"]
    assert [flags[flags.index("--workers") + 1] for _, flags, _ in searches[:2]] == ["1", "2"]
    assert "--workers" not in searches[2][1]  # one a GPU without being told
    assert "a worker's GPU" in [check.name for check in checkup.checks]


def test_other_losses_on_the_gpu_fail(tmp_path):
    checkup = MadeUp(tmp_path, history=[{"train_loss": 2.1, "validation_loss": 1.0}])
    check_fits(checkup, SIGHT)
    assert "regression, float32" in checkup.failed()
    assert "classification, mixed_bfloat16 (made up images)" in checkup.failed()


@pytest.mark.parametrize(
    ("change", "failed"),
    [
        ({"gpus": [], "growth": [], "xla": "CPU:0"}, "GPUs that TensorFlow finds"),
        ({"growth": [True, False]}, "memory growth is on"),
        ({"policy": "float32"}, "precision chosen"),
        ({"gpus": [GPU, {"device_name": "strange"}]}, "precision chosen"),
        ({"xla": "InternalError: libdevice not found"}, "XLA compiles"),
    ],
)
def test_what_tensorflow_sees_wrongly_fails(tmp_path, monkeypatch, change, failed):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    checkup = MadeUp(tmp_path)
    check_sight(checkup, SIGHT | change)
    assert failed in checkup.failed()


@pytest.mark.parametrize(
    ("capabilities", "titles"),
    [
        ([(9, 0)], ["float32", "float32 as TF32", "mixed_bfloat16", "mixed_float16"]),
        ([(7, 5)], ["float32", "mixed_float16"]),
        ([(6, 1)], ["float32"]),
        ([(9, 0), (7, 5)], ["float32", "mixed_float16", "float32, mirrored"]),  # the weakest decides
        ([], ["float32", "mixed_bfloat16", "float32, mirrored"]),
    ],
)
def test_runs_by_gpus(capabilities, titles):
    gpus = [{"compute_capability": list(each)} for each in capabilities]
    assert [run.title for run in runs_for(gpus, "float32")] == titles


def test_only_float32_without_dropout_of_its_own_must_agree_exactly():
    assert Run("float32").tolerance("classification") == Run("float32", mirrored=True).tolerance("regression") == EXACT
    loose = [Run("float32", tf32=True), Run("mixed_bfloat16"), Run("mixed_float16"), Run("float32", mirrored=True)]
    assert {run.tolerance("classification") for run in loose} == {ROUNDED}


def gpu_memory(*used, total="80000"):
    return [{"memory.used": each, "memory.total": total} for each in used]


def test_memory_is_that_of_the_gpu_that_grew_most():
    taken = memory_taken(gpu_memory("500", "100"), gpu_memory("600", "2100"))
    assert taken == {"taken": 2000, "total": 80000, "number": 1}
    assert memory_taken([], []) is None and memory_taken(gpu_memory("[N/A]"), gpu_memory("[N/A]")) is None


@pytest.mark.parametrize(("taken", "ok"), [(2000.0, True), (39999.0, True), (40000.0, False), (79000.0, False)])
def test_a_fit_leaves_most_of_a_gpu_to_others(taken, ok):
    assert check_gpu.check_memory({"taken": taken, "total": 80000.0, "number": 0}).ok is ok


def test_the_driver_is_asked_for_each_gpu(tmp_path, monkeypatch):
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA H100, 550.54, 81559, 17'\necho 'NVIDIA H100, 550.54, 81559, 4'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    reports = device_probe.driver_report()
    assert [(each["driver_version"], each["memory.used"]) for each in reports] == [("550.54", "17"), ("550.54", "4")]
    monkeypatch.setenv("PATH", "/nowhere")
    assert device_probe.driver_report() == []


def test_made_up_images_are_of_all_labels_and_always_equal():
    dataset = made_up_images(120)
    assert dataset.x_train.shape == (120, 28, 28, 1) and set(dataset.y_train) == set(range(10))
    assert (dataset.x_train == made_up_images(120).x_train).all()
    bright = {label: (dataset.x_train[dataset.y_train == label] >= 150).all(axis=0) for label in range(10)}
    assert all(places.sum() == 12 * 7 for places in bright.values())
