"""Key schemas: which attributes are a table's key, and how a key becomes a place in the key space."""

from typing import Any, NamedTuple

from dynateach.dynamodb.rules import errors, numbers
from dynateach.dynamodb.rules.hashing import digest_of
from dynateach.dynamodb.rules.limits import PARTITION_KEY_BYTES, SORT_KEY_BYTES
from dynateach.dynamodb.rules.values import Item, binary, type_of

Place = tuple[Any, ...]
"""Where an item is: (digest, partition key content) and, in a table with a sort key, a third part
that sorts as the sort key does.

Places compare as the key space is ordered: by hash, then by key. ``(digest,)`` alone is the point
below every item of that hash.
"""


class KeyAttribute(NamedTuple):
    """One attribute of a key: its name and its type, S, N or B."""

    name: str
    type: str


class KeySchema:
    """A partition key and perhaps a sort key."""

    def __init__(self, partition: KeyAttribute, sort: KeyAttribute | None = None) -> None:
        self.partition = partition
        self.sort = sort
        self.attributes = (partition,) if sort is None else (partition, sort)
        self.names = tuple(attribute.name for attribute in self.attributes)

    def place_of_item(self, item: Item) -> Place:
        """Where a canonical item belongs. Raises DynamoDB's error for a missing or mistyped key attribute."""
        for attribute in self.attributes:
            value = item.get(attribute.name)
            if value is None:
                raise errors.invalid_parameter(f"Missing the key {attribute.name} in the item")
            if attribute.type not in value:
                raise errors.invalid_parameter(
                    f"Type mismatch for key {attribute.name} expected: {attribute.type} actual: {type_of(value)}"
                )
        return self._place(item)

    def place_of_key(self, key: Item) -> Place:
        """Where the item with this canonical key would be. Raises DynamoDB's error unless it is
        exactly a key of this schema.
        """
        if len(key) != len(self.attributes):
            raise errors.validation(_NO_MATCH)
        for attribute in self.attributes:
            if attribute.type not in key.get(attribute.name, ()):
                raise errors.validation(_NO_MATCH)
        return self._place(key)

    def key_of(self, item: Item) -> Item:
        """Just the key attributes of an item."""
        return {name: item[name] for name in self.names}

    def _place(self, item: Item) -> Place:
        partition, sort = self.partition, self.sort
        content = item[partition.name][partition.type]
        if not content or len(content) * 4 > PARTITION_KEY_BYTES:
            require_partition_key_fits(partition, content)
        digest = digest_of(partition.type, content)
        if sort is None:
            return (digest, content)
        order = item[sort.name][sort.type]
        if not order or len(order) * 4 > SORT_KEY_BYTES:
            require_sort_key_fits(sort, order)
        return (digest, content, order if sort.type == "S" else sort_order(sort.type, order))


def require_partition_key_fits(attribute: KeyAttribute, content: str) -> None:
    """Raises DynamoDB's error for a partition key value that is empty or too long."""
    _require_fits(attribute, content, PARTITION_KEY_BYTES, "Size of hashkey has exceeded the maximum size limit of")


def require_sort_key_fits(attribute: KeyAttribute, content: str) -> None:
    """Raises DynamoDB's error for a sort key value that is empty or too long."""
    _require_fits(
        attribute, content, SORT_KEY_BYTES, "Aggregated size of all range keys has exceeded the size limit of "
    )


def sort_order(tag: str, content: str) -> str | bytes:
    """What a sort key value sorts by: strings by UTF-8 bytes (which is the order of code points),
    numbers by value, binaries by bytes.
    """
    if tag == "N":
        return numbers.sort_text(content)
    return binary(content) if tag == "B" else content


def _require_fits(attribute: KeyAttribute, content: str, limit: int, too_long: str) -> None:
    if attribute.type == "N":
        return
    raw = binary(content) if attribute.type == "B" else content.encode()
    if not raw:
        kind = "string" if attribute.type == "S" else "binary"
        raise errors.validation(
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            f"cannot contain an empty {kind} value. Key: {attribute.name}"
        )
    if len(raw) > limit:
        raise errors.invalid_parameter(f"{too_long}{limit} bytes")


def readable(place: Place, schema: KeySchema, item: Item) -> str:
    """A key as people write it, for traces and pictures: ``u1``, or ``u1 / 2026``."""
    if schema.sort is None:
        return str(place[1])
    return f"{place[1]} / {item[schema.sort.name][schema.sort.type]}"


_NO_MATCH = "The provided key element does not match the schema"
