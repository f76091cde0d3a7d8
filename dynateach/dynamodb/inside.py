"""A look inside a table: what DynamoDB hides, and a workbook must show."""

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from dynateach.dynamodb.rules import hashing
from dynateach.dynamodb.rules.schema import Place, require_partition_key_fits
from dynateach.dynamodb.rules.values import AttributeValue, canonical
from dynateach.dynamodb.storage.admission import READ, WRITE
from dynateach.dynamodb.storage.cuts import cut_bytes, cut_range
from dynateach.dynamodb.storage.index import Index
from dynateach.dynamodb.storage.keyspace import KeySpace, Partition
from dynateach.dynamodb.storage.propagation import QueueState
from dynateach.dynamodb.storage.replication import Replica
from dynateach.dynamodb.storage.splitting import Split
from dynateach.dynamodb.storage.table import Table
from dynateach.errors import LabError, ServiceError
from dynateach.trace import PartitionSplit

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB


NO_REPLICAS = 'Make the Lab with profile="realistic" or "classroom": "ideal" has one copy of everything, and no lag.'


class PartitionInfo(NamedTuple):
    """One partition: the range [low, high) of the key space that it owns, and what lies there
    (``bytes`` as DynamoDB counts item sizes). ``splitting`` is why it is splitting now ("size", "heat" or "throughput"),
    empty if it is not.
    """

    id: str
    low: float
    high: float
    items: int
    bytes: int
    splitting: str = ""


class Location(NamedTuple):
    """Where a partition key lands: its hash in 32 hex digits, that hash as a fraction of the key
    space, and the partition that owns it.
    """

    key: str
    digest: str
    position: float
    partition: str


class BudgetInfo(NamedTuple):
    """How full one budget of a table, or of its global index ``index_name``, is at this moment.

    ``side`` is Read or Write. ``budget`` is its kind, as in a ``Throttled`` event; ``partition`` the one that it belongs
    to, empty if it is for the whole. ``level`` and ``capacity`` are in units, ``rate`` in units a second.
    """

    index_name: str
    side: str
    budget: str
    partition: str
    level: float
    rate: float
    capacity: float


class IndexInfo(NamedTuple):
    """One secondary index: what lies in it (``bytes`` as DynamoDB counts item sizes), and the changes on their way to it.

    ``queued`` changes were made in all since the index began, ``applied`` of them have arrived, ``waiting`` have not, and
    the ``oldest`` of these has waited so many seconds. An index that is written together with its table has no queue:
    these are all 0.
    """

    name: str
    kind: str
    status: str
    items: int
    bytes: int
    queued: int
    applied: int
    waiting: int
    oldest: float
    paused: bool


class PendingInfo(NamedTuple):
    """An item that a transaction has prepared: the number of its ``request`` and its ``timestamp``, and when it is ``due``
    to be committed (both virtual time, µs).
    """

    key: str
    partition: str
    request: int
    timestamp: int
    due: int


class TableInside:
    """One table from within. Reading changes nothing and takes no virtual time; ``split`` is the
    one thing that it can do.
    """

    def __init__(self, db: "DynamoDB", table: Table) -> None:
        self._db = db
        self._table = table
        self._keyspace = table.keyspace

    @property
    def partitions(self) -> tuple[PartitionInfo, ...]:
        """The partitions, in the order of the key space."""
        return self._partitions("", self._keyspace)

    def index_partitions(self, name: str) -> tuple[PartitionInfo, ...]:
        """The partitions of a secondary index; those of a local one are the table's, with the index's entries in them.
        Raises ``LabError`` if there is none of that name.
        """
        index = self._named_index(name)
        return self._partitions(name, index.keyspace)

    @property
    def splits(self) -> tuple[Split, ...]:
        """The splits that are under way in the table and its global indexes, in the order in which they began."""
        return self._table.splitting.under_way

    def _partitions(self, name: str, keyspace: KeySpace) -> tuple[PartitionInfo, ...]:
        reasons = {split.partition: split.reason for split in self.splits if split.index_name == name}
        return tuple(
            PartitionInfo(one.id, *keyspace.bounds(one), len(one.items), one.bytes, reasons.get(one.id, ""))
            for one in keyspace.partitions
        )

    @property
    def budgets(self) -> tuple[BudgetInfo, ...]:
        """Every budget that can refuse a request, as full as it is now; none in a profile without admission control."""
        table, now = self._table, self._db.world.clock.now
        if table.admission is None:
            return ()
        owners = {"": table.keyspace, **{one.name: one.keyspace for one in table.indexes.values() if one.is_global}}
        return tuple(
            BudgetInfo(name, side, *level)
            for name, keyspace in owners.items()
            for side in (READ, WRITE)
            for level in table.admission.levels(name, side, [one.id for one in keyspace.partitions], now)
        )

    @property
    def pending(self) -> tuple[PendingInfo, ...]:
        """The items that transactions under way have prepared and not yet committed, in the order of their commits."""
        return tuple(
            PendingInfo(
                one.key,
                self._keyspace.partition_of(one.place).id,
                one.transaction.request,
                one.transaction.timestamp,
                one.due,
            )
            for one in (self._table.pending.all() if self._table.pending else ())
        )

    def index(self, name: str) -> IndexInfo:
        """One secondary index, and how far it is behind the table. Raises ``LabError`` if there is none of that name."""
        index = self._named_index(name)
        queue = index.queue.state() if index.queue else QueueState(0, 0, 0, 0.0, False)
        return IndexInfo(index.name, index.kind, index.status, index.keyspace.items, index.keyspace.bytes, *queue)

    def consumed(self, side: str, index_name: str = "") -> float:
        """The units of one ``side`` (Read or Write) that the table or its global index has consumed so far. Raises
        ``LabError`` in a profile without admission control, which does not count them, or for no such index.
        """
        admission = self._table.admission
        if admission is None:
            next = 'Wait until the table is ACTIVE, and choose a profile whose admission is "global" or "static".'
            raise LabError(f"nothing counts the units of table {self._table.name}", next=next)
        if index_name not in admission:
            raise LabError(f"table {self._table.name} has no global index {index_name!r}", next="Name one that it has.")
        return admission.consumed(index_name, side)

    def locate(self, key: str | int | Decimal | bytes) -> Location:
        """Where a partition key of this value lands, whether or not such an item exists. Raises
        ``LabError`` for a key that the table cannot have.
        """
        value = self._wire_form(key)
        self._require_fits(key, value)
        digest = hashing.digest(value)
        owner = self._keyspace.partition_of((digest, next(iter(value.values()))))
        return Location(str(key), digest.hex(), hashing.position(digest), owner.id)

    def split(self, partition: str, at: float | None = None) -> PartitionSplit:
        """Cut a partition in two, at a fraction of the key space, or where its items divide evenly
        (in the middle of its range, if it holds too few).

        Published (USENIX ATC 2022): a split point is chosen from the observed distribution of keys.
        Here it happens at once; a split of the partition by itself that is under way is called off. Raises ``LabError``
        if there is no such partition, nothing to cut in it, or ``at`` is not strictly inside it.
        """
        if self._db.tables.get(self._table.name) is not self._table:
            raise LabError(f"table {self._table.name} is gone", next="Create it anew, and inspect that one.")
        chosen = _named(self._table, partition)
        low, high = self._keyspace.bounds(chosen)
        if at is not None and not low < at < high:
            raise LabError(f"{at} is not inside {partition}", next=f"Choose a point between {low:.6f} and {high:.6f}.")
        place = self._boundary(chosen, at)
        if place is None:
            raise LabError(f"there is nothing to cut in {partition}", next="Choose one that holds more than one item.")
        return self._table.splitting.cut("", chosen, place)

    def replicas(self, partition: str, index_name: str = "") -> tuple[Replica, ...]:
        """The three replicas of a partition of the table, or of its global index of that name, in the order of their zones.
        Raises ``LabError`` if there is no such partition or index, or the profile has no replicas.
        """
        owner: Table | Index = self._named_index(index_name) if index_name else self._table
        if owner.replication is None:
            raise LabError(f"{_called(owner)} has no replicas", next=NO_REPLICAS)
        return owner.replication.replicas(_named(owner, partition))

    def _named_index(self, name: str) -> Index:
        index = self._table.indexes.get(name)
        if index is None:
            known = ", ".join(self._table.indexes) or "none"
            raise LabError(f"table {self._table.name} has no index {name!r}", next=f"Its indexes: {known}.")
        return index

    def _boundary(self, partition: Partition, at: float | None) -> Place | None:
        if at is not None:
            return (hashing.boundary(at),)
        hashes = list(dict.fromkeys(place[0] for place in partition.items))
        if len(hashes) > 1:
            return (hashes[len(hashes) // 2],)
        middle = cut_range(self._keyspace, partition)
        return middle or cut_bytes(partition, self._table.has_local_indexes)[0]

    def _wire_form(self, key: str | int | Decimal | bytes) -> AttributeValue:
        from boto3.dynamodb.types import TypeSerializer

        try:
            value, _ = canonical(_over_the_wire(TypeSerializer().serialize(key)))
        except (TypeError, ServiceError) as error:
            raise LabError(f"{key!r} is no value for a partition key", next=str(error)) from None
        wanted = self._table.schema.partition.type
        if wanted not in value:
            name = self._table.schema.partition.name
            raise LabError(f"{key!r} is no value for the partition key {name!r}", next=f"Its type is {wanted}.")
        return value

    def _require_fits(self, key: str | int | Decimal | bytes, value: AttributeValue) -> None:
        attribute = self._table.schema.partition
        try:
            require_partition_key_fits(attribute, value[attribute.type])
        except ServiceError as error:
            raise LabError(f"{str(key)[:40]!r} cannot be a partition key", next=error.message) from None

    def _check(self) -> None:
        self._keyspace._check()
        if self._table.pending is not None:
            self._table.pending._check()


def _named(owner: Table | Index, partition: str) -> Partition:
    chosen = owner.keyspace.named(partition)
    if chosen is None:
        known = ", ".join(one.id for one in owner.keyspace.partitions)
        raise LabError(f"{_called(owner)} has no partition {partition!r}", next=f"It has {known}.")
    return chosen


def _called(owner: Table | Index) -> str:
    return f"{'index' if isinstance(owner, Index) else 'table'} {owner.name}"


def _over_the_wire(value: AttributeValue) -> AttributeValue:
    from base64 import b64encode

    return {"B": b64encode(value["B"]).decode()} if "B" in value else value
