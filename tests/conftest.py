"""What all tests share: a quiet TensorFlow that computes on the processor, and the settings that ship."""

import importlib.util
import os

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before any test imports TensorFlow


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """TensorFlow set up as stages do it, before a test computes with it: it refuses another number of threads later."""
    if importlib.util.find_spec("tensorflow"):
        from training.device import configure

        configure(1, "float32")


@pytest.fixture
def homework():
    """The settings of homework.toml."""
    from training.settings import load_homework

    return load_homework()
