"""Placeholders for the names and values of legacy parameters, so that they can stand in the tree of an expression."""

from dynateach.dynamodb.rules.expressions.context import Context
from dynateach.dynamodb.rules.expressions.tree import Path, Value
from dynateach.dynamodb.rules.values import AttributeValue, Item, canonical


class Placeholders:
    """The names and values of one request's legacy parameters.

    ``values`` are canonical, by placeholder: what evaluation wants. No placeholder begins with a colon, so they mix
    with ExpressionAttributeValues.
    """

    def __init__(self) -> None:
        self.values: Item = {}
        self._names: dict[str, str] = {}

    def path(self, name: str) -> Path:
        """The attribute of that name: dots and brackets in a legacy name mean themselves."""
        placeholder = f"#{len(self._names)}"
        self._names[placeholder] = name
        return Path((placeholder,))

    def value(self, value: AttributeValue) -> Value:
        """A placeholder for that value. Raises DynamoDB's error if it is no attribute value."""
        placeholder = str(len(self.values))
        self.values[placeholder], _ = canonical(value)
        return Value(placeholder)

    def kind(self, value: Value) -> str:
        """The type of a value."""
        return next(iter(self.values[value.placeholder]))

    def content(self, value: Value) -> object:
        """What is in a value."""
        return self.values[value.placeholder][self.kind(value)]

    def context(self) -> Context:
        """What stands behind the placeholders, to bind a tree with."""
        return Context(self._names, self.values)
