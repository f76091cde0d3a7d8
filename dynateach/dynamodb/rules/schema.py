"""Key schemas: which attributes are a table's key, and how a key becomes a place in the key space."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from dynateach.dynamodb.rules import errors, numbers
from dynateach.dynamodb.rules.hashing import combined, digest_of
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
        self.partition_keys = (partition,)
        self.sort_keys = () if sort is None else (sort,)

    def collection(self, key: Item) -> Place:
        """The point below all items that have the partition key of this canonical item."""
        content = key[self.partition.name][self.partition.type]
        return (digest_of(self.partition.type, content), content)

    def place_of_item(self, item: Item) -> Place:
        """Where a canonical item belongs. Raises DynamoDB's error for a missing or mistyped key attribute."""
        for attribute in self.attributes:
            value = item.get(attribute.name)
            if value is None:
                self._require_fit_before(attribute, item)
                raise errors.invalid_parameter(f"Missing the key {attribute.name} in the item")
            if attribute.type not in value:
                self._require_fit_before(attribute, item)
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
                self._require_fit_before(attribute, key)
                raise errors.validation(_NO_MATCH)
        return self._place(key)

    def require_key_in(self, item: Item) -> None:
        """Raises the error of ``place_of_key`` unless this canonical item has the key attributes of this schema."""
        for attribute in self.attributes:
            if attribute.type not in item.get(attribute.name, ()):
                self._require_fit_before(attribute, item)
                raise errors.validation(_NO_MATCH)

    def key_of(self, item: Item) -> Item:
        """Just the key attributes of an item."""
        return {name: item[name] for name in self.names}

    def _require_fit_before(self, unfit: KeyAttribute, item: Item) -> None:
        """DynamoDB looks at one key attribute after the other: an empty partition key goes before a wrong sort key."""
        if unfit is self.sort:
            require_partition_key_fits(self.partition, item[self.partition.name][self.partition.type])

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


class IndexSchema:
    """The key of a secondary index: up to four partition key attributes and up to four sort key attributes.

    Several items may have the same index key, so an entry's place ends with the place of its item in the table.
    Documented: the base table's key tells entries apart; AWS promises no order among equal index keys.
    """

    def __init__(self, partition: tuple[KeyAttribute, ...], sort: tuple[KeyAttribute, ...], table: KeySchema) -> None:
        self.partition_keys = partition
        self.sort_keys = sort
        self.table = table
        self.attributes = (*partition, *sort)
        self.index_names = tuple(attribute.name for attribute in self.attributes)
        self.names = tuple(dict.fromkeys((*self.index_names, *table.names)))
        self._kinds = (("hash", partition, PARTITION_KEY_BYTES), ("range", sort, SORT_KEY_BYTES))

    def holds(self, item: Item) -> bool:
        """Whether the item is in the index: it has every index key attribute (documented), with a value that a key can
        have. Only items that are older than the index can have another.
        """
        return all(_are_keys(attributes, item, limit) for _, attributes, limit in self._kinds)

    def require_fits(self, item: Item) -> None:
        """Raises DynamoDB's error if an item's index key attributes are too long. That several of them are so together
        is assumed; the text says so.
        """
        for kind, attributes, limit in self._kinds:
            if not _are_short(attributes, item, limit):
                raise errors.key_too_long(kind, limit)

    def place_of(self, item: Item, place: Place) -> Place:
        """Where the entry of a canonical item belongs that lies at ``place`` in the table."""
        orders = (sort_order(one.type, item[one.name][one.type]) for one in self.sort_keys)
        return (*self.collection(item), *orders, place)

    def collection(self, key: Item) -> Place:
        """The point below all entries with this index partition key.

        Assumed: how a key of several attributes is hashed; here the hashes of its parts are hashed together.
        """
        if len(self.partition_keys) == 1:
            name, type = self.partition_keys[0]
            return (digest_of(type, key[name][type]), key[name][type])
        contents = tuple(key[name][type] for name, type in self.partition_keys)
        return (combined([digest_of(type, key[name][type]) for name, type in self.partition_keys]), contents)

    def place_of_key(self, key: Item) -> Place:
        """Where the entry with this canonical start key is. Raises DynamoDB's error unless it is exactly a
        key of the index and of the table.
        """
        if key.keys() != set(self.names):
            raise errors.validation(_NO_MATCH)
        for attribute in self.attributes:
            if attribute.type not in key[attribute.name]:
                raise errors.validation(_NO_MATCH)
        return self.place_of(key, self.table.place_of_key(self.table.key_of(key)))

    def key_of(self, item: Item) -> Item:
        """The index key and the table key of an item: what a page hands out to go on from."""
        return {name: item[name] for name in self.names}


def successor(part: Any) -> Any:
    """The first value after this part of a place, in the order of the key space."""
    if isinstance(part, str):
        return part + "\0"
    return part + b"\0" if isinstance(part, bytes) else (*part, "")


def require_partition_key_fits(attribute: KeyAttribute, content: str) -> None:
    """Raises DynamoDB's error for a partition key value that is empty or too long."""
    _require_fits("hash", attribute, content, PARTITION_KEY_BYTES)


def require_sort_key_fits(attribute: KeyAttribute, content: str) -> None:
    """Raises DynamoDB's error for a sort key value that is empty or too long."""
    _require_fits("range", attribute, content, SORT_KEY_BYTES)


def sort_order(tag: str, content: str) -> str | bytes:
    """What a sort key value sorts by: strings by UTF-8 bytes (which is the order of code points),
    numbers by value, binaries by bytes.
    """
    if tag == "N":
        return numbers.sort_text(content)
    return binary(content) if tag == "B" else content


def _require_fits(kind: str, attribute: KeyAttribute, content: str, limit: int) -> None:
    if not content:
        raise errors.empty_key(attribute.name, attribute.type)
    if _key_bytes(attribute.type, content) > limit:
        raise errors.key_too_long(kind, limit)


def _are_keys(attributes: Iterable[KeyAttribute], item: Item, limit: int) -> bool:
    for name, type in attributes:
        value = item.get(name)
        if value is None or not value.get(type):
            return False
    return _are_short(attributes, item, limit)


def _are_short(attributes: Iterable[KeyAttribute], item: Item, limit: int) -> bool:
    """Whether they fit, which a look at the number of characters mostly settles."""
    characters = 0
    for name, type in attributes:
        value = item.get(name)
        characters += len(value.get(type, "")) if value else 0
    return characters * 4 <= limit or _total_bytes(attributes, item) <= limit


def _total_bytes(attributes: Iterable[KeyAttribute], item: Item) -> int:
    """The bytes of those attributes that the item has in the right type."""
    return sum(_key_bytes(type, item[name][type]) for name, type in attributes if type in item.get(name, ()))


def _key_bytes(type: str, content: str) -> int:
    """The bytes of a key value; of a number, which is never too long, the characters."""
    return len(binary(content)) if type == "B" else len(content) if content.isascii() else len(content.encode())


def readable(place: Place, schema: KeySchema, item: Item) -> str:
    """A key as people write it, for traces and pictures: ``u1``, or ``u1 / 2026``."""
    if schema.sort is None:
        return str(place[1])
    return f"{place[1]} / {item[schema.sort.name][schema.sort.type]}"


def readable_entry(schema: IndexSchema, item: Item) -> str:
    """An index key as people write it: its attributes, joined like those of a table's key."""
    return " / ".join(item[one.name][one.type] for one in schema.attributes)


_NO_MATCH = "The provided key element does not match the schema"
