"""What all tests share: a quiet TensorFlow that computes on the processor, and the settings that ship."""

import importlib.util
import os
import sys

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before any test imports TensorFlow


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """TensorFlow set up as stages do it, before a test computes with it: it refuses another number of threads later."""
    if importlib.util.find_spec("tensorflow"):
        from training.device import configure

        configure(1, "float32")


@pytest.fixture(autouse=True)
def float32(one_thread):
    """Each test begins with float32, whatever precision a stage that an earlier one ran has chosen."""
    if "keras" in sys.modules:
        sys.modules["keras"].config.set_dtype_policy("float32")


@pytest.fixture
def homework():
    """The settings of homework.toml."""
    from training.settings import load_homework

    return load_homework()
