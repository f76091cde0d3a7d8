"""Where to cut a partition in two.

Documented: a table with a local index keeps each item collection in one partition; in any other, adaptive capacity may
isolate a hot item. Published (USENIX ATC 2022): the split point for heat follows the distribution of the keys that the
partition has observed, and DynamoDB does not split where it would not help: for one hot item, or where keys are accessed
in sequence. Assumed: everything about how. Here a cut is made between two item collections if that leaves a third to each
side, else within one, before an item. A split for heat must give each side a tenth of the observed units at least, in the
older half of the record as well as in the newer: rising keys have left the lower side by then, and will leave any other.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from dynateach.dynamodb.rules import hashing
from dynateach.dynamodb.rules.schema import Place
from dynateach.dynamodb.storage.keyspace import KeySpace, Partition

ONE_ITEM, ONE_COLLECTION, SEQUENTIAL = "one item", "one item collection", "sequential keys"
"""Why a partition is not split: there is nothing to part; a local index forbids it; it would not help for long."""

Observed = tuple[Place, float]
"""The place that a request asked for, and the units that it consumed."""

_FAIR, _HELPFUL = 1 / 3, 1 / 10


def cut_bytes(partition: Partition, whole: bool) -> tuple[Place | None, str]:
    """Where the bytes of a partition divide about evenly, if ``whole`` between item collections only; or None, and why
    they can't be divided. O(n) in its items.
    """
    at = _cut([(place, stored.size) for place, stored in partition.items.items()], whole)
    if at:
        return at, ""
    return None, ONE_COLLECTION if len(partition.items) > 1 else ONE_ITEM


def cut_range(keyspace: KeySpace, partition: Partition) -> Place | None:
    """The middle of a partition's range of hashes; None if that is a single one."""
    low, high = keyspace.bounds(partition)
    middle: Place = (hashing.boundary((low + high) / 2),)
    inside = partition.low < middle and keyspace.partition_of(middle) is partition
    return middle if inside else None


def cut_heat(observed: Sequence[Observed], whole: bool) -> tuple[Place | None, str]:
    """Where the observed units, oldest first, divide about evenly; or None, and why a split would not help.

    O(n log n) in the requests observed.
    """
    units: defaultdict[Place, float] = defaultdict(float)
    for place, some in observed:
        units[place] += some
    weights = sorted(units.items())
    at = _cut(weights, whole)
    if at is None or not _helps(at, observed):
        inside = _cut(weights, whole=False) if whole else None
        return None, ONE_COLLECTION if inside and _helps(inside, observed) else ONE_ITEM
    middle = len(observed) // 2
    if not (_helps(at, observed[:middle]) and _helps(at, observed[middle:])):
        return None, SEQUENTIAL
    return at, ""


def _cut(weights: Sequence[tuple[Place, float]], whole: bool) -> Place | None:
    """The boundary that leaves each side about half, if there is any; ``weights`` are in the order of their places."""
    total, below = sum(weight for _, weight in weights), 0.0
    between: _Cut = (0.0, None)
    within: _Cut = (0.0, None)
    for (place, weight), (next, _) in pairwise(weights):
        below += weight
        smaller = min(below, total - below)
        if next[0] != place[0]:
            between = max(between, (smaller, (next[0],)), key=_fairness)
        else:
            within = max(within, (smaller, next), key=_fairness)
    if whole or between[0] >= total * _FAIR:
        return between[1]
    return max(between, within, key=_fairness)[1]


_Cut = tuple[float, Place | None]
"""What the smaller side of a cut has, and where it is."""


def _fairness(cut: _Cut) -> float:
    return cut[0]


def _helps(at: Place, observed: Sequence[Observed]) -> bool:
    """Whether each side of a cut has a tenth of these units at least."""
    below = sum(units for place, units in observed if place < at)
    total = sum(units for _, units in observed)
    return min(below, total - below) >= total * _HELPFUL
