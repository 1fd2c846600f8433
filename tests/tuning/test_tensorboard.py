"""Logs for TensorBoard, which is not installed: where they go, and what is said without it."""

import importlib.util

import pytest

from reporting.artifacts import UserError
from tuning.tensorboard import EventLog, require_tensorboard


def test_logs_of_a_fit_lie_in_a_folder_of_its_own(tmp_path):
    log = EventLog(tmp_path, {"learning_rate": 0.1, "batch_size": 16}, 2)
    assert log.folder == tmp_path / "learning_rate=0.1,batch_size=16" / "fold-2"


def test_without_the_package_the_line_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="TensorBoard is not installed; run make tune TENSORBOARD=1"):
        require_tensorboard()
