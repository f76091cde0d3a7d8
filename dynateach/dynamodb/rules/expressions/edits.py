"""Edits: how an update rewrites an item from the inside out, without touching the old one.

An edit takes the old value at its place (None if there is none) to the new one (None to leave nothing there).
Edits of the parts of a map or list combine into an edit of the whole, so the tree of an update's paths becomes
one function.
"""

from collections.abc import Callable, Sequence
from typing import Any

from dynateach.dynamodb.rules import numbers
from dynateach.dynamodb.rules.expressions import messages
from dynateach.dynamodb.rules.expressions.comparisons import Operand
from dynateach.dynamodb.rules.expressions.context import Values
from dynateach.dynamodb.rules.expressions.paths import Steps, Tree, is_list, sorted_steps, tree
from dynateach.dynamodb.rules.values import AttributeValue, Item, in_order

Assigned = Sequence[AttributeValue]
"""What the right-hand sides of SET have come to, in the order of the actions."""

Edit = Callable[[Operand, Values, Assigned], Operand]


def edits_at(paths: Sequence[Steps], edits: Sequence[Edit]) -> list[tuple[str, Edit]]:
    """Edits at paths, which are apart, as edits of top-level attributes."""
    return [(str(name), _edit(branch)) for name, branch in tree(paths, edits).items()]


def edited(members: Item, edits: Sequence[tuple[str, Edit]], values: Values, assigned: Assigned) -> Item:
    """A copy of an item, or of a map's members, with the edits done. Raises DynamoDB's error if one does not fit."""
    result = dict(members)
    for name, edit in edits:
        value = edit(members.get(name), values, assigned)
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def assign(position: int) -> Edit:
    """SET: whatever was there gives way to the assigned value."""
    return lambda old, values, assigned: assigned[position]


def remove(old: Operand, values: Values, assigned: Assigned) -> Operand:
    """REMOVE: nothing is left; what is not there may be removed as well."""
    return None


def add(placeholder: str, kind: str) -> Edit:
    """ADD: the sum of two numbers or the union of two sets; what is not there counts as zero, or as the empty set."""

    def edit(old: Operand, values: Values, assigned: Assigned) -> Operand:
        addend = values[placeholder]
        if old is None:
            return addend
        if kind not in old:
            raise messages.incorrect_data_type()
        if kind == "N":
            return {"N": numbers.add(old["N"], addend["N"])}
        present = set(old[kind])
        return {kind: in_order(kind, old[kind] + [member for member in addend[kind] if member not in present])}

    return edit


def delete(placeholder: str, kind: str) -> Edit:
    """DELETE: the set without some members; no empty set is left behind."""

    def edit(old: Operand, values: Values, assigned: Assigned) -> Operand:
        if old is None:
            return None
        if kind not in old:
            raise messages.incorrect_data_type()
        unwanted = set(values[placeholder][kind])
        kept = [member for member in old[kind] if member not in unwanted]
        return {kind: kept} if kept else None

    return edit


def _edit(branch: Tree | Edit) -> Edit:
    if not isinstance(branch, dict):
        return branch
    edits = [(step, _edit(further)) for step, further in sorted_steps(branch)]
    return _edit_list(edits) if is_list(branch) else _edit_map(edits)


def _edit_map(edits: list[tuple[str, Edit]]) -> Edit:
    def edit(old: Operand, values: Values, assigned: Assigned) -> Operand:
        return {"M": edited(_content(old, "M"), edits, values, assigned)}

    return edit


def _edit_list(edits: list[tuple[int, Edit]]) -> Edit:
    """Positions beyond the end append in their order. Gaps close last, so that every position means the old list."""

    def edit(old: Operand, values: Values, assigned: Assigned) -> Operand:
        members: list[Operand] = list(_content(old, "L"))
        length = len(members)
        for index, change in edits:
            if index < length:
                members[index] = change(members[index], values, assigned)
            else:
                members.append(change(None, values, assigned))
        return {"L": [member for member in members if member is not None]}

    return edit


def _content(value: Operand, kind: str) -> Any:
    if value is None or kind not in value:
        raise messages.invalid_document_path()
    return value[kind]
