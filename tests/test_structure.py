"""Modules and functions stay short enough to be read at a sitting."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("training", "tuning", "reporting")
LONGEST_MODULE, LONGEST_FUNCTION = 250, 45  # lines


def too_long(path, text):
    """What of a module has too many lines, as "path: 260 lines" and "path:12 name: 50 lines"."""
    lines = len(text.splitlines())
    yield from [f"{path}: {lines} lines"] * (lines > LONGEST_MODULE)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            yield from [f"{path}:{node.lineno} {node.name}: {lines} lines"] * (lines > LONGEST_FUNCTION)


def test_no_module_is_longer_than_250_lines_and_no_function_than_45():
    modules = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    assert modules
    texts = {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in modules}
    assert [line for path, text in texts.items() for line in too_long(path, text)] == []


def test_what_is_too_long_is_found():
    function = "def f():\n" + "    x = 1\n" * 45
    assert list(too_long("a.py", function)) == ["a.py:1 f: 46 lines"]
    assert list(too_long("a.py", "x = 1\n" * 251)) == ["a.py: 251 lines"]
    assert list(too_long("a.py", function.replace("    x = 1\n", "", 1) + "x = 1\n" * 205)) == []
