"""Projections: the parts of an item to answer with."""

from collections.abc import Callable, Sequence

from dynateach.dynamodb.rules.expressions.context import Context, require_unreserved
from dynateach.dynamodb.rules.expressions.grammar import Parsed
from dynateach.dynamodb.rules.expressions.paths import Steps, Tree, head, is_list, require_apart, sorted_steps, tree
from dynateach.dynamodb.rules.values import AttributeValue, Item


class Projection:
    """The parts of an item that lie at some paths.

    Calling it with an item gives a new item with only those parts, in their nested shape; list elements move up to
    close the gaps. ``paths`` are the document paths, ``attributes`` their top-level names.
    """

    __slots__ = ("_picks", "attributes", "paths")

    def __init__(self, paths: Sequence[Steps]) -> None:
        self.paths = tuple(paths)
        self.attributes = tuple(dict.fromkeys(head(path) for path in paths))
        branches = tree(self.paths, [_whole] * len(self.paths))
        self._picks = [(str(name), _pick(branch)) for name, branch in branches.items()]

    def __call__(self, item: Item) -> Item:
        return _picked(item, self._picks)


def bind_projection(parsed: Parsed, context: Context) -> Projection:
    """The projection that an expression stands for. Raises ExpressionError for the first rule that it breaks."""
    require_unreserved(parsed.paths)
    paths = [context.steps(path) for path in parsed.paths]
    require_apart(paths)
    return Projection(paths)


Pick = Callable[[AttributeValue], AttributeValue | None]
"""Takes a value down to its selected parts, or to None if there are none."""


def _whole(value: AttributeValue) -> AttributeValue:
    return value


def _pick(branch: Tree | Pick) -> Pick:
    if not isinstance(branch, dict):
        return branch
    picks = [(step, _pick(further)) for step, further in sorted_steps(branch)]
    return _from_list(picks) if is_list(branch) else _from_map(picks)


def _from_map(picks: list[tuple[str, Pick]]) -> Pick:
    def pick(value: AttributeValue) -> AttributeValue | None:
        members = _picked(value.get("M", {}), picks)
        return {"M": members} if members else None

    return pick


def _from_list(picks: list[tuple[int, Pick]]) -> Pick:
    def pick(value: AttributeValue) -> AttributeValue | None:
        members = value.get("L", ())
        chosen = [further(members[index]) for index, further in picks if index < len(members)]
        kept = [member for member in chosen if member is not None]
        return {"L": kept} if kept else None

    return pick


def _picked(members: Item, picks: list[tuple[str, Pick]]) -> Item:
    result: Item = {}
    for name, pick in picks:
        if name in members:
            part = pick(members[name])
            if part is not None:
                result[name] = part
    return result
