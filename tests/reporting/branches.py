"""Which branches of the templates have been rendered: every condition, true and false."""

import collections
from typing import Any
from unittest import mock

import jinja2
from jinja2 import nodes

from reporting.engine.html import build_environment

SEEN: dict[str, set[bool]] = collections.defaultdict(set)  # name of a condition -> the truth values it has had


class WatchedEnvironment(jinja2.Environment):
    """Notes in SEEN how each condition turns out: of if, elif, inline if and of loops that leave items out."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.filters["watched"] = watched

    def _parse(self, source, name, filename):
        tree, numbers = super()._parse(source, name, filename), collections.Counter[str]()
        conditional: Any = tree.find_all((nodes.If, nodes.CondExpr, nodes.For))  # all of these have a test, or None
        for node in conditional:
            if node.test is not None:
                text = f"{name}: {written(node.test)}"
                numbers[text] += 1
                known = f"{text} #{numbers[text]}" if numbers[text] > 1 else text
                SEEN[known]  # listed, even if it is never reached
                node.test = nodes.Filter(node.test, "watched", [nodes.Const(known)], [], None, None, lineno=node.lineno)
        return tree


def watched_environment(folder, filters):
    """The environment of a report's templates, watched."""
    with mock.patch.object(jinja2, "Environment", WatchedEnvironment):  # where build_environment imports it from
        return build_environment(folder, filters)


def watched(value, name):
    SEEN[name].add(bool(value))
    return value


OPERATORS = {"eq": "==", "ne": "!=", "lt": "<", "gt": ">", "lteq": "<=", "gteq": ">=", "in": "in", "notin": "not in"}


def written(node):
    """An expression of a template as it is written there, nearly."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Const():
            return repr(node.value)
        case nodes.Getattr():
            return f"{written(node.node)}.{node.attr}"
        case nodes.Getitem():
            return f"{written(node.node)}[{written(node.arg)}]"
        case nodes.Not():
            return f"not {written(node.node)}"
        case nodes.And() | nodes.Or():
            return f"{written(node.left)} {type(node).__name__.lower()} {written(node.right)}"
        case nodes.Compare():
            return written(node.expr) + "".join(f" {OPERATORS[item.op]} {written(item.expr)}" for item in node.ops)
        case nodes.Filter():
            return f"{written(node.node)} | {node.name}"
        case nodes.Test():
            return f"{written(node.node)} is {node.name}"
        case nodes.Call():
            return f"{written(node.node)}({', '.join(map(written, node.args))})"
        case nodes.List() | nodes.Tuple():
            return f"[{', '.join(map(written, node.items))}]"
    return type(node).__name__
