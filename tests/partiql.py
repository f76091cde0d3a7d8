"""PartiQL on a small table that all its tests know, in Python values. Without boto3, whose clients take their time to
make.
"""

from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from dynateach import Lab, ServiceError
from tests.indexed import definition

AURORA = {
    "artist": "Acme",
    "song": "Aurora",
    "year": 2001,
    "tags": {"calm", "long"},
    "stats": {"plays": 7, "in": {"de": 3}},
}
BOOTS = {"artist": "Acme", "song": "Boots", "year": 1999, "label": "Indigo", "takes": ["one", "two", 3]}
CARGO = {"artist": "Acme", "song": "Cargo", "year": 2010, "label": "Indigo", "live": True, "note": None}
ZETA = {"artist": "Zeta", "song": "Boots", "year": 1970, "label": "Umber", "live": False}
SONGS: tuple[dict[str, Any], ...] = (AURORA, BOOTS, CARGO, ZETA)


def songs(lab: Lab) -> None:
    """Makes the table "songs", with ``SONGS`` in it; a global index ``by_label`` holds keys only, a local ``by_year`` too."""
    params = definition(
        {"by_label": "label:S / year:N -> KEYS_ONLY"},
        {"by_year": "artist:S / year:N -> KEYS_ONLY"},
        key="artist:S / song:S",
        TableName="songs",
    )
    lab.request("dynamodb", "CreateTable", params)
    for song in SONGS:
        put(lab, "songs", song)


def table(lab: Lab, name: str, key: str = "pk:S / sk:S") -> None:
    """Makes an empty table."""
    lab.request("dynamodb", "CreateTable", definition(key=key, TableName=name))


def put(lab: Lab, table: str, item: dict[str, Any]) -> None:
    """Puts an item."""
    lab.request("dynamodb", "PutItem", {"TableName": table, "Item": wire(item)})


def wire(item: dict[str, Any]) -> dict[str, Any]:
    """An item in wire form."""
    return {name: TypeSerializer().serialize(value) for name, value in item.items()}


def python(item: dict[str, Any]) -> dict[str, Any]:
    """An item in Python values."""
    return {name: TypeDeserializer().deserialize(value) for name, value in item.items()}


def run(lab: Lab, statement: str, *parameters: Any, **more: Any) -> Any:
    """The answer to a statement, its items in Python values; ``more`` are further parameters of the request."""
    given = {"Parameters": [TypeSerializer().serialize(value) for value in parameters]} if parameters else {}
    answer = lab.request("dynamodb", "ExecuteStatement", {"Statement": statement, **given, **more})
    if "LastEvaluatedKey" in answer:
        answer["LastEvaluatedKey"] = python(answer["LastEvaluatedKey"])
    return {**answer, "Items": [python(item) for item in answer["Items"]]}


def items(lab: Lab, statement: str, *parameters: Any, **more: Any) -> list[dict[str, Any]]:
    """The items of that answer."""
    found: list[dict[str, Any]] = run(lab, statement, *parameters, **more)["Items"]
    return found


def refused(lab: Lab, statement: str, *parameters: Any, **more: Any) -> tuple[str, str]:
    """The code and text with which a statement is refused."""
    with pytest.raises(ServiceError) as caught:
        run(lab, statement, *parameters, **more)
    return caught.value.code, caught.value.message


def invalid(lab: Lab, statement: str, *parameters: Any, **more: Any) -> str:
    """The text of the ValidationException that a statement gets."""
    code, text = refused(lab, statement, *parameters, **more)
    assert code == "ValidationException"
    return text
