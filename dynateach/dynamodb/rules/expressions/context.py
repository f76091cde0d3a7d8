"""What a request says about its placeholders, while its expressions are bound to them."""

from collections.abc import Callable, Iterable, Mapping

from dynateach.dynamodb.rules.expressions import messages
from dynateach.dynamodb.rules.expressions.paths import Steps, head
from dynateach.dynamodb.rules.expressions.tree import Node, Path, Value
from dynateach.dynamodb.rules.reserved import is_reserved
from dynateach.dynamodb.rules.values import AttributeValue, type_of

Values = Mapping[str, AttributeValue]
"""ExpressionAttributeValues in canonical form, by placeholder."""

Check = Callable[[Values], None]
"""A rule about the values themselves, not only their types. Raises ExpressionError."""


class Context:
    """The names and values behind the placeholders, and what becomes known while expressions are bound to them.

    ``unused_names`` and ``unused_values`` are the placeholders that none has used yet; ``nested`` the
    attributes that some expression looks into; ``checks`` what every later request must check as well, with the
    ``parameter`` that was being bound.
    """

    def __init__(self, names: Mapping[str, str], values: Values) -> None:
        self.unused_names = dict.fromkeys(names)
        self.unused_values = dict.fromkeys(values)
        self.parameter = ""
        self.checks: list[tuple[str, Check]] = []
        self.nested: set[str] = set()
        self._names = names
        self._values = values

    def steps(self, path: Path) -> Steps:
        """The path with its placeholders resolved. Raises ExpressionError for the first that is not defined."""
        steps = tuple(self._name(step) if isinstance(step, str) else step for step in path.steps)
        if len(steps) > 1:
            self.nested.add(head(steps))
        return steps

    def use(self, value: Value) -> None:
        """Notes that a value is wanted. Raises ExpressionError if it is not defined."""
        if value.placeholder not in self._values:
            raise messages.undefined_value(value.placeholder)
        self.unused_values.pop(value.placeholder, None)

    def kind(self, node: Node) -> str | None:
        """The type of a value; None for anything else, since its type depends on the item."""
        return type_of(self._values[node.placeholder]) if isinstance(node, Value) else None

    def require(self, check: Check) -> None:
        """Applies a check to the values of this request, and keeps it for the requests to come."""
        check(self._values)
        self.checks.append((self.parameter, check))

    def _name(self, step: str) -> str:
        if step[0] != "#":
            return step
        if step not in self._names:
            raise messages.undefined_name(step)
        self.unused_names.pop(step, None)
        return self._names[step]


def require_unreserved(paths: Iterable[Path]) -> None:
    """Refuses a reserved word written out as a name. Raises ExpressionError."""
    for path in paths:
        for step in path.steps:
            if isinstance(step, str) and is_reserved(step):
                raise messages.reserved_word(step)
