"""The answers of a classifier on the validation images, a byte each: as KerasTuner transmits them, and in the rows."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np

PACKED = 6  # answers in one double, which represents whole numbers below 2**53 exactly


def as_numbers(result: Mapping[str, Any]) -> dict[str, float]:
    """A fold's result as doubles, which is all that KerasTuner transmits.

    Its "answers" (n,) uint8, if it has any, become n under that name, and six to a number under "answers_<k>".
    """
    numbers = {name: float(value) for name, value in result.items() if name != "answers"}
    if "answers" not in result:
        return numbers
    answers = np.asarray(result["answers"], np.uint64)
    packs = np.pad(answers, (0, -len(answers) % PACKED)).reshape(-1, PACKED) @ 256 ** np.arange(PACKED, dtype=np.uint64)
    return numbers | {"answers": float(len(answers))} | {f"answers_{k}": float(pack) for k, pack in enumerate(packs)}


def as_text(delivered: Mapping[str, float]) -> str:
    """The answers among a delivered result's numbers as a row holds them: their bytes in base64."""
    count = int(delivered["answers"])
    packs = np.array([delivered[f"answers_{k}"] for k in range(-(-count // PACKED))]).astype("<u8")
    return base64.b64encode(packs.view(np.uint8).reshape(-1, 8)[:, :PACKED].tobytes()[:count]).decode()


def as_array(text: str) -> np.ndarray:
    """The answers (n,) uint8 that a row holds."""
    return np.frombuffer(base64.b64decode(text), np.uint8)
