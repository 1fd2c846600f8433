"""The precision follows what the device multiplies natively."""

import importlib
import json
import os
import subprocess
import sys

import pytest

from training.device import (
    ONEDNN,
    choose_onednn,
    choose_precision,
    hidden,
    instruction_set,
    package_versions,
)
from training.variables import BLAS_THREADS, blas


@pytest.mark.parametrize(
    ("capabilities", "kernels", "expected"),
    [
        ([(9, 0)], "", "mixed_bfloat16"),
        ([(8, 0), (7, 5)], "", "mixed_float16"),  # the weakest GPU decides
        ([(6, 1)], "AVX512_CORE_AMX", "float32"),
        ([], "AVX512_CORE_AMX", "mixed_bfloat16"),
        ([], "AVX512_CORE_BF16", "mixed_bfloat16"),
        ([], "AVX512_CORE", "float32"),
        ([], "", "float32"),  # without oneDNN, bfloat16 is emulated
    ],
)
def test_precision_by_device(capabilities, kernels, expected):
    assert choose_precision(capabilities, kernels) == expected


@pytest.mark.parametrize(
    ("setting", "machine", "variable", "expected"),
    [
        ("auto", "x86_64", None, "on"),
        ("auto", "AMD64", "", "on"),
        ("auto", "arm64", None, "off"),
        ("off", "x86_64", None, "off"),
        ("on", "aarch64", None, "on"),
        ("on", "x86_64", "0", "off"),
        ("off", "x86_64", "1", "on"),
    ],
)
def test_onednn_by_environment_then_setting_then_processor(setting, machine, variable, expected):
    assert choose_onednn(setting, machine, {} if variable is None else {ONEDNN: variable}) == expected


@pytest.mark.parametrize(
    ("flags", "limit", "expected"),
    [
        ({"sse4_1", "avx", "avx2"}, "", "AVX2"),
        ({"sse4_1", "avx", "avx2", "avx_vnni"}, "", "AVX2_VNNI"),
        ({"avx2", "avx512bw", "avx512_vnni", "avx512_bf16", "amx_bf16"}, "", "AVX512_CORE_AMX"),
        ({"avx2", "avx512bw", "avx512_vnni", "avx512_bf16"}, "avx512_core", "AVX512_CORE"),
        ({"avx2", "avx512bw"}, "AVX2", "AVX2"),
        ({"avx2"}, "nonsense", "AVX2"),
    ],
)
def test_the_instruction_set_is_the_best_that_is_there_and_allowed(flags, limit, expected):
    assert instruction_set(flags, limit) == expected


DESCRIBED = (
    "import json, os; from training.device import *; configure(1, 'float32'); import keras\n"
    "given = {name: value for name, value in os.environ.items() if name.startswith('KERAS')}\n"
    "print(json.dumps([keras.backend.backend(), keras.config.floatx(), keras.config.image_data_format(),"
    " keras.config.epsilon(), given, describe_machine('float32', 1).variables]))"
)


def described(**environment):
    """The settings of Keras in a process with these variables, and what is recorded of them."""
    command = [sys.executable, "-c", DESCRIBED]
    result = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, timeout=100)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def test_settings_of_keras_that_the_user_has_change_nothing(tmp_path):
    (tmp_path / "keras.json").write_text(
        '{"backend": "jax", "floatx": "float64", "image_data_format": "channels_first", "epsilon": 1}'
    )
    given = {"KERAS_HOME": str(tmp_path), "KERAS_BACKEND": "torch", "KERAS_MAX_EPOCHS": "1"}
    *settings, left, _ = described(**given)
    assert settings == ["tensorflow", "float32", "channels_last", 1e-7] and left == given


OLD_LIBRARY = "/lib/libstdc++.so.6: version `GLIBCXX_3.4.29' not found (required by libtensorflow_framework.so.2)"


@pytest.mark.parametrize(
    ("path", "remedy"), [("", "update this library"), ("/opt/old", "unset LD_LIBRARY_PATH, whose libraries come first")]
)
def test_a_library_of_the_system_that_is_too_old_is_told_in_one_line(tmp_path, path, remedy):
    raised = f"Traceback (most recent call last):\n  ...\nImportError: {OLD_LIBRARY}\n\n\nFailed to load the runtime.\n"
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text(f"raise ImportError({raised!r})")
    code = "from training import cli, device; raise SystemExit(cli.run_main(lambda: device.configure(1, 'float32')))"
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "LD_LIBRARY_PATH": path}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 1 and done.stderr.startswith(
        f"error: TensorFlow cannot be loaded: {OLD_LIBRARY}; {remedy}"
    )
    assert done.stderr.count("\n") == 1


def test_variables_that_can_change_a_digit_are_recorded_and_those_of_others_are_not():
    given = {"ONEDNN_DEFAULT_FPMATH_MODE": "STRICT", "XLA_FLAGS": "--xla_cpu_enable_fast_math=true"}
    assert described(**given, TF_VAR_password="secret", TF_CPP_MIN_LOG_LEVEL="3")[-1] == [
        "ONEDNN_DEFAULT_FPMATH_MODE=STRICT",
        "XLA_FLAGS=--xla_cpu_enable_fast_math=true",
    ]
    assert described(OMP_NUM_THREADS="7")[-1] == []


def test_linear_algebra_has_as_many_threads_as_a_fit(monkeypatch):
    threadpoolctl = pytest.importorskip("threadpoolctl")
    import scipy.linalg  # noqa: F401 (with a library of its own)

    before = {one["filepath"]: one["num_threads"] for one in threadpoolctl.threadpool_info()}
    assert set(before.values()) == {1}  # as conftest has configured
    assert all(os.environ[name] == "1" for name in BLAS_THREADS)
    assert blas() != "unknown" or not before


def test_versions_name_what_results_depend_on():
    assert {"python", "tensorflow", "keras", "keras-tuner", "numpy"} <= set(package_versions())


def test_hidden_packages_seem_not_installed_until_the_end():
    with hidden("tabnanny", "json"):
        assert importlib.import_module("json").loads("1") == 1  # it was loaded before, and stays so
        with pytest.raises(ImportError):
            importlib.import_module("tabnanny")
    assert importlib.import_module("tabnanny").check
