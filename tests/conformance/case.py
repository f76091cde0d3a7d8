"""What a conformance case is, and the small world in which every case is tried.

A file in ``cases/`` holds a list ``CASES``, made with the functions below. A case says what it promises, what is sent,
and what DynamoDB answers: a code with its exact text, or an answer in wire form. Evidence for every text: AWS's
documentation and service model, AWS's own DynamoDB Local, or emulators that were tested against the live service.

The world: four tables, each with one item.

    things      pk (S)            the item ``THING``
    pairs       pk (S), sk (S)    ``THING`` under sk "b"
    counters    pk (N)            pk 1
    blobs       pk (B)            pk AAE=
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dynateach import Lab

Wire = dict[str, Any]
Step = tuple[str, Wire]

KEY: Wire = {"pk": {"S": "a"}}
PAIR: Wire = {"pk": {"S": "a"}, "sk": {"S": "b"}}
THING: Wire = {
    **KEY,
    "n": {"N": "5"},
    "s": {"S": "text"},
    "b": {"B": "AAE="},
    "t": {"BOOL": True},
    "nul": {"NULL": True},
    "ss": {"SS": ["x", "y"]},
    "ns": {"NS": ["1", "2"]},
    "l": {"L": [{"N": "1"}, {"S": "b"}]},
    "m": {"M": {"x": {"N": "1"}, "y": {"M": {"z": {"S": "q"}}}}},
}

VALUES: Wire = {
    ":s": {"S": "a"},
    ":s2": {"S": "b"},
    ":n": {"N": "1"},
    ":m": {"N": "2"},
    ":b": {"B": "AAE="},
    ":t": {"BOOL": True},
    ":nul": {"NULL": True},
    ":ss": {"SS": ["x"]},
    ":ns": {"NS": ["1"]},
    ":l": {"L": [{"S": "new"}]},
    ":mm": {"M": {}},
}
"""What the placeholders of ``using`` stand for; ``:missing`` is not among them."""

NAMES = {"#a": "a", "#pk": "pk", "#m": "m"}

COUNTED = "1 validation error detected: "
"""What PutItem, UpdateItem and DeleteItem put before some texts."""


@dataclass(frozen=True)
class Case:
    """One promise: after ``given``, ``request`` is answered so. Exactly one of ``text`` and ``answer`` is there;
    ``fields`` are what the error carries besides.
    """

    promise: str
    request: Step
    text: str | None = None
    code: str = "ValidationException"
    answer: Wire | None = None
    fields: Wire = field(default_factory=dict)
    given: tuple[Step, ...] = ()


def refuses(
    promise: str,
    operation: str,
    params: Wire,
    text: str,
    *,
    code: str = "ValidationException",
    fields: Wire | None = None,
    given: Iterable[Step] = (),
) -> Case:
    """The request is refused with this text."""
    return Case(promise, (operation, params), text, code, fields=fields or {}, given=tuple(given))


def answers(promise: str, operation: str, params: Wire, answer: Wire, *, given: Iterable[Step] = ()) -> Case:
    """The request is answered exactly so."""
    return Case(promise, (operation, params), answer=answer, given=tuple(given))


def using(*texts: str) -> Wire:
    """The placeholders that occur in these expressions, with what they stand for, as parameters of a request."""
    written = " ".join(texts)
    values = {one: VALUES[one] for one in re.findall(r":[a-z0-9]+", written) if one in VALUES}
    names = {one: NAMES[one] for one in re.findall(r"#[a-z]+", written) if one in NAMES}
    params: Wire = {}
    if values:
        params["ExpressionAttributeValues"] = values
    if names:
        params["ExpressionAttributeNames"] = names
    return params


def on(operation: str, expression: str, parameter: str, **params: Any) -> Step:
    """A request on the world's item with one expression, and the placeholders that it uses."""
    return operation, {**_SUBJECTS[operation], **params, parameter: expression, **using(expression)}


_SUBJECTS: Mapping[str, Wire] = {
    "PutItem": {"TableName": "things", "Item": KEY},
    "GetItem": {"TableName": "things", "Key": KEY},
    "UpdateItem": {"TableName": "things", "Key": KEY},
    "DeleteItem": {"TableName": "things", "Key": KEY},
    "Query": {"TableName": "pairs"},
    "Scan": {"TableName": "things"},
}


def the_world() -> Lab:
    """A Lab with the tables of this file."""
    lab = Lab()
    for name, keys, item in _TABLES:
        lab.request("dynamodb", "CreateTable", table(name, **keys))
        lab.request("dynamodb", "PutItem", {"TableName": name, "Item": item})
    return lab


def table(name: str, **keys: str) -> Wire:
    """The parameters that create an on-demand table with these key attributes, each with its type."""
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [
            {"AttributeName": key, "KeyType": role} for key, role in zip(keys, ("HASH", "RANGE"), strict=False)
        ],
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": type} for key, type in keys.items()],
    }


_TABLES: tuple[tuple[str, dict[str, str], Wire], ...] = (
    ("things", {"pk": "S"}, THING),
    ("pairs", {"pk": "S", "sk": "S"}, {**THING, **PAIR}),
    ("counters", {"pk": "N"}, {"pk": {"N": "1"}}),
    ("blobs", {"pk": "B"}, {"pk": {"B": "AAE="}}),
)
