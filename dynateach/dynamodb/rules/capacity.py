"""Capacity units: what each operation consumes.

Documented (Developer Guide, *Read and write operations*). A read unit is a strongly consistent read
of up to 4 KB, an eventually consistent read costs half; a write unit is a write of up to 1 KB. 1 KB
is 1,024 bytes. Sizes are rounded up; the smallest read or write counts as one unit.
"""

from typing import NamedTuple

from dynateach.dynamodb.rules.limits import KB

READ_UNIT_BYTES = 4 * KB
WRITE_UNIT_BYTES = KB


def read_units(size: int, consistent: bool) -> float:
    """Units to read ``size`` bytes in one go: one item, or all items of one Query page together.
    Nothing found costs the minimum.
    """
    units = -(-size // READ_UNIT_BYTES) or 1
    return float(units) if consistent else units / 2


def write_units(old_size: int, new_size: int) -> float:
    """Units to turn an item of ``old_size`` bytes into one of ``new_size`` (0: not there): the
    larger of the two counts.
    """
    return float(-(-max(old_size, new_size) // WRITE_UNIT_BYTES) or 1)


class IndexUnits(NamedTuple):
    """Units of one secondary index; ``kind`` is the API's name for the list of its kind."""

    kind: str
    index_name: str
    units: float


class Consumed(NamedTuple):
    """What a request consumed of one table, and of each of its indexes."""

    table: float = 0.0
    indexes: tuple[IndexUnits, ...] = ()

    @property
    def total(self) -> float:
        """All units together."""
        return self.table + sum(one.units for one in self.indexes)

    def plus(self, other: "Consumed") -> "Consumed":
        """Both together, index by index."""
        if not other.indexes:
            return Consumed(self.table + other.table, self.indexes)
        units = {(one.kind, one.index_name): one.units for one in self.indexes}
        for kind, index, more in other.indexes:
            units[kind, index] = units.get((kind, index), 0.0) + more
        return Consumed(self.table + other.table, tuple(IndexUnits(*name, all) for name, all in units.items()))
