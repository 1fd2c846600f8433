"""The precision follows what the device multiplies natively."""

import importlib

import pytest

from training.device import choose_precision, hidden, package_versions, visible_gpus


@pytest.mark.parametrize(
    ("capabilities", "flags", "expected"),
    [
        ([(9, 0)], set(), "mixed_bfloat16"),
        ([(8, 0), (7, 5)], set(), "mixed_float16"),  # the weakest GPU decides
        ([(6, 1)], {"amx_bf16"}, "float32"),
        ([], {"avx512f", "amx_bf16"}, "mixed_bfloat16"),
        ([], {"avx512_bf16"}, "mixed_bfloat16"),
        ([], {"avx2", "avx512f"}, "float32"),
    ],
)
def test_precision_by_device(capabilities, flags, expected):
    assert choose_precision(capabilities, flags) == expected


def test_versions_name_what_results_depend_on():
    assert {"python", "tensorflow", "keras", "keras-tuner", "numpy"} <= set(package_versions())


@pytest.mark.parametrize(
    ("named", "found", "expected"),
    [
        (None, 2, ["0", "1"]),
        ("", 0, []),
        ("-1", 0, []),
        ("3,5", 2, ["3", "5"]),
        ("GPU-8f2a", 1, ["GPU-8f2a"]),
        (None, 0, []),
    ],
)
def test_gpus_are_named_as_workers_can_be_told(monkeypatch, named, found, expected):
    import tensorflow as tf

    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if named is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [object()] * found)
    assert visible_gpus() == expected


def test_hidden_packages_seem_not_installed_until_the_end():
    with hidden("tabnanny", "json"):
        assert importlib.import_module("json").loads("1") == 1  # it was loaded before, and stays so
        with pytest.raises(ImportError):
            importlib.import_module("tabnanny")
    assert importlib.import_module("tabnanny").check
