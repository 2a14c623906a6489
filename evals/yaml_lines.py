"""YAML with line numbers: the plain values, and on which line the value at a path stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from corpus.errors import UserError

# libyaml reads ten times as fast; a PyYAML built without it has the loader in Python only.
_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):  # type: ignore[misc]
    """The safe loader, which refuses a key that is given twice instead of keeping the last one silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            if key.value in seen:
                first = seen[key.value]
                raise yaml.constructor.ConstructorError(
                    problem=f"{key.value!r} is given twice, first on line {first}", problem_mark=key.start_mark
                )
            seen[key.value] = key.start_mark.line + 1
        values: dict[Any, Any] = super().construct_mapping(node, deep)
        return values


def parse(text: str, name: str) -> tuple[Any, yaml.Node | None]:
    """Parse YAML; return the values and the tree that knows their lines.

    Raises:
        UserError: names `name`, the line and the problem when it is no YAML or gives a key twice.
    """
    loader = _Loader(text)
    try:
        tree = loader.get_single_node()
        return (loader.construct_document(tree) if tree is not None else None), tree
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{name}, line {mark.line + 1}" if mark else name
        raise UserError(
            f"{place}: {error.problem or error}", "wording that holds ': ' or starts with a sign needs quotes"
        ) from None
    except yaml.YAMLError as error:
        raise UserError(f"{name}: not readable as YAML: {error}") from None
    finally:
        loader.dispose()


def line_of(tree: yaml.Node | None, path: Sequence[str | int]) -> int | None:
    """Return the line, from 1, of the value at `path`; of the nearest value above it when that one is missing."""
    if tree is None:
        return None
    node, line = tree, tree.start_mark.line + 1
    for step in path:
        below: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == step:
                    below, line = value, key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            below = node.value[step]
            line = below.start_mark.line + 1
        if below is None:
            break
        node = below
    return line
