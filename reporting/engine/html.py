"""Templates and what is numbered in them. Nothing here knows what the report is about."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, UndefinedError
from markupsafe import Markup

from reporting.engine.errors import RenderError

TEMPLATES = Path(__file__).parents[2] / "report_templates"


def build_environment(folder: Path, filters: Mapping[str, Callable]) -> Environment:
    """Templates that escape what they print and refuse names that do not exist."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters)
    return environment


class Numbered:
    """Names in the order of the document: gives each its number, and knows which were placed."""

    def __init__(self, kind: str, names: Iterable[Any]) -> None:
        self.kind, self.names = kind, list(names)
        self.placed: list[Any] = []

    def number(self, name: Any) -> int:
        """The number of `name`, from 1, for a reference to it; raises RenderError for an unknown one."""
        if name not in self.names:
            raise RenderError(f"the templates refer to the {self.kind} {name!r}, which the contents do not list")
        return self.names.index(name) + 1

    def place(self, name: Any) -> int:
        """The number of `name`, noting that it stands here."""
        self.placed.append(name)
        return self.number(name)

    def check(self) -> None:
        """Raises RenderError unless each name was placed once, in order."""
        if self.placed != self.names:
            missing = [name for name in self.names if name not in self.placed]
            problem = (
                f"{', '.join(map(str, missing))} built but not placed"
                if missing
                else f"the order is {', '.join(map(str, self.placed))}"
            )
            raise RenderError(f"every {self.kind} must be placed once, in the order of the contents: {problem}")


def rendered(template: Template, context: Mapping[str, Any]) -> Markup:
    """A template's text. Raises RenderError where it asks for something that the context lacks."""
    try:
        return Markup(template.render(context))
    except UndefinedError as error:
        raise RenderError(
            f"the recorded runs lack what the report prints: {error}; run 'make clean' and 'make all'"
        ) from error


def script_digest(script: str) -> str:
    """What a content security policy calls a script by, which then runs and no other one."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
