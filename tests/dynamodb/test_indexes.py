"""Secondary indexes as they are defined and described: what a table may have, and what DescribeTable tells of it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from dynateach import Lab
from dynateach.trace import IndexChanged
from tests.indexed import create_indexed, definition, index_definition
from tests.tables import rejection

INVALID = "One or more parameter values were invalid: "
UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}


@pytest.fixture
def lab() -> Lab:
    return Lab(seed=1)


def refusal(lab: Lab, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        lab.client().create_table(**params)
    assert lab.client().list_tables()["TableNames"] == []
    code, message = rejection(caught)
    assert code == "ValidationException"
    return message


def described(lab: Lab, kind: str = "GlobalSecondaryIndexes") -> dict[str, Any]:
    indexes = lab.client().describe_table(TableName="things")["Table"].get(kind, [])
    return {index["IndexName"]: index for index in indexes}


def test_a_table_tells_of_its_indexes_as_they_were_defined(lab: Lab) -> None:
    create_indexed(lab, {"by_city": "city:S / age:N -> name, size"}, {"by_age": "pk / age:N -> KEYS_ONLY"})
    city, age = described(lab)["by_city"], described(lab, "LocalSecondaryIndexes")["by_age"]
    assert city["KeySchema"] == [
        {"AttributeName": "city", "KeyType": "HASH"},
        {"AttributeName": "age", "KeyType": "RANGE"},
    ]
    assert city["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["name", "size"]}
    assert city["IndexStatus"] == "ACTIVE"
    assert city["IndexArn"] == "arn:aws:dynamodb:us-east-1:111122223333:table/things/index/by_city"
    assert city["ProvisionedThroughput"] == {
        "NumberOfDecreasesToday": 0,
        "ReadCapacityUnits": 0,
        "WriteCapacityUnits": 0,
    }
    assert "Backfilling" not in city
    assert age == {
        "IndexName": "by_age",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "age", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
        "IndexSizeBytes": 0,
        "ItemCount": 0,
        "IndexArn": "arn:aws:dynamodb:us-east-1:111122223333:table/things/index/by_age",
    }


def test_a_table_without_indexes_has_no_lists_of_them(lab: Lab) -> None:
    create_indexed(lab)
    description = lab.client().describe_table(TableName="things")["Table"]
    assert "GlobalSecondaryIndexes" not in description
    assert "LocalSecondaryIndexes" not in description


def test_an_index_counts_its_own_entries_and_their_bytes(lab: Lab) -> None:
    table = create_indexed(
        lab, {"all": "g:S -> ALL", "keys": "g:S -> KEYS_ONLY", "some": "g:S -> x"}, {"local": "pk / n:N -> KEYS_ONLY"}
    )
    table.put_item(Item={"pk": "p", "sk": "s", "g": "gg", "x": "xxx", "y": "yyyy"})
    table.put_item(Item={"pk": "p", "sk": "t", "n": 42})
    keys = len("pk") + len("p") + len("sk") + len("s")
    sizes = {name: (index["ItemCount"], index["IndexSizeBytes"]) for name, index in described(lab).items()}
    assert sizes == {
        "all": (1, keys + len("g") + 2 + len("x") + 3 + len("y") + 4),
        "keys": (1, keys + len("g") + 2),
        "some": (1, keys + len("g") + 2 + len("x") + 3),
    }
    local = described(lab, "LocalSecondaryIndexes")["local"]
    assert (local["ItemCount"], local["IndexSizeBytes"]) == (1, keys + len("n") + 2)
    table.delete_item(Key={"pk": "p", "sk": "s"})
    assert all(index["ItemCount"] == index["IndexSizeBytes"] == 0 for index in described(lab).values())


def test_the_indexes_become_active_with_their_table() -> None:
    lab = Lab(seed=1, profile="realistic")
    created = lab.client().create_table(**definition({"gsi": "g:S"}, {"lsi": "pk / l:S"}))["TableDescription"]
    assert created["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    assert "IndexStatus" not in created["LocalSecondaryIndexes"][0]
    lab.clock.advance(60)
    assert described(lab)["gsi"]["IndexStatus"] == "ACTIVE"
    assert {(event.index_name, event.status) for event in lab.trace.of(IndexChanged)} >= {
        ("gsi", "ACTIVE"),
        ("lsi", "ACTIVE"),
    }


def test_an_index_of_a_provisioned_table_has_units_of_its_own(lab: Lab) -> None:
    index = {
        **index_definition("gsi", "g:S"),
        "ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 8},
    }
    params = definition({"gsi": "g:S"}, ProvisionedThroughput=UNITS)
    lab.client().create_table(**{**params, "GlobalSecondaryIndexes": [index]})
    assert described(lab)["gsi"]["ProvisionedThroughput"] == {
        "NumberOfDecreasesToday": 0,
        "ReadCapacityUnits": 7,
        "WriteCapacityUnits": 8,
    }


def test_an_index_may_be_called_like_a_table_or_an_attribute(lab: Lab) -> None:
    table = create_indexed(lab, {"things": "g:S", "g.-_1": "g:S"})
    table.put_item(Item={"pk": "p", "sk": "s", "g": "g"})
    for name in ("things", "g.-_1"):
        assert table.scan(IndexName=name)["Count"] == 1


def test_an_index_may_have_the_keys_of_its_table_the_other_way_round(lab: Lab) -> None:
    table = create_indexed(lab, {"inverted": "sk / pk -> KEYS_ONLY"})
    for n in range(3):
        table.put_item(Item={"pk": f"p{n}", "sk": "s", "x": n})
    page = table.query(
        IndexName="inverted",
        KeyConditionExpression="sk = :s AND pk > :p",
        ExpressionAttributeValues={":s": "s", ":p": "p0"},
        Limit=1,
    )
    assert page["Items"] == [{"pk": "p1", "sk": "s"}]
    assert page["LastEvaluatedKey"] == {"pk": "p1", "sk": "s"}


def test_a_table_with_the_name_of_a_deleted_one_begins_with_empty_indexes(lab: Lab) -> None:
    create_indexed(lab, {"gsi": "g:S"}).put_item(Item={"pk": "p", "sk": "s", "g": "g"})
    lab.client().delete_table(TableName="things")
    table = create_indexed(lab, {"gsi": "g:S"})
    assert table.scan(IndexName="gsi")["Count"] == 0
    assert described(lab)["gsi"]["ItemCount"] == 0


def test_as_many_indexes_as_are_allowed_can_be_had_and_none_more(lab: Lab) -> None:
    globals = {f"gsi{n:02d}": "g:S" for n in range(20)}
    locals = {f"lsi{n}": "pk / l:S" for n in range(5)}
    assert refusal(lab, **definition({**globals, "more": "g:S"})) == (
        f"{INVALID}GlobalSecondaryIndex count exceeds the per-table limit of 20"
    )
    assert refusal(lab, **definition(None, {**locals, "more": "pk / l:S"})) == (
        f"{INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of 5"
    )
    create_indexed(lab, globals, locals)
    assert list(described(lab)) == list(globals)
    assert list(described(lab, "LocalSecondaryIndexes")) == list(locals)


def test_a_hundred_attributes_can_be_projected_in_all_and_none_more(lab: Lab) -> None:
    twenty = ", ".join(f"x{n}" for n in range(20))
    five = {f"gsi{n}": f"g:S -> {twenty}" for n in range(5)}
    assert "per-table limit of 100" in refusal(lab, **definition({**five, "more": "g:S -> y"}))
    create_indexed(lab, five)


def test_one_index_projects_at_most_twenty_attributes(lab: Lab) -> None:
    names = ", ".join(f"x{n}" for n in range(21))
    message = refusal(lab, **definition({"gsi": f"g:S -> {names}"}))
    assert "Member must have length less than or equal to 20" in message


BOTH = "Both the Hash Key and the Range Key element in the KeySchema have the same name"
UNDEFINED = f"{INVALID}Some index key attributes are not defined in AttributeDefinitions. Keys: "
UNUSED = f"{INVALID}Some AttributeDefinitions are not used. AttributeDefinitions: "


@pytest.mark.parametrize(
    ("globals", "locals", "message"),
    [
        ({}, None, f"{INVALID}List of GlobalSecondaryIndexes is empty"),
        (None, {}, f"{INVALID}List of LocalSecondaryIndexes is empty"),
        ({"gsi": "g:S / g:S"}, None, BOTH),
        (None, {"lsi": "pk / pk"}, BOTH),
        (None, {"lsi": "pk"}, f"{INVALID}Index KeySchema does not have a range key for index: lsi"),
        (
            None,
            {"lsi": "sk / l:S"},
            f"{INVALID}Index KeySchema does not have the same leading hash key as table KeySchema for index: lsi. "
            "index hash key: sk, table hash key: pk",
        ),
        ({"gsi": "l:S"}, {"gsi": "pk / l"}, f"{INVALID}Duplicate index name: gsi"),
    ],
)
def test_a_bad_index_is_rejected_in_dynamodbs_words(lab: Lab, globals: Any, locals: Any, message: str) -> None:
    assert refusal(lab, **definition(globals, locals)) == message


def changed(spec: str = "g:S", kind: str = "GlobalSecondaryIndexes", **members: Any) -> dict[str, Any]:
    params = definition({"gsi": spec}) if kind == "GlobalSecondaryIndexes" else definition(None, {"gsi": spec})
    params[kind] = [{**params[kind][0], **members}]
    return params


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (changed(Projection={}), f"{INVALID}Unknown ProjectionType: null"),
        (
            changed(Projection={"ProjectionType": "ALL", "NonKeyAttributes": ["x"]}),
            f"{INVALID}ProjectionType is ALL, but NonKeyAttributes is specified",
        ),
        (
            changed(Projection={"ProjectionType": "KEYS_ONLY", "NonKeyAttributes": ["x"]}),
            f"{INVALID}ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified",
        ),
        (
            changed(Projection={"ProjectionType": "INCLUDE"}),
            f"{INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
        ),
        (
            changed(KeySchema=[{"AttributeName": "h", "KeyType": "HASH"}]),
            f"{UNDEFINED}[h], AttributeDefinitions: [pk, sk, g]",
        ),
        (
            changed(KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}]),
            f"{UNUSED}[pk, sk, g], keys used: [pk, sk]",
        ),
        (
            changed(KeySchema=[{"AttributeName": "g", "KeyType": "RANGE"}]),
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
        (
            changed(ProvisionedThroughput=UNITS),
            f"{INVALID}ProvisionedThroughput should not be specified for index: gsi when BillingMode is PAY_PER_REQUEST",
        ),
        (
            {**changed(), "BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS},
            f"{INVALID}ProvisionedThroughput must be specified for index: gsi",
        ),
        (
            {
                **definition({"gsi": "pk"}, key="pk:S"),
                "LocalSecondaryIndexes": [index_definition("lsi", "pk / pk")],
            },
            f"{INVALID}Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
        ),
        (
            changed("pk / l:S", "LocalSecondaryIndexes", Projection={}),
            f"{INVALID}Unknown ProjectionType: null",
        ),
    ],
)
def test_a_definition_that_makes_no_sense_is_rejected_in_dynamodbs_words(
    lab: Lab, params: dict[str, Any], message: str
) -> None:
    assert refusal(lab, **params) == message


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"IndexName": "ab"}, "Member must have length greater than or equal to 3"),
        ({"IndexName": "a" * 256}, "Member must have length less than or equal to 255"),
        ({"IndexName": "a b c"}, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"),
        (
            {"Projection": {"ProjectionType": "NONE"}},
            "Member must satisfy enum value set: [ALL, INCLUDE, KEYS_ONLY]",
        ),
        ({"KeySchema": []}, "Member must have length greater than or equal to 1"),
        (
            {"Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": []}},
            "Member must have length greater than or equal to 1",
        ),
    ],
)
def test_a_member_out_of_bounds_is_named(lab: Lab, members: dict[str, Any], message: str) -> None:
    from botocore.config import Config

    with pytest.raises(ClientError) as caught:
        lab.client(config=Config(parameter_validation=False)).create_table(**changed(**members))
    code, text = rejection(caught)
    assert code == "ValidationException"
    assert "globalSecondaryIndexes.1.member." in text
    assert message in text


def test_a_split_cuts_local_indexes_where_it_cuts_the_table_and_leaves_global_ones(lab: Lab) -> None:
    table = create_indexed(lab, {"gsi": "g:N"}, {"lsi": "pk / l:N -> KEYS_ONLY"})
    for n in range(60):
        table.put_item(Item={"pk": f"p{n}", "sk": "s", "g": n % 3, "l": n})
    inside = lab.inspect("things")
    for _ in range(3):
        largest = max(inside.partitions, key=lambda one: one.items)
        inside.split(largest.id)
    keyspace = inside._table.keyspace
    lsi, gsi = (inside._table.indexes[name].keyspace for name in ("lsi", "gsi"))
    assert [one.low for one in lsi.partitions] == [one.low for one in keyspace.partitions]
    assert [len(one.items) for one in lsi.partitions] == [len(one.items) for one in keyspace.partitions]
    assert len(gsi.partitions) == 1
    lsi._check()
    for name in ("lsi", "gsi"):
        assert sorted(one["pk"] for one in table.scan(IndexName=name)["Items"]) == sorted(f"p{n}" for n in range(60))
    table.update_item(
        Key={"pk": "p7", "sk": "s"}, UpdateExpression="SET l = l + :v", ExpressionAttributeValues={":v": 100}
    )
    found = table.query(
        IndexName="lsi",
        KeyConditionExpression="pk = :p AND l > :l",
        ExpressionAttributeValues={":p": "p7", ":l": 100},
    )
    assert found["Items"] == [{"pk": "p7", "sk": "s", "l": 107}]
