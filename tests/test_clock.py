"""The clock on the wall decides nothing: it may jump. What is measured or waited for goes by clocks that do not."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
WALL = {"time.time", "time.localtime", "datetime.now", "datetime.utcnow", "datetime.today", "os.path.getmtime"}
TOLD = {  # where it is read, and only to be told to a person, or for equality
    ("training/recording.py", "datetime.now"): "when a run finished",
    ("training/lock.py", "datetime.now"): "since when another process is at work",
    ("reporting/build_report.py", "time.time"): "how long a command of several processes took",
}


def readings(tree):
    """Every place of a module that reads the time of day, or of a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            yield from [name] * (name in WALL)
            yield from [node.attr] * node.attr.startswith(("st_mtime", "st_ctime", "st_atime"))


def test_the_time_of_day_is_read_where_it_is_told_and_nowhere_else():
    found = set()
    for path in [path for folder in ("training", "tuning", "reporting") for path in (ROOT / folder).rglob("*.py")]:
        found |= {(str(path.relative_to(ROOT)), name) for name in readings(ast.parse(path.read_text(encoding="utf-8")))}
    assert found == set(TOLD)


def test_the_search_for_clocks_finds_them():
    assert sorted(readings(ast.parse("x = time.time() - path.stat().st_mtime"))) == ["st_mtime", "time.time"]
