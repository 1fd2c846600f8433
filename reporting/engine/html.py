"""Templates, and the numbers of what they place. Nothing here knows what the report is about."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from reporting.engine.errors import RenderError
from reporting.engine.tracing import tracing_environment

if TYPE_CHECKING:
    from jinja2 import Environment, Template

TEMPLATES = Path(__file__).parents[2] / "report_templates"


def build_environment(folder: Path, filters: Mapping[str, Callable[..., Any]]) -> Environment:
    """Templates that escape what they print, refuse names that do not exist, and trace numbers (tracing.py)."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = tracing_environment(Environment)(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters)
    return environment


class Numbered:
    """Gives names their numbers in the order in which they are placed."""

    def __init__(self, kind: str, names: Iterable[Any]) -> None:
        self.kind, self.names = kind, set(names)
        self.placed: list[Any] = []

    def place(self, name: Any) -> int:
        """The number of `name`, from 1, which is placed here; raises RenderError for an unknown name."""
        self.known(name)
        if name in self.placed:
            raise RenderError(f"every {self.kind} must be placed once: {name} is placed twice")
        self.placed.append(name)
        return len(self.placed)

    def number(self, name: Any) -> int | None:
        """The number of `name` if it has been placed, for a reference to it; raises RenderError for an unknown name."""
        self.known(name)
        return self.placed.index(name) + 1 if name in self.placed else None

    def known(self, name: Any) -> None:
        """Raise RenderError for a name that the sections do not have."""
        if name not in self.names:
            raise RenderError(f"the templates refer to the {self.kind} {name!r}, which the contents do not list")

    def check(self) -> None:
        """Raise RenderError unless each name was placed."""
        if missing := self.names - set(self.placed):
            listed = ", ".join(sorted(map(str, missing)))
            raise RenderError(f"every {self.kind} must be placed once: {listed} built but not placed")


SHORT = re.compile(r'\s*<p class="short">(.*)</p>\s*', re.DOTALL)


def joined(parts: Iterable[Markup]) -> Markup:
    """The parts of a chapter; those that are nothing but a paragraph of class "short" become one where they meet."""
    text, behind_short = "", False
    for part in map(str, parts):
        short = SHORT.fullmatch(part)
        if short and behind_short:
            text = f"{text.removesuffix('</p>')} {short[1]}</p>"
        else:
            text += part.strip() if short else part
        behind_short = bool(short)
    return Markup(text)


REFERENCE = re.compile("\ue000(.*?)\ue001(.*?)\ue001(.*?)\ue001(.*?)\ue002", re.DOTALL)  # private characters


def reference(kind: str, name: str, before: str = "", after: str = "") -> Markup:
    """What `settled` replaces by a link to something that may be placed further on, with words around it."""
    return Markup("\ue000{}\ue001{}\ue001{}\ue001{}\ue002").format(kind, name, before, after)


def settled(text: str, number_of: Callable[[str, str], Any]) -> str:
    """The text with all references as links; nothing is left of one to what `number_of(kind, name)` has no number."""

    def link(match: re.Match[str]) -> str:
        kind, name, before, after = match.groups()
        return linked(kind, name, number_of(kind, name), Markup(before), Markup(after))

    return REFERENCE.sub(link, text)


def linked(kind: str, name: str, number: Any, before: str = "", after: str = "") -> Markup:
    """A link to a figure, table, equation or appendix, with words around it; nothing if it has no number."""
    target = name if kind == "appendix" else f"{kind.lower()}-{name}"
    link = Markup('{}<a href="#{}">{}&nbsp;{}</a>{}').format(before, target, kind, number, after)
    return Markup("") if number is None else link


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
