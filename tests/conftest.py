"""What all tests share: a quiet TensorFlow that computes on the processor, and the settings that ship."""

import os

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before any test imports TensorFlow


@pytest.fixture
def homework():
    """The settings of homework.toml."""
    from training.config import load_homework

    return load_homework()
