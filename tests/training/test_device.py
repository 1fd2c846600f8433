"""The precision follows what the device multiplies natively."""

import pytest

from training.device import choose_precision, package_versions


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
