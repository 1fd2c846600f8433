"""docs/architecture.md, held against the code that it describes."""

import ast
import re
from pathlib import Path

import pytest

from reporting.artifacts import TASKS, stages, variants_of

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
NODE = re.compile(r'^ +(\w+)\["(.+)"\]$', re.MULTILINE)
ARROW = re.compile(r"^ +(\w+) --> (\w+)$", re.MULTILINE)
STAGES, IMPORTS = re.findall(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)


def module_files():
    """Every module of the three packages: dotted name -> its file."""
    files = {}
    for path in [path for folder in ("training", "tuning", "reporting") for path in (ROOT / folder).rglob("*.py")]:
        parts = path.relative_to(ROOT).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return files


MODULES = module_files()
PLACES = {name: node for node, label in NODE.findall(IMPORTS) for name in label.split("<br>")}


def place_of(module):
    """The node of the picture that holds a module: the one with the longest name that leads to it."""
    leading = [name for name in PLACES if f"{module}.".startswith(f"{name}.")]
    return PLACES[max(leading, key=len)] if leading else None


def imported_by(text):
    """The project's modules that a module's text imports, at its top or inside a function.

    Of import_module(f"package.{name}") it is the package that counts.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield ast.unparse(node.args[0]).strip("f'\"").split("{")[0].rstrip(".")
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{name.name}" for name in node.names]
            yield from (name if name in MODULES else node.module for name in names)


def test_every_module_has_a_place_in_the_picture_and_every_place_is_there():
    assert {name for name in PLACES if name not in MODULES} == set()
    assert [name for name in MODULES if name != "reporting" and place_of(name) is None] == []


def test_every_package_is_named():
    packages = {name for name, path in MODULES.items() if path.stem == "__init__"}
    assert packages - {"reporting"} <= set(PLACES)


def test_the_arrows_are_the_imports():
    found = set()
    for name, path in MODULES.items():
        places = {place_of(other) for other in imported_by(path.read_text(encoding="utf-8")) if other in MODULES}
        found |= {f"{place_of(name)} --> {place}" for place in places - {place_of(name), None}}
    drawn = {f"{one} --> {other}" for one, other in ARROW.findall(IMPORTS)}
    assert {"missing": found - drawn, "too many": drawn - found} == {"missing": set(), "too many": set()}


def kind_of(task, name):
    """What the picture calls a stage."""
    if name in variants_of(task):
        return "tuned" if name == TASKS[task].searched else "variant"
    return "search" if name == "search" else "extra"


def test_the_arrows_between_stages_are_those_of_the_registry():
    kinds = {folder: kind_of(*folder.split("/")) for folder in stages()} | {"data": "data"}
    needs = {(kinds[needed], kinds[folder]) for folder, needed in stages().items()}
    around = {("settings", "data"), *((kind, "report") for kind in kinds.values() if kind != "data")}
    assert set(ARROW.findall(STAGES)) == needs | around


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m ([\w.]+)", PAGE))))
def test_every_command_is_a_script(module):
    assert module in MODULES
    assert 'if __name__ == "__main__":' in MODULES[module].read_text(encoding="utf-8")


def test_every_folder_and_file_of_the_project_that_is_named_is_there():
    named = set(re.findall(r"`((?:training|tuning|reporting|report_templates|tests)/[\w./]*)`", PAGE))
    named |= {path.removeprefix("../") for path in re.findall(r"\]\((\.\./[\w./]+)\)", PAGE)}
    assert len(named) > 10
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_the_tasks_are_named():
    assert all(f"`{task}`" in PAGE for task in TASKS)
