"""Conditions and updates, evaluated the slow and obvious way: what the engine is compared with.

Nothing here is shared with the engine. Values become Python values that compare as DynamoDB's do; a missing value is None.
"""

from base64 import b64decode
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

Wire = dict[str, Any]
Tree = tuple[Any, ...]
"""("and", tree, tree…), ("not", tree), ("=", operand, operand)…; operands are ("path", *steps), ("value", wire) or ("size", operand)."""


CONVERSIONS: dict[str, Callable[[Any], Any]] = {"S": str.encode, "N": Decimal, "B": b64decode}


def plain(value: Wire | None) -> Any:
    """A pair of type and content, in which equal things are equal."""
    if value is None:
        return None
    ((kind, content),) = value.items()
    if kind in ("SS", "NS", "BS"):
        return kind, frozenset(plain({kind[0]: member}) for member in content)
    if kind == "L":
        return kind, tuple(plain(member) for member in content)
    if kind == "M":
        return kind, frozenset((name, plain(member)) for name, member in content.items())
    return kind, CONVERSIONS[kind](content) if kind in CONVERSIONS else content


def look_up(value: Any, steps: tuple[str | int, ...]) -> Wire | None:
    for step in steps:
        try:
            value = value["M" if isinstance(step, str) else "L"][step]
        except (KeyError, IndexError):
            return None
    return value  # type: ignore[no-any-return]


def operand(tree: Tree, item: Wire) -> Wire | None:
    kind, *parts = tree
    if kind == "value":
        return parts[0]  # type: ignore[no-any-return]
    if kind == "path":
        return look_up({"M": item}, tuple(parts))
    return size(operand(parts[0], item))


def size(value: Wire | None) -> Wire | None:
    ((kind, content),) = (value or {"NULL": True}).items()
    if kind in ("N", "BOOL", "NULL"):
        return None
    return {"N": str(len(b64decode(content) if kind == "B" else content))}


def holds(tree: Tree, item: Wire) -> bool:
    operator, *parts = tree
    if operator == "and":
        return all(holds(part, item) for part in parts)
    if operator == "or":
        return any(holds(part, item) for part in parts)
    if operator == "not":
        return not holds(parts[0], item)
    values = [plain(operand(part, item)) for part in parts]
    if operator == "attribute_exists":
        return values[0] is not None
    if operator == "attribute_not_exists":
        return values[0] is None
    if operator == "<>":
        return None in values or values[0] != values[1]
    if values[0] is None:
        return False
    if operator == "in":
        return values[0] in values[1:]
    if None in values:
        return False
    return compares(operator, *values)


def compares(operator: str, a: Any, b: Any, c: Any = None) -> bool:
    if operator == "=":
        return bool(a == b)
    if operator == "attribute_type":
        return bool(a[0] == b[1].decode())
    if operator == "contains":
        return contains(a, b)
    if operator == "begins_with":
        return a[0] == b[0] and a[0] in ("S", "B") and a[1].startswith(b[1])
    if a[0] != b[0] or a[0] not in ("S", "N", "B") or (c and a[0] != c[0]):
        return False
    if operator == "between":
        return bool(b[1] <= a[1] <= c[1])
    return bool({"<": a[1] < b[1], "<=": a[1] <= b[1], ">": a[1] > b[1], ">=": a[1] >= b[1]}[operator])


def contains(a: Any, b: Any) -> bool:
    if a[0] in ("S", "B"):
        return a[0] == b[0] and b[1] in a[1]
    return a[0] in ("SS", "NS", "BS", "L") and b in a[1]


class Refused(Exception):
    """The update does not fit the item."""


def update(actions: list[tuple[Any, ...]], item: Wire) -> Wire:
    """Actions are ("set", path, source), ("remove", path), ("add", path, wire) and ("delete", path, wire), on paths that are apart."""
    before, after = {"M": item}, {"M": deepcopy(item)}
    for action, path, *operands in actions:
        parent = look_up(after, path[:-1])
        if parent is None or ("M" if isinstance(path[-1], str) else "L") not in parent:
            raise Refused
        put(parent, path[-1], outcome(action, look_up(before, path), operands, before))
    squeeze(after)
    return after["M"]


def put(parent: Wire, step: str | int, value: Wire | None) -> None:
    if isinstance(step, int):
        members = parent["L"]
        members += [None] * (step + 1 - len(members))
        members[step] = value
    else:
        parent["M"][step] = value


def squeeze(value: Wire | None) -> None:
    """Nones mark what is gone; only now do the other elements move up."""
    if value and "L" in value:
        value["L"][:] = [member for member in value["L"] if member is not None]
        for member in value["L"]:
            squeeze(member)
    if value and "M" in value:
        for name, member in list(value["M"].items()):
            squeeze(member)
            if member is None:
                del value["M"][name]


def outcome(action: str, old: Wire | None, operands: list[Any], before: Wire) -> Wire | None:
    if action == "remove":
        return None
    if action == "set":
        return source(operands[0], before)
    ((kind, content),) = operands[0].items()
    if old is None:
        return operands[0] if action == "add" else None
    if kind not in old:
        raise Refused
    if kind == "N":
        return {"N": number(Decimal(old["N"]) + Decimal(content))}
    kept = set(old[kind]) | set(content) if action == "add" else set(old[kind]) - set(content)
    return {kind: sorted(kept)} if kept else None


def source(tree: Tree, before: Wire) -> Wire:
    kind, *parts = tree
    if kind == "value":
        return parts[0]  # type: ignore[no-any-return]
    if kind == "path":
        found = look_up(before, tuple(parts))
        if found is None:
            raise Refused
        return found
    if kind == "if_not_exists":
        return look_up(before, parts[0][1:]) or source(parts[1], before)
    a, b = source(parts[0], before), source(parts[1], before)
    wanted = "L" if kind == "list_append" else "N"
    if wanted not in a or wanted not in b:
        raise Refused
    if kind == "list_append":
        return {"L": a["L"] + b["L"]}
    return {"N": number(Decimal(a["N"]) + (Decimal(b["N"]) if kind == "+" else -Decimal(b["N"])))}


def number(value: Decimal) -> str:
    return f"{value:f}"
