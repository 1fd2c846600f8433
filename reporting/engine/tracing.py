"""Numbers that know the path by which a template reached them, so that each printed one can name what it is made of.

What a template looks up in something that was `traced` has the path of that with a dot and a name, or an index in
brackets: regression/results.tuned.test_loss. Numbers carry their path themselves, and into what is printed of them:
between private characters, for which `settled_numbers` writes elements
<data value="0.0981234" data-from="regression/results.tuned.test_loss">0.098</data>.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import numbers
import re
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from reporting.artifacts import Stored

if TYPE_CHECKING:
    from jinja2 import Environment

MARKED = re.compile("\ue010(.*?)\ue011(.*?)\ue012(.*?)\ue013", re.DOTALL)  # value, path, text
TAG = re.compile("<[^>]*>")
_PATHS: dict[int, tuple[Any, str]] = {}  # id of what has a path -> itself, so that the id stays its own, and the path


class Traced:
    """A number with the path by which it was reached; printed as it is, it is marked."""

    path: str

    def __str__(self) -> str:
        return marked(repr(self), self.path, repr(self))

    def __add__(self, other: Any) -> Any:
        return traced(plain(self) + plain(other), f"{self.path} + {getattr(other, 'path', repr(other))}")

    def __sub__(self, other: Any) -> Any:
        return traced(plain(self) - plain(other), f"{self.path} - {getattr(other, 'path', repr(other))}")


class TracedFloat(Traced, float):
    __repr__ = float.__repr__


class TracedInt(Traced, int):
    __repr__ = int.__repr__


def plain(value: Any) -> Any:
    """A number without its path; anything else as it is."""
    return float(value) if isinstance(value, TracedFloat) else int(value) if isinstance(value, TracedInt) else value


def traced(value: Any, path: str) -> Any:
    """`value`, which has this path from now on, and its items theirs. Lists, tuples and dicts are copied for it."""
    if isinstance(value, str) and path.endswith(".value") and re.search(r"\d", value) and not MARKED.search(value):
        return marked(value, path)  # a number that is in words already
    if isinstance(value, bool | str | Stored) or value is None:
        return value
    if isinstance(value, numbers.Real):
        number = TracedInt(value) if isinstance(value, numbers.Integral) else TracedFloat(value)
        number.path = path
        return number
    if isinstance(value, dict):
        value = {name: traced(item, joined(path, name)) for name, item in value.items()}
    elif isinstance(value, list | tuple):
        names = getattr(value, "_fields", range(len(value)))
        items = [traced(item, joined(path, name)) for name, item in zip(names, value, strict=True)]
        value = (
            value._make(items) if hasattr(value, "_make") else tuple(items) if items and type(value) is tuple else items
        )
    if isinstance(value, dict | list | tuple | ModuleType) or is_instance(value):
        _PATHS[id(value)] = value, path
    return value


def is_instance(value: Any) -> bool:
    """Whether it is an instance of a dataclass."""
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def joined(path: str, name: Any) -> str:
    """The path of what is named so in what has this path."""
    return f"{path}[{name}]" if isinstance(name, int) else f"{path}.{name}"


def path_of(value: Any) -> str | None:
    """The path of what was looked up; of a part of a file the file's path, a colon and the part's name."""
    if isinstance(value, Stored):
        return f"{value.path}:{value.prefix.removesuffix('.')}"
    return _PATHS[id(value)][1] if id(value) in _PATHS else None


@contextlib.contextmanager
def tracing() -> Iterator[None]:
    """A context at whose end all paths are forgotten."""
    try:
        yield
    finally:
        _PATHS.clear()


def tracing_environment(kind: type[Environment]) -> type[Environment]:
    """The same kind of jinja2.Environment, whose templates trace what they look up."""

    class TracingEnvironment(kind):  # type: ignore[valid-type, misc]
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.filters["length"] = length

        def getattr(self, obj: Any, attribute: str) -> Any:
            return looked_up(obj, attribute, super().getattr(obj, attribute))

        def getitem(self, obj: Any, argument: Any) -> Any:
            return looked_up(obj, argument, super().getitem(obj, argument))

    return TracingEnvironment


def looked_up(owner: Any, name: Any, value: Any) -> Any:
    """What was looked up in `owner`, traced if that has a path. What has one already keeps it."""
    path = path_of(owner)
    if isinstance(owner, Stored) and name == "items":
        return lambda: [(key, looked_up(owner, key, item)) for key, item in value()]
    if path is None or isinstance(value, Traced) or path_of(value) is not None:
        return value
    return traced(value, joined(path, name).replace(":.", ":"))


def length(value: Any) -> Any:
    """Jinja's filter: the number of items, as a number with the path of what is counted."""
    path = path_of(value)
    return len(value) if path is None else traced(len(value), f"{path}.length")


def marked(text: str, path: str, value: Any = "") -> str:
    """The text that is printed of a number, marked with its value and its path; Markup stays Markup."""
    template = "\ue010{}\ue011{}\ue012{}\ue013"
    kind = Markup(template) if isinstance(text, Markup) else template
    return kind.format(value, path, text)


def printed(function: Callable[..., str]) -> Callable[..., str]:
    """A function that prints a number, which it is given first; what it prints of a Traced one is marked."""

    @functools.wraps(function)
    def marking(value: Any, *arguments: Any, **options: Any) -> str:
        text = function(plain(value), *map(plain, arguments), **options)
        return marked(text, value.path, repr(value)) if isinstance(value, Traced) else text

    return marking


def untold(filters: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """The filters of templates: what they print of a number without a path is marked, too, with an empty one."""

    def filter_of(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def telling(value: Any, *arguments: Any, **options: Any) -> Any:
            bare = isinstance(value, numbers.Real) and not isinstance(value, bool | Traced)
            return function(traced(value, "") if bare else value, *arguments, **options)

        return telling

    return {name: filter_of(function) for name, function in filters.items()}


def without_marks(text: str) -> str:
    """The text with numbers as they are printed."""
    return MARKED.sub(r"\3", str(text))  # of Markup, sub escapes what it leaves


def standing_in(text: Markup, section: str) -> Markup:
    """The text of a section, whose name is the path of numbers that have none."""
    return text.replace("\ue011\ue012", f"\ue011{section}\ue012")


def settled_numbers(text: str, source_of: Callable[[str], tuple[str, int]]) -> str:
    """The text with <data> elements for marked numbers, and with plain ones inside of tags.

    `source_of(path)` is what to write as data-from, and the number of what was read for it, as data-read.
    """

    def element(match: re.Match[str]) -> str:
        value, path, words = match.groups()
        if text.rfind("<", 0, match.start()) > text.rfind(">", 0, match.start()):
            return words
        name, read = source_of(path)
        value = value or TAG.sub("", words)
        return f'<data value="{value}" data-from="{name}" data-read="{read}">{words}</data>'

    return MARKED.sub(element, text)
