"""The items that a transaction has prepared and not yet committed.

Published (USENIX ATC 2023): a prepared item is pending until its transaction is committed there; a ledger and the replicas
remember that, so no failure loses it. Documented: what would write it meanwhile is refused with a conflict, and a plain
read sees the item as it was. Assumed: when each item is committed (one alarm for each); that where a partition has no
leader with a quorum at that moment, the commit follows as soon as there is one, before it serves anything; and that a leader
that is cut off, and holds an item past the moment of its commit, refuses strongly consistent reads, since it cannot know
what the others know.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.hashing import position
from dynateach.dynamodb.rules.schema import Place, readable
from dynateach.dynamodb.rules.values import Item
from dynateach.dynamodb.storage.keyspace import Partition
from dynateach.trace import ConflictMet, ItemCommitted, ItemPrepared, TransactionCommitted
from dynateach.world import World

if TYPE_CHECKING:
    from dynateach.dynamodb.storage.table import Table


class Transaction:
    """One transaction under way: request number ``request``, called at ``timestamp`` (µs) in that ``turn`` of the clock.

    ``finish`` is called when the last of its ``items`` is no longer pending.
    """

    __slots__ = ("_finish", "_world", "items", "pending", "request", "timestamp", "turn")

    def __init__(self, world: World, items: int, finish: Callable[[], object]) -> None:
        self.request = world.request
        self.timestamp = world.clock.now
        self.turn = world.clock.turn
        self.items = items
        self.pending: dict[Prepared, None] = {}
        self._finish = finish
        self._world = world

    def hasten(self) -> None:
        """Commit now what is still pending."""
        for prepared in list(self.pending):
            prepared.table.commit(prepared)

    def settle(self, prepared: "Prepared") -> None:
        """One of its items is no longer pending."""
        del self.pending[prepared]
        if not self.pending:
            now = self._world.clock.now
            self._world.trace.record(TransactionCommitted(now, self.request, self.timestamp, self.items))
            self._finish()


class Prepared:
    """An item that is pending: ``key`` readable, ``due`` (µs) when it is to be committed by calling ``write``."""

    __slots__ = ("due", "key", "place", "table", "transaction", "write")

    def __init__(
        self,
        transaction: Transaction,
        table: "Pending",
        place: Place,
        key: str,
        due: int,
        write: Callable[[], object],
    ) -> None:
        self.transaction = transaction
        self.table = table
        self.place = place
        self.key = key
        self.due = due
        self.write = write


class Pending:
    """The pending items of one table."""

    def __init__(self, world: World, table: "Table") -> None:
        self._world = world
        self._table = table
        self._items: dict[Place, Prepared] = {}

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, place: object) -> bool:
        return place in self._items

    def all(self) -> list[Prepared]:
        """All of them, in the order in which they are to be committed."""
        return sorted(self._items.values(), key=lambda one: (one.due, one.place))

    def require_free(self, place: Place) -> None:
        """Raise DynamoDB's error if the item there is pending."""
        held = self._items.get(place)
        if held is None:
            return
        now, other = self._world.clock.now, held.transaction
        event = ConflictMet(
            now, self._world.request, *self._where(place), held.key, position(place[0]), other.request, other.timestamp
        )
        self._world.trace.record(event)
        raise errors.transaction_conflict()

    def prepare(
        self, transaction: Transaction, place: Place, key: Item, delay: int, write: Callable[[], object]
    ) -> None:
        """From now on the item there, which is free, is pending; after ``delay`` (µs) it is committed by ``write``."""
        now = self._world.clock.now
        shown = readable(place, self._table.schema, key)
        prepared = Prepared(transaction, self, place, shown, now + delay, write)
        self._items[place] = prepared
        transaction.pending[prepared] = None
        self._world.clock.at(prepared.due, lambda: self.commit(prepared))
        self._world.trace.record(
            ItemPrepared(
                now,
                transaction.request,
                transaction.timestamp,
                *self._where(place),
                shown,
                position(place[0]),
                prepared.due,
            )
        )

    def commit(self, prepared: Prepared) -> None:
        """Write the item, which is then free; if its partition can't take a write now, ``finish_overdue`` will see to it."""
        place, transaction = prepared.place, prepared.transaction
        if self._items.get(place) is not prepared or not self._writable(place):
            return
        del self._items[place]
        with self._world.acting_for(transaction.request):
            prepared.write()
        now = self._world.clock.now
        self._world.trace.record(
            ItemCommitted(
                now,
                transaction.request,
                transaction.timestamp,
                *self._where(place),
                prepared.key,
                position(place[0]),
                max(now - prepared.due, 0),
            )
        )
        transaction.settle(prepared)

    def finish_overdue(self) -> None:
        """Commit what should have been committed by now: leaders have changed."""
        for prepared in self.all():
            if prepared.due <= self._world.clock.now:
                self.commit(prepared)

    def is_in_doubt(self, partition: Partition) -> bool:
        """Whether something in the partition should have been committed by now. O(pending items)."""
        now, owner = self._world.clock.now, self._table.keyspace.partition_of
        return any(one.due <= now and owner(place) is partition for place, one in self._items.items())

    def close(self) -> None:
        """The table is gone: there is nothing left to commit here."""
        for prepared in self.all():
            del self._items[prepared.place]
            prepared.transaction.settle(prepared)

    def _check(self) -> None:
        now = self._world.clock.now
        for place, one in self._items.items():
            assert one.place == place
            assert one in one.transaction.pending
            assert one.due >= now or not self._writable(place)

    def _writable(self, place: Place) -> bool:
        replication = self._table.replication
        return replication is None or replication.has_quorum(self._table.keyspace.partition_of(place))

    def _where(self, place: Place) -> tuple[str, str]:
        return self._table.name, self._table.keyspace.partition_of(place).id
