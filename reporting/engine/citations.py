"""Works that a document cites: numbered in the order of their first citation, and listed in that order."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from reporting.engine.errors import RenderError

MARK = re.compile("\ue003(.*?)\ue004")  # private characters around the keys of what is cited


class Work(NamedTuple):
    authors: str
    year: int
    title: str
    where: str  # journal or proceedings, volume, pages
    url: str

    @property
    def names(self) -> str:
        """The authors, whose initials stand on the line of the name."""
        return self.authors.replace(". ", ".\N{NO-BREAK SPACE}")

    @property
    def short_url(self) -> str:
        return self.url.removeprefix("https://")


def load_works(path: Path) -> dict[str, Work]:
    """Key -> Work, from a JSON file that holds the fields of each."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    return {key: Work(**fields) for key, fields in entries.items()}


def citation(works: Mapping[str, Work], *keys: str) -> Markup:
    """What `with_citations` replaces by the numbers of works; raises RenderError for a key that `works` lacks."""
    if unknown := [key for key in keys if key not in works]:
        raise RenderError(f"the templates cite {', '.join(unknown)}, which the references do not list")
    return Markup("\ue003{}\ue004").format(" ".join(keys))


def cited(text: str) -> list[str]:
    """The keys of the works that a text cites, once each, in the order of their first citation."""
    return list(dict.fromkeys(key for keys in MARK.findall(text) for key in keys.split()))


def with_citations(text: str, numbered: list[str]) -> str:
    """The text with citations as links into the list of works, of which `numbered` are the keys: [3] or [2, 5]."""

    def links(match: re.Match[str]) -> str:
        numbers = sorted((numbered.index(key) + 1, key) for key in match[1].split())
        return "[" + ", ".join(f'<a href="#work-{key}">{number}</a>' for number, key in numbers) + "]"

    return MARK.sub(links, str(text))
