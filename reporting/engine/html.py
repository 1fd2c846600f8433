"""Templates, and the numbers of what they place. Nothing here knows what the report is about."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from reporting.engine.errors import RenderError

if TYPE_CHECKING:
    from jinja2 import Environment, Template

TEMPLATES = Path(__file__).parents[2] / "report_templates"


def build_environment(folder: Path, filters: Mapping[str, Callable[..., Any]]) -> Environment:
    """Templates that escape what they print and refuse names that do not exist."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

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
    """Names in the order of the document: gives each its number and records which were placed."""

    def __init__(self, kind: str, names: Iterable[Any]) -> None:
        self.kind, self.names = kind, list(names)
        self.placed: list[Any] = []

    def number(self, name: Any) -> int:
        """The number of `name`, from 1, for a reference to it; raises RenderError for an unknown name."""
        if name not in self.names:
            raise RenderError(f"the templates refer to the {self.kind} {name!r}, which the contents do not list")
        return self.names.index(name) + 1

    def place(self, name: Any) -> int:
        """The number of `name`, which is recorded as placed here."""
        self.placed.append(name)
        return self.number(name)

    def check(self) -> None:
        """Raise RenderError unless each name was placed once, in order."""
        if self.placed != self.names:
            missing = [name for name in self.names if name not in self.placed]
            problem = (
                f"{', '.join(map(str, missing))} built but not placed"
                if missing
                else f"the order is {', '.join(map(str, self.placed))}"
            )
            raise RenderError(f"every {self.kind} must be placed once, in the order of the contents: {problem}")


def rendered(template: Template, context: Mapping[str, Any]) -> Markup:
    """The text of a template. Raises RenderError where it asks for something that the context lacks."""
    from jinja2 import UndefinedError

    try:
        return Markup(template.render(context))
    except UndefinedError as error:
        raise RenderError(
            f"the recorded runs lack what the report prints: {error}; run 'make clean' and 'make all'"
        ) from error


def script_digest(script: str) -> str:
    """The source expression with which a content security policy allows this inline script and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
