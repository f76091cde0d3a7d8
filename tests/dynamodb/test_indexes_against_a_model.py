"""Every index against a plain dict of the items: after each step, it holds exactly what it should of each item, in order."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from dynateach import Lab, ServiceError
from dynateach.clock import SECOND
from dynateach.dynamodb.rules.values import AttributeValue, Item
from dynateach.profile import IDEAL, Delay, Profile
from tests.indexed import attributes, definition, index_definition

LOCALS = {"l-all": "pk / n:N", "l-keys": "pk / b:B -> KEYS_ONLY"}
GLOBALS = {"g-all": "g:S / n:N", "g-keys": "g -> KEYS_ONLY", "g-some": "b:B -> x"}
LATER = {"g-pair": "g:S b:B / n:N h:S -> x, y", "g-turned": "sk:S / pk:S", "g-h": "h:S -> KEYS_ONLY"}
SPECS = {**LOCALS, **GLOBALS, **LATER}

TYPES = {"g": "S", "h": "S", "n": "N", "b": "B"}
VALUES: dict[str, list[str]] = {
    "S": ["", "a", "ab", "b", "é", "\U0001f600"],
    "N": ["-10", "-2", "0", "2", "10", "1.5"],
    "B": ["", "AA==", "AP8=", "/w=="],
}
partition_keys, sort_keys = st.sampled_from(["a", "b", "c"]), st.sampled_from(["1", "2", "3", "4"])


def value_of(type: str) -> st.SearchStrategy[AttributeValue]:
    return st.sampled_from(VALUES[type]).map(lambda content: {type: content})


rest = st.fixed_dictionaries(
    {}, optional={**{name: value_of(type) for name, type in TYPES.items()}, "x": value_of("S"), "y": value_of("N")}
)
bad = st.sampled_from(["g", "h", "n", "b"]).flatmap(
    lambda name: st.sampled_from([one for one in ("S", "N", "BOOL") if one != TYPES[name]]).map(
        lambda type: {name: {type: True if type == "BOOL" else "7"}}
    )
)
Key = tuple[str, str]


def wire_key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


class Keys(NamedTuple):
    """The key attributes of an index."""

    partition: list[str]
    sort: list[str]

    @property
    def all(self) -> list[str]:
        return self.partition + self.sort


def keys_of(index: str) -> Keys:
    partition, _, sort = SPECS[index].partition(" -> ")[0].partition(" / ")
    return Keys(*([one.partition(":")[0] for one in part.split()] for part in (partition, sort)))


def projection(index: str, item: Item) -> Item:
    projected = SPECS[index].partition(" -> ")[2]
    if not projected:
        return item
    names = {"pk", "sk", *keys_of(index).all, *projected.split(", ")}
    return {name: value for name, value in item.items() if name in names}


def is_in(index: str, item: Item) -> bool:
    return all(item.get(name, {}).get(TYPES.get(name, "S")) for name in keys_of(index).all)


def order(value: AttributeValue) -> Any:
    type, content = next(iter(value.items()))
    as_ordered: dict[str, Callable[[Any], Any]] = {"N": Decimal, "B": b64decode, "S": str}
    return as_ordered[type](content)


class IndexMachine(RuleBasedStateMachine):
    profile: Profile = IDEAL

    def __init__(self) -> None:
        super().__init__()
        self.lab = Lab(seed=1, profile=self.profile)
        self.model: dict[Key, Item] = {}
        self.live = [*GLOBALS, *LOCALS]
        throughput = {"ReadCapacityUnits": 6000, "WriteCapacityUnits": 1}
        params = definition(GLOBALS, LOCALS, ProvisionedThroughput=throughput)
        for index in params["GlobalSecondaryIndexes"]:
            index["ProvisionedThroughput"] = throughput
        self.request("CreateTable", **params)

    def request(self, operation: str, **params: Any) -> dict[str, Any]:
        if "Items" not in operation and "Batch" not in operation:
            params = {"TableName": "things", **params}
        if operation in ("Query", "Scan"):
            self.lab.clock.advance(self.profile.index_lag.slowest / SECOND)
        return self.lab.request("dynamodb", operation, params)

    def takes(self, attributes: Item) -> bool:
        """Whether the indexes that there are now can take these attributes."""
        used = {name for index in self.live for name in keys_of(index).all}
        return all(
            TYPES[name] in value and value[TYPES[name]]
            for name, value in attributes.items()
            if name in used & TYPES.keys()
        )

    def attempt(self, changes: dict[Key, Item | None], operation: str, **params: Any) -> None:
        """Do a write that is refused exactly if some item is one that an index can't take."""
        good = all(self.takes(item) for item in changes.values() if item)
        try:
            self.request(operation, **params)
        except ServiceError as error:
            assert not good, error
            return
        assert good
        for key, item in changes.items():
            self.model.pop(key, None)
            if item is not None:
                self.model[key] = item

    @rule(pk=partition_keys, sk=sort_keys, rest=rest)
    def put(self, pk: str, sk: str, rest: Item) -> None:
        item = {**wire_key(pk, sk), **rest}
        self.attempt({(pk, sk): item}, "PutItem", Item=item)

    @rule(pk=partition_keys, sk=sort_keys, bad=bad)
    def put_something_mistyped(self, pk: str, sk: str, bad: Item) -> None:
        item = {**wire_key(pk, sk), **bad}
        self.attempt({(pk, sk): item}, "PutItem", Item=item)

    @rule(pk=partition_keys, sk=sort_keys)
    def delete(self, pk: str, sk: str) -> None:
        self.attempt({(pk, sk): None}, "DeleteItem", Key=wire_key(pk, sk))

    @rule(pk=partition_keys, sk=sort_keys, sets=rest, gone=st.sets(st.sampled_from(["g", "h", "n", "b", "x"])))
    def update(self, pk: str, sk: str, sets: Item, gone: set[str]) -> None:
        gone -= sets.keys()
        old = self.model.get((pk, sk), wire_key(pk, sk))
        new = {**{name: value for name, value in old.items() if name not in gone}, **sets}
        sections = []
        if sets:
            sections.append("SET " + ", ".join(f"{name} = :{name}" for name in sets))
        if gone:
            sections.append("REMOVE " + ", ".join(sorted(gone)))
        params: dict[str, Any] = {"UpdateExpression": " ".join(sections)} if sections else {}
        if sets:
            params["ExpressionAttributeValues"] = {f":{name}": value for name, value in sets.items()}
        if self.takes(sets):
            self.request("UpdateItem", Key=wire_key(pk, sk), **params)
            self.model[pk, sk] = new
        else:
            self.attempt({(pk, sk): sets}, "UpdateItem", Key=wire_key(pk, sk), **params)

    @rule(pk=partition_keys, sk=sort_keys, by=st.integers(-3, 3))
    def count(self, pk: str, sk: str, by: int) -> None:
        old = self.model.get((pk, sk), wire_key(pk, sk))
        if "N" not in old.get("n", {"N": ""}):
            return
        number = Decimal(old.get("n", {"N": "0"})["N"]) + by
        self.request(
            "UpdateItem",
            Key=wire_key(pk, sk),
            UpdateExpression="ADD n :by",
            ExpressionAttributeValues={":by": {"N": str(by)}},
        )
        self.model[pk, sk] = {**old, "n": {"N": f"{number.normalize():f}"}}

    @rule(writes=st.dictionaries(st.tuples(partition_keys, sort_keys), st.none() | rest, min_size=1, max_size=6))
    def batch(self, writes: dict[Key, Item | None]) -> None:
        changes = {key: None if one is None else {**wire_key(*key), **one} for key, one in writes.items()}
        entries = [
            {"DeleteRequest": {"Key": wire_key(*key)}} if item is None else {"PutRequest": {"Item": item}}
            for key, item in changes.items()
        ]
        self.attempt(changes, "BatchWriteItem", RequestItems={"things": entries})

    @rule(
        writes=st.dictionaries(st.tuples(partition_keys, sort_keys), st.none() | rest, min_size=1, max_size=6),
        holds=st.booleans(),
    )
    def transact(self, writes: dict[Key, Item | None], holds: bool) -> None:
        changes = {key: None if one is None else {**wire_key(*key), **one} for key, one in writes.items()}
        actions = [
            {"Delete": {"TableName": "things", "Key": wire_key(*key)}}
            if item is None
            else {"Put": {"TableName": "things", "Item": item}}
            for key, item in changes.items()
        ]
        check = {"TableName": "things", "Key": wire_key("nobody", "0"), "ConditionExpression": "attribute_exists(pk)"}
        if holds:
            self.attempt(changes, "TransactWriteItems", TransactItems=actions)
            return
        try:
            self.request("TransactWriteItems", TransactItems=[*actions, {"ConditionCheck": check}])
        except ServiceError:
            return
        raise AssertionError("the condition did not hold")

    @rule(which=st.integers(0, 100))
    def split(self, which: int) -> None:
        inside = self.lab.inspect("things")
        if len(inside.partitions) < 12:
            inside.split(inside.partitions[which % len(inside.partitions)].id)

    @precondition(lambda self: any(name not in self.live for name in LATER))
    @rule(which=st.integers(0, 2))
    def create_an_index(self, which: int) -> None:
        later = [name for name in LATER if name not in self.live]
        name = later[which % len(later)]
        throughput = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2500}
        self.update_indexes(
            {"Create": {**index_definition(name, LATER[name]), "ProvisionedThroughput": throughput}},
            AttributeDefinitions=attributes(LATER[name]),
        )
        self.live.append(name)

    @precondition(lambda self: any(name in self.live for name in LATER))
    @rule(which=st.integers(0, 2))
    def delete_an_index(self, which: int) -> None:
        live = [name for name in LATER if name in self.live]
        name = live[which % len(live)]
        self.update_indexes({"Delete": {"IndexName": name}})
        self.live.remove(name)

    def update_indexes(self, update: dict[str, Any], **params: Any) -> None:
        self.request("UpdateTable", GlobalSecondaryIndexUpdates=[update], **params)

    @invariant()
    def the_indexes_are_sound(self) -> None:
        table = self.lab.inspect("things")._table
        assert sorted(table.indexes) == sorted(self.live)
        for index in table.indexes.values():
            index.keyspace._check()
            if index.queue:
                index.queue._check()
        lows = [one.low for one in table.keyspace.partitions]
        for name in LOCALS:
            assert [one.low for one in table.indexes[name].keyspace.partitions] == lows
        sizes = {place: size for place, size in table.collections.items() if size}
        assert sum(sizes.values()) == table.keyspace.bytes + sum(table.indexes[name].keyspace.bytes for name in LOCALS)

    @rule(index=st.sampled_from(list(SPECS)), limit=st.integers(1, 9), segments=st.integers(1, 3))
    def scan(self, index: str, limit: int, segments: int) -> None:
        if index not in self.live:
            return
        found = [
            item
            for segment in range(segments)
            for item in self.all_pages("Scan", IndexName=index, Limit=limit, Segment=segment, TotalSegments=segments)
        ]
        expected = [projection(index, item) for item in self.model.values() if is_in(index, item)]
        assert sorted(found, key=repr_of) == sorted(expected, key=repr_of)

    @rule(index=st.sampled_from(list(SPECS)), limit=st.integers(1, 9), forward=st.booleans())
    def query(self, index: str, limit: int, forward: bool) -> None:
        if index not in self.live:
            return
        partition, sort = keys_of(index)
        groups: dict[str, list[Item]] = {}
        for item in self.model.values():
            if is_in(index, item):
                groups.setdefault(repr([item[name] for name in partition]), []).append(item)
        for members in groups.values():
            found = self.all_pages(
                "Query",
                IndexName=index,
                Limit=limit,
                ScanIndexForward=forward,
                KeyConditionExpression=" AND ".join(f"{name} = :{name}" for name in partition),
                ExpressionAttributeValues={f":{name}": members[0][name] for name in partition},
            )
            assert sorted(found, key=repr_of) == sorted([projection(index, item) for item in members], key=repr_of)
            orders = [[order(item[name]) for name in sort] for item in found]
            assert orders == sorted(orders, reverse=not forward)

    def all_pages(self, operation: str, **params: Any) -> list[Item]:
        found: list[Item] = []
        while True:
            page = self.request(operation, **params)
            found += page["Items"]
            if "LastEvaluatedKey" not in page:
                return found
            params["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def repr_of(item: Item) -> str:
    return repr(sorted(item.items()))


class LaggingIndexMachine(IndexMachine):
    """Where changes take time to arrive, some of them overtaking others, an index that was given that time is as it is
    where they take none.
    """

    profile = replace(IDEAL, name="lagging", index_lag=Delay(0, 50_000, 100_000, 1_000_000, 3_000_000))

    @rule(milliseconds=st.integers(1, 500))
    def wait(self, milliseconds: int) -> None:
        self.lab.clock.advance(milliseconds / 1000)


TestIndexes = IndexMachine.TestCase
TestIndexes.settings = settings(
    max_examples=15, stateful_step_count=400, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLaggingIndexes = LaggingIndexMachine.TestCase
TestLaggingIndexes.settings = TestIndexes.settings
