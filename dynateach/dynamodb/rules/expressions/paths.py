"""Document paths: reading what one leads to, keeping several apart, and joining them into a tree.

A path, once its placeholders are resolved, is a tuple of steps: a string is a name in a map, a number a
position in a list. ``("a", 2, "b")`` is ``a[2].b``.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from dynateach.dynamodb.rules.expressions import messages
from dynateach.dynamodb.rules.values import AttributeValue, Item

T = TypeVar("T")

Steps = tuple[str | int, ...]


def head(path: Steps) -> str:
    """The top-level attribute in which a path begins."""
    name = path[0]
    assert isinstance(name, str)
    return name


def find(item: Item, path: Steps) -> AttributeValue | None:
    """What the path leads to, or None if it leads nowhere in this item."""
    value: Any = item.get(head(path))
    for step in path[1:]:
        if value is None:
            return None
        value = _member(value, step)
    return value  # type: ignore[no-any-return]  # members of wire values are wire values


def _member(value: AttributeValue, step: str | int) -> AttributeValue | None:
    if isinstance(step, str):
        return value["M"].get(step) if "M" in value else None
    members = value.get("L", ())
    return members[step] if step < len(members) else None


def require_apart(paths: Iterable[Steps]) -> None:
    """Refuses paths of which one contains another, or that take the same thing for a list and for a map.

    Raises ExpressionError for the first such overlap, else for the first such conflict.
    """
    met: dict[str, list[Steps]] = {}
    conflict: messages.ExpressionError | None = None
    for path in paths:
        neighbours = met.setdefault(head(path), [])
        for other in neighbours:
            parting = _parting(other, path)
            if parting is None:
                raise messages.paths_overlap(other, path)
            if conflict is None and type(parting[0]) is not type(parting[1]):
                conflict = messages.paths_conflict(other, path)
        neighbours.append(path)
    if conflict:
        raise conflict


def _parting(one: Steps, two: Steps) -> tuple[str | int, str | int] | None:
    """The first two steps that are not the same, or None where one of the paths ends before they part."""
    return next(((step, its) for step, its in zip(one, two, strict=False) if step != its), None)


Tree = dict[str | int, Any]
"""Paths by their first step, the rest of them in further trees; at the end of each path lies its leaf."""


def tree(paths: Sequence[Steps], leaves: Sequence[T]) -> Tree:
    """The paths, which are apart, as one tree."""
    root: Tree = {}
    for path, leaf in zip(paths, leaves, strict=True):
        branch = root
        for step in path[:-1]:
            branch = branch.setdefault(step, {})
        branch[path[-1]] = leaf
    return root


def is_list(branch: Tree) -> bool:
    """Whether the steps of a branch are positions in a list, not names in a map."""
    return isinstance(next(iter(branch)), int)


def sorted_steps(branch: Tree) -> list[tuple[Any, Any]]:
    """The steps of a branch with what follows them: positions in ascending order, names as they come."""
    return sorted(branch.items()) if is_list(branch) else list(branch.items())
