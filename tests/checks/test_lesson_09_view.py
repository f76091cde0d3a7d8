"""Lesson 09, a view of a stream: honest answers pass, and every plausible mistake is refused in words that point at it."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dynateach.errors import CheckFailed
from dynateach.grading.check import check

SEEDS = (1, 2, 3, 4, 5)

Answer = Callable[..., Any]
Record = dict[str, Any]


def _refused(answer: Any, seed: int = 1) -> str:
    with pytest.raises(CheckFailed) as failure:
        check("09.4", answer, seed=seed)
    return str(failure.value)


def _differences(record: Record, number: Answer = Decimal) -> dict[str, Any]:
    """For each customer so many orders, so much money."""
    sums: dict[str, Any] = {}
    for name, sign in (("OldImage", -1), ("NewImage", 1)):
        if image := record["dynamodb"].get(name):
            orders, revenue = sums.get(image["customer"]["S"], (0, 0))
            sums[image["customer"]["S"]] = (orders + sign, revenue + sign * number(image["amount"]["N"]))
    return sums


def _update(customer: str, orders: int, revenue: Any) -> dict[str, Any]:
    values = {":orders": orders, ":revenue": revenue}
    change = {"UpdateExpression": "ADD orders :orders, revenue :revenue", "ExpressionAttributeValues": values}
    return {"Key": {"id": customer}, **change}


def _add(table: Any, record: Record, differences: Answer = _differences) -> None:
    for customer, (orders, revenue) in differences(record).items():
        table.update_item(**_update(customer, orders, revenue))


def _mark(table: Any, record: Record) -> bool:
    """Whether the record is new."""
    try:
        table.put_item(Item={"id": record["eventID"]}, ConditionExpression="attribute_not_exists(id)")
    except ClientError:
        return False
    return True


def _each(do: Answer) -> Answer:
    def handler(event: dict[str, Any], table: Any) -> None:
        for record in event["Records"]:
            do(table, record)

    return handler


def _in_one_transaction(table: Any, record: Record, differences: Answer = _differences) -> None:
    name, exists = {"TableName": table.name}, {"ConditionExpression": "attribute_not_exists(id)"}
    marker = {"Put": {**name, "Item": {"id": record["eventID"]}, **exists}}
    updates = [{"Update": {**name, **_update(who, *what)}} for who, what in differences(record).items()]
    with suppress(table.meta.client.exceptions.TransactionCanceledException):
        table.meta.client.transact_write_items(TransactItems=[marker, *updates])


def _marks_orders(table: Any, record: Record) -> None:
    """The order's id is the marker's: its second change seems to have been counted."""
    _in_one_transaction(table, {**record, "eventID": record["dynamodb"]["Keys"]["id"]["S"]})


def _told_by(differences: Answer) -> Answer:
    return _each(lambda table, record: _in_one_transaction(table, record, differences))


def _only_new(record: Record) -> Any:
    """A REMOVE has nothing new."""
    image = record["dynamodb"].get("NewImage")
    return {image["customer"]["S"]: (1, Decimal(image["amount"]["N"]))} if image else {}


def _by_event_name(record: Record) -> Any:
    """A MODIFY is taken for a change of the amount alone."""
    change = record["dynamodb"]
    if record["eventName"] != "MODIFY":
        return _differences(record)
    more = Decimal(change["NewImage"]["amount"]["N"]) - Decimal(change["OldImage"]["amount"]["N"])
    return {change["NewImage"]["customer"]["S"]: (0, more)}


def _without_removals(record: Record) -> Any:
    return {} if record["eventName"] == "REMOVE" else _differences(record)


def _new_image_always(record: Record) -> Any:
    image = record["dynamodb"]["NewImage"]
    return {**_differences(record), image["customer"]["S"]: _differences(record)[image["customer"]["S"]]}


def _marker_first(table: Any, record: Record) -> None:
    if _mark(table, record):
        _add(table, record)


def _marker_last(table: Any, record: Record) -> None:
    if "Item" not in table.get_item(Key={"id": record["eventID"]}):
        _add(table, record)
        _mark(table, record)


def _last_number_of_customer(table: Any, record: Record) -> None:
    number = record["dynamodb"]["SequenceNumber"]
    for customer, what in _differences(record).items():
        update = _update(customer, *what)
        update["UpdateExpression"] += " SET newest = :newest"
        update["ExpressionAttributeValues"][":newest"] = number
        with suppress(ClientError):
            table.update_item(**update, ConditionExpression="attribute_not_exists(newest) OR newest < :newest")


def _read_and_put(table: Any, record: Record) -> None:
    """Replaces what it has read: no mark, and no condition."""
    for customer, (orders, revenue) in _differences(record).items():
        old = table.get_item(Key={"id": customer}).get("Item", {"orders": 0, "revenue": 0})
        new = {"orders": old["orders"] + orders, "revenue": old["revenue"] + revenue}
        table.put_item(Item={"id": customer, **new})


def _catching_nothing(table: Any, record: Record) -> None:
    table.put_item(Item={"id": record["eventID"]}, ConditionExpression="attribute_not_exists(id)")
    _add(table, record)


def _looking_up_thirty(handler: Answer) -> Answer:
    """Who dies early has not begun."""

    def looking_first(event: dict[str, Any], table: Any) -> None:
        for number in range(30):
            table.get_item(Key={"id": f"customer {number}"})
        handler(event, table)

    return looking_first


def _remembering() -> Answer:
    seen = set()

    def handler(event: dict[str, Any], table: Any) -> None:
        for record in event["Records"]:
            if record["eventID"] not in seen:
                seen.add(record["eventID"])
                _add(table, record)

    return handler


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_each(_add), "The batch came twice"),
        (_each(_read_and_put), "The batch came twice"),
        (_each(_marker_first), "A process can die between any two requests"),
        (_each(_marker_last), "A process can die between any two requests"),
        (_looking_up_thirty(_each(_marker_last)), "A process can die between any two requests"),
        (_each(_last_number_of_customer), "Sequence numbers tell an order only within one shard"),
        (_each(_catching_nothing), "the record was counted before. That is no failure"),
        (_told_by(_only_new), "take the old one off"),
        (_each(_marks_orders), "Mark changes, not orders"),
        (_told_by(_by_event_name), "then two customers change"),
        (_told_by(_without_removals), "What goes stands in the OldImage"),
        (_told_by(_new_image_always), "a REMOVE has no NewImage"),
        (_told_by(lambda record: _differences(record, float)), "boto3 takes no float"),
        (_told_by(lambda record: _differences(record, int)), "A number stands in a record as text"),
        (_told_by(lambda record: _differences(record, lambda text: int(float(text)))), "Amounts have cents"),
        (lambda event, table: _in_one_transaction(table, event["Records"][0]), "An INSERT is one order more"),
        (lambda event, table: None, "handler asked DynamoDB for nothing"),
    ],
)
def test_a_view_that_counts_wrong_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused(wrong, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_process_remembers_is_not_enough(seed: int) -> None:
    assert "The next process knows nothing" in _refused(_remembering(), seed)


def test_a_wrong_view_is_shown_with_the_deliveries_that_led_to_it() -> None:
    message = _refused(_each(_marker_first))

    assert "call       handler(event, table)   with INSERT o1\n" in message
    assert "delivered: INSERT o1: died after 1 request\n" in message
    assert "came back  ada: no item\n" in message
    assert "expected   orders = 1, revenue = " in message


def _set_of_records(table: Any, record: Record) -> None:
    """Each customer's item knows its own records: one write, and no transaction."""
    for customer, what in _differences(record).items():
        update = _update(customer, *what)
        update["UpdateExpression"] += ", counted :records"
        update["ExpressionAttributeValues"] |= {":records": {record["eventID"]}, ":record": record["eventID"]}
        with suppress(ClientError):
            table.update_item(**update, ConditionExpression="NOT contains(counted, :record)")


def _version_of_order(table: Any, record: Record) -> None:
    """The newest sequence number of each order: they belong to one shard's line."""
    change, name = record["dynamodb"], {"TableName": table.name}
    newer = {
        "Key": {"id": f"order#{change['Keys']['id']['S']}"},
        "UpdateExpression": "SET newest = :newest",
        "ConditionExpression": "attribute_not_exists(newest) OR newest < :newest",
        "ExpressionAttributeValues": {":newest": int(change["SequenceNumber"])},
    }
    updates = [{"Update": {**name, **_update(who, *what)}} for who, what in _differences(record).items()]
    with suppress(table.meta.client.exceptions.TransactionCanceledException):
        table.meta.client.transact_write_items(TransactItems=[{"Update": {**name, **newer}}, *updates])


def _looking_first(table: Any, record: Record) -> None:
    """A read saves the transaction of a record that was counted; it does not replace the condition."""
    if "Item" not in table.get_item(Key={"id": record["eventID"]}, ConsistentRead=True):
        _in_one_transaction(table, record)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("do", [_in_one_transaction, _set_of_records, _version_of_order, _looking_first])
def test_a_view_may_be_kept_right_in_other_ways(do: Answer, seed: int) -> None:
    check("09.4", _each(do), seed=seed)
