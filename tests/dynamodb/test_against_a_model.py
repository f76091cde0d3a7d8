"""The engine against a plain dict: whatever is asked of both, in whatever order, they agree."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from dynateach import Lab, ServiceError
from dynateach.dynamodb.rules.values import Item

partition_keys = st.sampled_from(["a", "b", "c", "d", "é"])
sort_keys = st.integers(-6, 6)
numbers = st.integers(-50, 50)
words = st.sampled_from(["", "x", "xy", "yx", "zzz"])
SCALARS = st.one_of(numbers.map(lambda n: {"N": str(n)}), words.map(lambda w: {"S": w}))
attributes = st.dictionaries(
    st.sampled_from(["n", "w", "l", "m"]),
    st.one_of(
        SCALARS,
        st.lists(SCALARS, max_size=3).map(lambda members: {"L": members}),
        st.fixed_dictionaries({"x": SCALARS}).map(lambda members: {"M": members}),
    ),
)
Key = tuple[str, int]


def wire_key(key: Key) -> Item:
    return {"pk": {"S": key[0]}, "sk": {"N": str(key[1])}}


def number_in(item: Item | None, name: str) -> int | None:
    value = (item or {}).get(name, {})
    return int(value["N"]) if "N" in value else None


class ModelMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.lab = Lab(seed=1)
        self.model: dict[Key, Item] = {}
        self.request(
            "CreateTable",
            ProvisionedThroughput={"ReadCapacityUnits": 9000, "WriteCapacityUnits": 1},
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "N"},
            ],
        )

    def request(self, operation: str, **params: Any) -> dict[str, Any]:
        return self.lab.request("dynamodb", operation, {"TableName": "things", **params})

    def expect(self, holds: bool, operation: str, **params: Any) -> bool:
        """Whether a conditional write went through, which it must exactly when the condition ``holds``."""
        try:
            self.request(operation, **params)
        except ServiceError as error:
            assert error.code == "ConditionalCheckFailedException"
            assert not holds
            return False
        assert holds
        return True

    @rule(pk=partition_keys, sk=sort_keys, rest=attributes)
    def put(self, pk: str, sk: int, rest: Item) -> None:
        answer = self.request("PutItem", Item={**wire_key((pk, sk)), **rest}, ReturnValues="ALL_OLD")
        assert answer.get("Attributes") == self.model.get((pk, sk))
        self.model[pk, sk] = {**wire_key((pk, sk)), **rest}

    @rule(pk=partition_keys, sk=sort_keys, rest=attributes)
    def put_if_absent(self, pk: str, sk: int, rest: Item) -> None:
        item = {**wire_key((pk, sk)), **rest}
        absent = (pk, sk) not in self.model
        if self.expect(absent, "PutItem", Item=item, ConditionExpression="attribute_not_exists(pk)"):
            self.model[pk, sk] = item

    @rule(pk=partition_keys, sk=sort_keys)
    def get(self, pk: str, sk: int) -> None:
        assert self.request("GetItem", Key=wire_key((pk, sk))).get("Item") == self.model.get((pk, sk))

    @rule(pk=partition_keys, sk=sort_keys, low=numbers, high=numbers)
    def delete_if_in_range(self, pk: str, sk: int, low: int, high: int) -> None:
        low, high = sorted((low, high))
        n = number_in(self.model.get((pk, sk)), "n")
        holds = n is not None and low <= n <= high
        if self.expect(
            holds,
            "DeleteItem",
            Key=wire_key((pk, sk)),
            ConditionExpression="n BETWEEN :low AND :high",
            ExpressionAttributeValues={":low": {"N": str(low)}, ":high": {"N": str(high)}},
        ):
            del self.model[pk, sk]

    @rule(pk=partition_keys, sk=sort_keys, n=numbers)
    def count_up(self, pk: str, sk: int, n: int) -> None:
        old = self.model.get((pk, sk), wire_key((pk, sk)))
        if "n" in old and "N" not in old["n"]:
            return
        answer = self.request(
            "UpdateItem",
            Key=wire_key((pk, sk)),
            UpdateExpression="ADD n :n REMOVE w SET seen = if_not_exists(n, :n)",
            ExpressionAttributeValues={":n": {"N": str(n)}},
            ReturnValues="ALL_NEW",
        )
        before = number_in(old, "n")
        new = {name: value for name, value in old.items() if name != "w"}
        new["n"] = {"N": str((before or 0) + n)}
        new["seen"] = {"N": str(n if before is None else before)}
        assert answer["Attributes"] == new
        self.model[pk, sk] = new

    @rule(pk=partition_keys, sk=sort_keys, value=SCALARS)
    def append(self, pk: str, sk: int, value: Item) -> None:
        old = self.model.get((pk, sk), wire_key((pk, sk)))
        if "l" in old and "L" not in old["l"]:
            return
        self.request(
            "UpdateItem",
            Key=wire_key((pk, sk)),
            UpdateExpression="SET l = list_append(if_not_exists(l, :none), :more)",
            ExpressionAttributeValues={":none": {"L": []}, ":more": {"L": [value]}},
        )
        self.model[pk, sk] = {**old, "l": {"L": [*old.get("l", {"L": []})["L"], value]}}

    @rule(
        pk=partition_keys,
        operator=st.sampled_from(["=", "<", "<=", ">", ">="]),
        bound=sort_keys,
        forward=st.booleans(),
        limit=st.integers(1, 5),
    )
    def query(self, pk: str, operator: str, bound: int, forward: bool, limit: int) -> None:
        found = self.all_pages(
            "Query",
            KeyConditionExpression=f"pk = :pk AND sk {operator} :sk",
            ExpressionAttributeValues={":pk": {"S": pk}, ":sk": {"N": str(bound)}},
            ScanIndexForward=forward,
            Limit=limit,
        )
        holds = {"=": int.__eq__, "<": int.__lt__, "<=": int.__le__, ">": int.__gt__, ">=": int.__ge__}[operator]
        keys = sorted((key for key in self.model if key[0] == pk and holds(key[1], bound)), reverse=not forward)
        assert found == [self.model[key] for key in keys]

    @rule(segments=st.integers(1, 4), limit=st.integers(1, 7), n=numbers)
    def scan(self, segments: int, limit: int, n: int) -> None:
        found = [
            item
            for segment in range(segments)
            for item in self.all_pages(
                "Scan",
                Segment=segment,
                TotalSegments=segments,
                Limit=limit,
                FilterExpression="attribute_not_exists(n) OR NOT n > :n",
                ExpressionAttributeValues={":n": {"N": str(n)}},
            )
        ]
        # A comparison between types is false, so NOT makes it true.
        above = {key for key, item in self.model.items() if (own := number_in(item, "n")) is not None and own > n}
        expected = [item for key, item in self.model.items() if key not in above]
        assert sorted(found, key=repr) == sorted(expected, key=repr)

    def all_pages(self, operation: str, **params: Any) -> list[Item]:
        found = []
        while True:
            page = self.request(operation, **params)
            found += page["Items"]
            if "LastEvaluatedKey" not in page:
                return found
            params["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    @rule(which=st.integers(0, 100))
    def split(self, which: int) -> None:
        inside = self.lab.inspect("things")
        if len(inside.partitions) < 12:
            inside.split(inside.partitions[which % len(inside.partitions)].id)

    @rule(pk=partition_keys, sk=sort_keys)
    def a_bad_update_changes_nothing(self, pk: str, sk: int) -> None:
        for expression in ("SET nowhere.inside = :v", "SET n = w + :v, pk = :v", "ADD l :v"):
            try:
                self.request(
                    "UpdateItem",
                    Key=wire_key((pk, sk)),
                    UpdateExpression=expression,
                    ExpressionAttributeValues={":v": {"N": "1"}},
                )
            except ServiceError as error:
                assert error.code == "ValidationException"
            else:
                assert expression == "ADD l :v"
                self.model[pk, sk] = self.request("GetItem", Key=wire_key((pk, sk)))["Item"]

    @invariant()
    def the_tables_are_the_same(self) -> None:
        self.lab.inspect("things")._check()
        partitions = self.lab.inspect("things").partitions
        assert sum(partition.items for partition in partitions) == len(self.model)


TestModel = ModelMachine.TestCase
TestModel.settings = settings(
    max_examples=10, stateful_step_count=1000, deadline=None, suppress_health_check=list(HealthCheck)
)
