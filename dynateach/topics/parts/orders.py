"""A table of orders, and one question asked of it in five ways.

It holds 40 orders a customer, of four weeks: ``pk`` is the customer, ``sk`` begins with the order's state and day. What a way
took is what its answers report; time is the Lab's clock, on which only reads take any.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from dynateach.clock import SECOND
from dynateach.dynamodb.rules.values import item_size
from dynateach.lab import Lab
from dynateach.profile import IDEAL, REALISTIC
from dynateach.trace import RequestServed

Params = dict[str, Any]
Answers = list[dict[str, Any]]

TABLE = "orders"
EACH = 40
"""Orders of each customer."""
FIRST_DAY = date(2025, 12, 29)
WEEK = ("2026-01-19", "2026-01-25")
"""This week, from Monday to Sunday: the last of the four."""
ASKED_ABOUT = 0
"""The customer."""

THEIRS, ONE, EVERYONES = "a customer's open orders this week", "one order", "everyone's open orders this week"
QUESTIONS = (THEIRS, ONE, EVERYONES)

READS_TAKE_TIME = replace(
    IDEAL,
    name="reads take time",
    item_read=REALISTIC.item_read,
    page_read=REALISTIC.page_read,
    on_demand_partitions=4,
)

SEGMENTS = 4
GET, QUERY, QUERY_FILTER, SCAN, PARALLEL = "GetItem", "Query", "Query + filter", "Scan + filter", "parallel Scan"
WAYS = (GET, QUERY, QUERY_FILTER, SCAN, PARALLEL)


class Reading(NamedTuple):
    """What one way of asking took: requests, read units, items read and returned, and from when to when (µs)."""

    requests: int
    units: float
    read: int
    returned: int
    start: int
    end: int

    @property
    def milliseconds(self) -> float:
        """How long it took on the Lab's clock."""
        return (self.end - self.start) * 1000 / SECOND


def lab_with_orders(seed: int) -> Lab:
    """A Lab in which reads take their time, with an empty table of four partitions."""
    lab = Lab(seed, READS_TAKE_TIME)
    keys = {"pk": "HASH", "sk": "RANGE"}
    definition = {
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in keys],
        "KeySchema": [{"AttributeName": name, "KeyType": role} for name, role in keys.items()],
    }
    lab.request("dynamodb", "CreateTable", definition)
    return lab


def fill(lab: Lab, customers: range, matching: int, item_bytes: int) -> None:
    """Put the orders of those customers, off the record; ``matching`` per cent of them are open."""
    with lab.trace.paused():
        for customer in customers:
            for order in _orders(customer, matching):
                item = order.item
                item["pad"] = {"S": "x" * max(item_bytes - item_size(item) - len("pad"), 0)}
                lab.request("dynamodb", "PutItem", {"TableName": TABLE, "Item": item})


def ask(lab: Lab, question: str, way: str, customers: int, matching: int) -> Reading:
    """Ask one of the QUESTIONS in one of the WAYS, of a table filled with so many customers."""
    wanted = _wanted(question, customers, matching)
    return _timed(lab, lambda: _HOW[way](lab, wanted))


def ask_for(lab: Lab, operation: str, what: str) -> Reading:
    """A Query of one customer or a Scan of the table, asked for something of LESS."""
    key: Params = {"KeyConditionExpression": "pk = :pk"} if operation == "Query" else {}
    values = {":pk": {"S": _customer(ASKED_ABOUT)}, ":open": {"S": "open"}}
    return _timed(lab, lambda: _pages(lab, operation, _expressed(values, **key, **LESS[what])))


LESS: dict[str, Params] = {
    "everything": {},
    "filter": {"FilterExpression": "#state = :open"},
    "projection": {"ProjectionExpression": "#state"},
    "COUNT": {"Select": "COUNT"},
}
"""What a Query or Scan may be asked for instead of everything."""


def _timed(lab: Lab, way: Callable[[], Answers]) -> Reading:
    start = lab.clock.now
    answers = way()
    units = sum(answer["ConsumedCapacity"]["CapacityUnits"] for answer in answers)
    read = sum(answer.get("ScannedCount", "Item" in answer) for answer in answers)
    returned = sum(answer.get("Count", "Item" in answer) for answer in answers)
    return Reading(len(answers), units, read, returned, start, lab.clock.now)


# The orders


class _Order(NamedTuple):
    """One order of a customer; ``number`` is from 0 to 39, in the order of time."""

    customer: int
    number: int
    is_open: bool

    @property
    def day(self) -> str:
        """When it was placed."""
        return (FIRST_DAY + timedelta(days=self.number * 28 // EACH)).isoformat()

    @property
    def key(self) -> Params:
        """Its primary key in wire form."""
        state = "OPEN" if self.is_open else "DONE"
        return {"pk": {"S": _customer(self.customer)}, "sk": {"S": f"{state}#{self.day}#{self.number:02}"}}

    @property
    def item(self) -> Params:
        """All of it but its padding."""
        state = {"S": "open" if self.is_open else "done"}
        return {**self.key, "state": state, "day": {"S": self.day}, "number": {"N": str(self.number)}}


def _orders(customer: int, matching: int) -> list[_Order]:
    """The orders of a customer; the open ones are evenly spread."""
    share = Fraction(matching, 100)
    return [_Order(customer, n, int((n + 1) * share) > int(n * share)) for n in range(EACH)]


def _customer(number: int) -> str:
    return f"CUSTOMER#{number:03}"


# The questions


class _Wanted(NamedTuple):
    """What is asked for: the ``orders`` that are the answer, the ``customers`` whose they may be (``who`` says so to a Scan), and
    the conditions that say which, with their values.
    """

    orders: list[_Order]
    customers: list[int]
    who: str
    sort_key: str
    filter: str
    values: Params


def _wanted(question: str, customers: int, matching: int) -> _Wanted:
    first, last = WEEK
    everyone = question == EVERYONES
    asked = list(range(customers)) if everyone else [ASKED_ABOUT]
    found = [one for each in asked for one in _orders(each, matching) if one.is_open and first <= one.day <= last]
    who = "" if everyone else "pk = :pk AND "
    values: Params = {} if everyone else {":pk": {"S": _customer(ASKED_ABOUT)}}
    if question == ONE:
        only = found[-1]
        values |= {":sk": only.key["sk"], ":number": {"N": str(only.number)}}
        return _Wanted([only], asked, who, "sk = :sk", "#number = :number", values)
    texts = {":from": f"OPEN#{first}", ":to": f"OPEN#{last}#~", ":open": "open", ":first": first, ":last": last}
    values |= {name: {"S": text} for name, text in texts.items()}
    filter = "#state = :open AND #day BETWEEN :first AND :last"
    return _Wanted(found, asked, who, "sk BETWEEN :from AND :to", filter, values)


def _expressed(values: Params, **texts: str) -> Params:
    """Those expressions, with just the names and values that they mention."""
    words = " ".join(texts.values()).split()
    names = {word: word[1:] for word in words if word.startswith("#")}
    used = {name: value for name, value in values.items() if name in words}
    given = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": used}
    return {**texts, **{name: some for name, some in given.items() if some}}


# The ways to ask


def _get(lab: Lab, wanted: _Wanted) -> Answers:
    """Somebody knows the keys."""
    return [_ask(lab, "GetItem", {"Key": order.key}) for order in wanted.orders]


def _query(lab: Lab, wanted: _Wanted) -> Answers:
    """The sort key says it all."""
    return _query_each(lab, wanted, KeyConditionExpression=f"pk = :pk AND {wanted.sort_key}")


def _query_and_filter(lab: Lab, wanted: _Wanted) -> Answers:
    """Everything of each customer is read."""
    return _query_each(lab, wanted, KeyConditionExpression="pk = :pk", FilterExpression=wanted.filter)


def _query_each(lab: Lab, wanted: _Wanted, **texts: str) -> Answers:
    answers: Answers = []
    for customer in wanted.customers:
        values = {**wanted.values, ":pk": {"S": _customer(customer)}}
        answers += _pages(lab, "Query", _expressed(values, **texts))
    return answers


def _scan(lab: Lab, wanted: _Wanted) -> Answers:
    """The whole table is read."""
    return _pages(lab, "Scan", _scanned(wanted))


def _scan_in_parallel(lab: Lab, wanted: _Wanted) -> Answers:
    """The whole table is read by several readers at a time; each sends for its next page when its last has come."""
    answers: Answers = []
    ends = [lab.clock.now]

    def read(params: Params) -> None:
        answers.append(_ask(lab, "Scan", params))
        served = next(reversed(lab.trace))
        assert isinstance(served, RequestServed)
        ends.append(served.at + served.took)
        if "LastEvaluatedKey" in answers[-1]:
            lab.clock.at(ends[-1], partial(read, {**params, "ExclusiveStartKey": answers[-1]["LastEvaluatedKey"]}))

    for segment in range(SEGMENTS):
        lab.clock.at(ends[0], partial(read, {**_scanned(wanted), "Segment": segment, "TotalSegments": SEGMENTS}))
    while lab.clock.due or lab.clock.now < max(ends):
        lab.clock.advance((max(ends) - lab.clock.now) / SECOND)
    return answers


def _scanned(wanted: _Wanted) -> Params:
    return _expressed(wanted.values, FilterExpression=wanted.who + wanted.filter)


def _pages(lab: Lab, operation: str, params: Params) -> Answers:
    answers = [_ask(lab, operation, params)]
    while "LastEvaluatedKey" in answers[-1]:
        answers.append(_ask(lab, operation, {**params, "ExclusiveStartKey": answers[-1]["LastEvaluatedKey"]}))
    return answers


def _ask(lab: Lab, operation: str, params: Params) -> Params:
    return lab.request("dynamodb", operation, {"TableName": TABLE, "ReturnConsumedCapacity": "TOTAL", **params})


_HOW = {GET: _get, QUERY: _query, QUERY_FILTER: _query_and_filter, SCAN: _scan, PARALLEL: _scan_in_parallel}
