"""Lambda's event filtering: which records of a stream are for the function at all.

Documented (Lambda Developer Guide, *Control which events Lambda sends to your function*): a pattern has the shape of a
record; each leaf is a list of rules, of which one must hold; members of a pattern must all hold; ``$or`` holds a list of
patterns. A record that no pattern matches counts as done. Numbers of DynamoDB are text in a record, so numeric rules do
not match them.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import eq, ge, gt, le, lt
from typing import Any, NamedTuple

from dynateach.errors import LabError

Pattern = Mapping[str, Any]


def matches_any(patterns: Sequence[Pattern], record: Mapping[str, Any]) -> bool:
    """Whether the record is for the function: it matches one of the patterns, or there are none."""
    return not patterns or any(_matches(pattern, record) for pattern in patterns)


def require_pattern(pattern: Any) -> None:
    """Raise ``LabError`` for what Lambda would not take as a filter pattern."""
    if not isinstance(pattern, Mapping) or not pattern:
        raise _no_pattern(pattern, "A pattern is a dict that has the shape of a record.")
    for name, inside in pattern.items():
        if name == "$or":
            _require_choices(inside)
        elif isinstance(inside, Mapping):
            require_pattern(inside)
        else:
            _require_rules(name, inside)


def _require_choices(inside: Any) -> None:
    if not isinstance(inside, list):
        raise _no_pattern(inside, "What stands under $or is a list of patterns.")
    for choice in inside:
        require_pattern(choice)


def _require_rules(name: str, rules: Any) -> None:
    if not isinstance(rules, list) or not rules:
        raise _no_pattern({name: rules}, 'What a member must be stands in a list: {"eventName": ["INSERT"]}.')
    for rule in rules:
        if not _is_rule(rule):
            raise _no_pattern(rule, f"A rule is a plain value, or one of {', '.join(_RULES)} with what it compares to.")


def _is_rule(rule: Any) -> bool:
    if not isinstance(rule, Mapping):
        return rule is None or isinstance(rule, str | int | float)
    return len(rule) == 1 and all(kind in _RULES and _RULES[kind].takes(wanted) for kind, wanted in rule.items())


def _no_pattern(given: Any, advice: str) -> LabError:
    return LabError(f"{given!r} is no filter pattern", where="filters", next=advice)


def _matches(pattern: Pattern, record: Any) -> bool:
    return all(_holds(name, inside, record) for name, inside in pattern.items())


def _holds(name: str, inside: Any, record: Any) -> bool:
    if name == "$or":
        return any(_matches(choice, record) for choice in inside)
    here = record.get(name, _ABSENT) if isinstance(record, Mapping) else _ABSENT
    if isinstance(inside, Mapping):
        return _matches(inside, here)
    return any(_rule_holds(rule, here) for rule in inside)


def _rule_holds(rule: Any, value: Any) -> bool:
    """A list in the record matches if one of its elements does."""
    if isinstance(rule, Mapping):
        ((kind, wanted),) = rule.items()
        return (value is not _ABSENT or kind == "exists") and _RULES[kind].holds(wanted, value)
    return any(_same(rule, one) for one in (value if isinstance(value, list) else [value]))


def _same(rule: Any, value: Any) -> bool:
    return type(rule) is type(value) and bool(rule == value)


def _is_comparison(wanted: Any) -> bool:
    """``["=", 5]`` or ``[">", 0, "<=", 5]``."""
    if not isinstance(wanted, list) or len(wanted) not in (2, 4):
        return False
    return all(sign in _SIGNS for sign in wanted[::2]) and all(isinstance(bound, int | float) for bound in wanted[1::2])


def _compares(wanted: list[Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return all(_SIGNS[sign](value, bound) for sign, bound in zip(wanted[::2], wanted[1::2], strict=True))


def _is_text(wanted: Any) -> bool:
    return isinstance(wanted, str)


class _Rule(NamedTuple):
    """What may stand behind a rule's name, and whether it holds for a value."""

    takes: Callable[[Any], bool]
    holds: Callable[[Any, Any], bool]


_ABSENT = object()
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}
_RULES = {
    "exists": _Rule(
        lambda wanted: isinstance(wanted, bool),
        lambda wanted, value: (value is not _ABSENT and not isinstance(value, Mapping)) == wanted,
    ),
    "prefix": _Rule(_is_text, lambda wanted, value: isinstance(value, str) and value.startswith(wanted)),
    "suffix": _Rule(_is_text, lambda wanted, value: isinstance(value, str) and value.endswith(wanted)),
    "equals-ignore-case": _Rule(
        _is_text, lambda wanted, value: isinstance(value, str) and value.casefold() == wanted.casefold()
    ),
    "anything-but": _Rule(
        lambda wanted: isinstance(wanted, str | int | float | list),
        lambda wanted, value: value not in (wanted if isinstance(wanted, list) else [wanted]),
    ),
    "numeric": _Rule(_is_comparison, _compares),
}
