"""The flags of a search: what they mean, and which are refused."""

import pytest

from training.cli import parse_arguments
from tuning.flags import WORKER_NAME, add_search_flags, host_name


@pytest.mark.parametrize(
    "argv",
    [
        ["--workers", "two"],
        ["--workers", "-1"],
        ["--join", "somewhere"],
        ["--join", "h:99999"],
        ["--shard", "0/4"],
        ["--shard", "5/4"],
        ["--shard", "1/2", "--join", ":1"],
        ["--worker-id", "chief2"],
        ["--worker-id", "0001"],
    ],
)
def test_impossible_flags_are_refused(argv):
    with pytest.raises(SystemExit) as stop:
        parse_arguments("", argv, add_search_flags)
    assert stop.value.code == 2


def test_flags_of_a_search():
    arguments = parse_arguments("", [], add_search_flags)
    assert (arguments.workers, arguments.chief, arguments.join, arguments.shard) == (None, None, None, (1, 1))
    assert not arguments.keep_going and not arguments.tensorboard
    assert parse_arguments("", ["--shard", "2/4"], add_search_flags).shard == (2, 4)
    assert parse_arguments("", ["--chief", ":8000"], add_search_flags).chief == "127.0.0.1:8000"


def test_a_worker_is_named_after_its_machine_whatever_that_is_called(monkeypatch):
    monkeypatch.setattr("platform.node", lambda: "chief of.staff")
    assert WORKER_NAME.fullmatch(host_name())
