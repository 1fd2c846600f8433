"""The precision follows what the device multiplies natively."""

import importlib

import pytest

from training.device import (
    ONEDNN,
    choose_onednn,
    choose_precision,
    hidden,
    instruction_set,
    package_versions,
)


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


def test_versions_name_what_results_depend_on():
    assert {"python", "tensorflow", "keras", "keras-tuner", "numpy"} <= set(package_versions())


def test_hidden_packages_seem_not_installed_until_the_end():
    with hidden("tabnanny", "json"):
        assert importlib.import_module("json").loads("1") == 1  # it was loaded before, and stays so
        with pytest.raises(ImportError):
            importlib.import_module("tabnanny")
    assert importlib.import_module("tabnanny").check
