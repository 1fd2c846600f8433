"""What was read for which part of a document, put in few rows."""

import pytest

from reporting.engine.provenance import PROJECT, Origin, braced, in_order, origins, relative

CURVES, LOSSES, TEXT = ("figure", "curves"), ("table", "losses"), ("heading", "results")


def reads(file, *keys):
    return {(f"runs/{file}", key): None for key in keys}


def test_a_file_is_listed_with_what_is_read_of_it_and_for_what():
    read = {
        TEXT: reads("a/tuned/run.json", "metrics.loss", "config.rate"),
        LOSSES: reads("a/tuned/run.json", "metrics.loss"),
        CURVES: reads("a/tuned/history.csv", "loss", "epoch"),
    }
    assert origins(read, "runs") == [
        Origin(["a/tuned/history.csv"], ["epoch", "loss"], ["curves"], [], []),
        Origin(["a/tuned/run.json"], ["config.rate", "metrics.loss"], [], ["losses"], ["results"]),
    ]


def test_files_of_one_name_that_are_read_alike_share_a_row():
    alike = reads("a/x.csv", "loss") | reads("b/x.csv", "loss") | reads("b/y.csv", "loss")
    assert [item.files for item in origins({TEXT: alike}, "runs")] == [["a/x.csv", "b/x.csv"], ["b/y.csv"]]
    other = {TEXT: alike, CURVES: reads("a/x.csv", "loss")}
    assert [item.files for item in origins(other, "runs")] == [["a/x.csv"], ["b/x.csv"], ["b/y.csv"]]


def test_what_is_read_for_some_readers_alone_stands_apart():
    read = {
        ("table", "runs"): reads("a/run.json", "seed", "scale") | reads("b/run.json", "seed", "scale"),
        TEXT: reads("a/run.json", "metrics.loss", "scale"),
    }
    rows = origins(read, "runs", apart=[("table", "runs")])
    assert [(item.files, item.keys) for item in rows] == [
        (["a/run.json"], ["scale", "metrics.loss"]),
        (["a/run.json"], ["seed"]),
        (["b/run.json"], ["scale", "seed"]),
    ]
    assert [item.tables for item in rows] == [["runs"]] * 3 and [bool(item.headings) for item in rows] == [1, 0, 0]


def test_the_projects_own_files_come_last():
    read = {TEXT: {(str(PROJECT / "reporting/report.json"), "a"): None} | reads("z/x.csv", "b")}
    assert [item.files for item in origins(read, "runs")] == [["z/x.csv"], ["reporting/report.json"]]


def test_paths_are_written_below_the_runs_or_the_project():
    assert relative("/x/runs/a/b.csv", "/x/runs") == "a/b.csv"
    assert relative(str(PROJECT / "reporting/c.json"), "/x/runs") == "reporting/c.json"
    assert relative("elsewhere", "/x/runs") == "elsewhere"


def test_keys_of_a_run_have_the_order_of_the_file_and_others_that_of_the_alphabet():
    keys = ["metrics.b", "commit", "metrics.a", "config.z", "task"]
    assert in_order(keys, "run.json") == ["task", "config.z", "commit", "metrics.a", "metrics.b"]
    assert in_order(keys, "other.json") == ["commit", "config.z", "metrics.a", "metrics.b", "task"]


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["a/x.npz", "b/x.npz"], ["{a, b}/x.npz"]),
        (["a/x.npz", "a/y.npz", "b/x.npz", "b/y.npz"], ["{a, b}/{x, y}.npz"]),
        (["a/x.npz", "b/y.npz"], ["a/x.npz", "b/y.npz"]),
        (["config.a", "config.b", "seed", "task"], ["config.{a, b}", "seed", "task"]),
        (["a/b", "a/b/c"], ["a/b", "a/b/c"]),
        ([], []),
    ],
)
def test_names_that_differ_in_one_part_are_written_as_one(names, short):
    assert braced(names) == short
