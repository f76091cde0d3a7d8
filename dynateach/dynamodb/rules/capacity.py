"""Capacity units: what each operation consumes.

Documented (Developer Guide, *Read and write operations*). A read unit is a strongly consistent read
of up to 4 KB, an eventually consistent read costs half; a write unit is a write of up to 1 KB. 1 KB
is 1,024 bytes. Sizes are rounded up; the smallest read or write counts as one unit.
"""

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
