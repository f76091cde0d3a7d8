"""How somebody may measure items: as DynamoDB does, or with one of the likely mistakes."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from dynateach.dynamodb.rules.values import canonical

Item = dict[str, Any]


def number_bytes(number: Decimal | int) -> int:
    """The bytes of a number, without its attribute's name: 1, 1 more for every two digits, 1 more if negative.

    As measured on DynamoDB: digits are paired from the point, and pairs of zeros at either end are free.
    """
    return canonical({"N": str(number)})[1]


@dataclass(frozen=True)
class Belief:
    """How somebody measures items; as it stands, as DynamoDB does."""

    names: bool = True
    inner_names: bool = True
    text: Callable[[str], int] = lambda text: len(text.encode())
    binary: Callable[[bytes], int] = len
    number: Callable[[Any], int] = number_bytes
    flag: int = 1
    null: int = 1
    container: int = 3
    each: int = 1
    sets: int = 0

    def item(self, item: Item) -> int:
        """The size of a whole item."""
        return self._attributes(item, self.names)

    def value(self, value: Any) -> int:
        """The size of one value."""
        if isinstance(value, bool):
            return self.flag
        if value is None:
            return self.null
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes):
            return self.binary(value)
        if isinstance(value, dict):
            return self.container + self.each * len(value) + self._attributes(value, self.inner_names)
        if isinstance(value, list):
            return self.container + sum(self.each + self.value(part) for part in value)
        if isinstance(value, set):
            return self.sets + sum(map(self.value, value))
        return self.number(value)

    def _attributes(self, attributes: Item, names: bool) -> int:
        return sum(names * self.text(name) + self.value(part) for name, part in attributes.items())


TRUE = Belief()
MISTAKEN: tuple[tuple[Belief, str], ...] = (
    (replace(TRUE, names=False), "The names of the attributes count as well, in every item."),
    (replace(TRUE, names=False, inner_names=False), "The names of the attributes count as well, in every item."),
    (replace(TRUE, inner_names=False), "A map's own names count as well."),
    (replace(TRUE, text=len), "Letters are not bytes: in UTF-8 an é takes two, a 🚲 four."),
    (
        replace(TRUE, binary=lambda data: len(b64encode(data))),
        "Bytes count as they are, not as the base64 that travels.",
    ),
    (replace(TRUE, number=lambda number: len(str(number))), "A number is not stored as its text: number_bytes knows."),
    (replace(TRUE, number=lambda number: 8), "A number takes as much as it has digits: number_bytes knows."),
    (
        replace(TRUE, flag=number_bytes(1)),
        "True is no number, though Python's isinstance(True, int) says so. It takes one byte.",
    ),
    (replace(TRUE, flag=0), "True and False take one byte."),
    (replace(TRUE, flag=4), "True and False take one byte."),
    (replace(TRUE, null=0), "None takes one byte."),
    (replace(TRUE, null=4), "None takes one byte."),
    (replace(TRUE, flag=0, null=0), "True, False and None take one byte each."),
    (replace(TRUE, container=0), "A list or a map takes 3 bytes before anything is in it."),
    (replace(TRUE, each=0), "Each element of a list or a map takes one byte more than what is in it."),
    (replace(TRUE, container=0, each=0), "A list or a map takes 3 bytes, and 1 more for each element."),
    (replace(TRUE, sets=3), "A set is only the sum of its members: the 3 bytes are for lists and maps."),
)
