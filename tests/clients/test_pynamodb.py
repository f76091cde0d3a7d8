"""PynamoDB, a library of models on top of botocore, runs unmodified against a Lab."""
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import boto3
import pytest
from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    NumberSetAttribute,
    TTLAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
    VersionAttribute,
)
from pynamodb.connection import Connection
from pynamodb.exceptions import DeleteError, DoesNotExist, GetError, PutError, TransactWriteError, UpdateError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection, LocalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite

from dynateach.wire.http import Endpoint

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class ByViews(LocalSecondaryIndex[Any]):
    """Threads of a forum by their views."""

    class Meta:
        index_name = "by-views"
        projection = AllProjection()

    forum = UnicodeAttribute(hash_key=True)
    views = NumberAttribute(range_key=True)


class ByAuthor(GlobalSecondaryIndex[Any]):
    """Threads of an author by their time."""

    class Meta:
        index_name = "by-author"
        projection = IncludeProjection(["views"])
        read_capacity_units = 2
        write_capacity_units = 2

    author = UnicodeAttribute(hash_key=True)
    posted = UTCDateTimeAttribute(range_key=True)


class Place(MapAttribute[Any, Any]):
    city = UnicodeAttribute()
    height = NumberAttribute(null=True)


class Thread(Model):
    class Meta:
        table_name = "Thread"
        region = "us-east-1"
        read_capacity_units = 5
        write_capacity_units = 5

    forum = UnicodeAttribute(hash_key=True)
    subject = UnicodeAttribute(range_key=True)
    views = NumberAttribute(default=0)
    author = UnicodeAttribute(null=True)
    posted = UTCDateTimeAttribute(default=NOON)
    tags = UnicodeSetAttribute(null=True)
    votes = NumberSetAttribute(null=True)
    notes: Any = ListAttribute(default=list)
    place: Any = Place(null=True)
    extra = JSONAttribute(null=True)
    picture = BinaryAttribute(null=True, legacy_encoding=False)
    closed = BooleanAttribute(default=False)
    expires = TTLAttribute(null=True)
    version = VersionAttribute()
    by_views = ByViews()
    by_author = ByAuthor()


class Account(Model):
    class Meta:
        table_name = "Account"
        region = "us-east-1"
        billing_mode = "PAY_PER_REQUEST"

    owner = UnicodeAttribute(hash_key=True)
    balance = NumberAttribute()


@pytest.fixture(autouse=True)
def tables(endpoint: Endpoint) -> Iterator[None]:
    """Both tables, empty. PynamoDB keeps one connection a model, and each test has an endpoint of its own."""
    for model in (Thread, Account):
        model._connection = None
        model.create_table(wait=True)
    yield
    Thread._connection = Account._connection = None


def fill(forum: str = "DynamoDB", threads: int = 30) -> None:
    with Thread.batch_write() as batch:
        for n in range(threads):
            author = "ada" if n % 2 else "bob"
            batch.save(Thread(forum, f"t{n:02}", views=n, author=author, posted=NOON + timedelta(hours=n)))


def test_a_model_creates_describes_and_deletes_its_table() -> None:
    described = Thread.describe_table()

    assert described["TableStatus"] == "ACTIVE"
    assert [index["IndexName"] for index in described["LocalSecondaryIndexes"]] == ["by-views"]
    assert [index["IndexName"] for index in described["GlobalSecondaryIndexes"]] == ["by-author"]
    assert Thread.exists()
    Thread.delete_table()
    assert not Thread.exists()
    with pytest.raises(GetError) as refused:
        Thread.get("DynamoDB", "t00")
    assert refused.value.cause_response_code == "ResourceNotFoundException"


def test_time_to_live_is_set_on_the_models_attribute() -> None:
    answer = boto3.client("dynamodb").describe_time_to_live(TableName="Thread")

    assert answer["TimeToLiveDescription"]["AttributeName"] == "expires"


def test_what_was_saved_is_what_is_got_of_every_type() -> None:
    thread = Thread(
        "DynamoDB",
        "types",
        views=1.5,
        author="ada",
        posted=NOON,
        tags={"a", "b"},
        votes={1, -2},
        notes=["x", 1, None, {"deep": ["y"]}],
        place=Place(city="Rome", height=-0.5),
        extra={"any": [1, {"json": None}]},
        picture=b"\x00\xff",
        closed=True,
        expires=NOON + timedelta(days=1),
    )
    thread.save()

    found = Thread.get("DynamoDB", "types", consistent_read=True)

    assert found.serialize() == thread.serialize()
    assert (found.version, found.place.city, found.expires) == (1, "Rome", NOON + timedelta(days=1))


def test_an_item_that_is_not_there_does_not_exist() -> None:
    with pytest.raises(DoesNotExist):
        Thread.get("DynamoDB", "nothing")


def test_of_two_writers_with_one_version_the_second_loses() -> None:
    Thread("DynamoDB", "both").save()
    first, second = Thread.get("DynamoDB", "both"), Thread.get("DynamoDB", "both")
    first.update(actions=[Thread.views.set(7)])

    with pytest.raises(UpdateError) as refused:
        second.update(actions=[Thread.views.set(8)])
    with pytest.raises(DeleteError):
        second.delete()

    assert refused.value.cause_response_code == "ConditionalCheckFailedException"
    assert (first.version, Thread.get("DynamoDB", "both").views) == (2, 7)


def test_a_save_under_a_condition_that_fails_saves_nothing() -> None:
    Account("ada", balance=1).save(Account.owner.does_not_exist())

    with pytest.raises(PutError) as refused:
        Account("ada", balance=2).save(Account.owner.does_not_exist())

    assert refused.value.cause_response_code == "ConditionalCheckFailedException"
    assert Account.get("ada").balance == 1


def test_update_actions_of_every_kind() -> None:
    thread = Thread("DynamoDB", "t", views=1, tags={"a", "b"}, notes=["x"], author="ada", place=Place(city="Rome"))
    thread.save()

    thread.update(
        actions=[
            Thread.views.set(Thread.views + 5),
            Thread.tags.delete({"a"}),
            Thread.votes.add({3}),
            Thread.notes.set(Thread.notes.append(["y"])),
            Thread.author.remove(),
            Thread.place.city.set("Oslo"),
            Thread.closed.set(Thread.closed | True),
        ],
        condition=(Thread.views < 2) & Thread.tags.contains("b") & ~Thread.place.height.exists(),
    )

    assert (thread.views, thread.tags, thread.votes) == (6, {"b"}, {3})
    assert thread.attribute_values.get("author") is None
    assert (list(thread.notes), thread.place.city) == (["x", "y"], "Oslo")


def test_a_query_has_key_conditions_filters_order_and_limit() -> None:
    fill()

    def subjects(*arguments: Any, **more: Any) -> list[str]:
        return [thread.subject for thread in Thread.query("DynamoDB", *arguments, **more)]

    assert subjects(Thread.subject.startswith("t0"), Thread.views > 6) == ["t07", "t08", "t09"]
    assert subjects(Thread.subject.between("t05", "t07")) == ["t05", "t06", "t07"]
    assert subjects(limit=2, scan_index_forward=False) == ["t29", "t28"]
    assert subjects(None, Thread.author.is_in("bob") & (Thread.views >= 26)) == ["t26", "t28"]
    assert Thread.count("DynamoDB", Thread.subject >= "t20") == 10


def test_pages_follow_each_other_from_the_last_key() -> None:
    fill()

    first = Thread.query("DynamoDB", limit=12, page_size=5)
    begin = [thread.subject for thread in first]
    rest = [
        thread.subject for thread in Thread.query("DynamoDB", page_size=7, last_evaluated_key=first.last_evaluated_key)
    ]

    assert begin + rest == [f"t{n:02}" for n in range(30)]


def test_both_kinds_of_index_are_queried() -> None:
    fill()

    popular = Thread.by_views.query("DynamoDB", ByViews.views > 25, scan_index_forward=False)
    by_ada = Thread.by_author.query("ada", ByAuthor.posted.between(NOON, NOON + timedelta(hours=5)))

    assert [thread.views for thread in popular] == [29, 28, 27, 26]
    assert [(thread.subject, thread.views) for thread in by_ada] == [("t01", 1), ("t03", 3), ("t05", 5)]
    assert Thread.by_author.count("bob") == 15


def test_a_scan_with_a_filter_and_in_segments() -> None:
    fill()

    scanned = {thread.subject for thread in Thread.scan(Thread.views.between(3, 5) | (Thread.views == 20), page_size=4)}
    segments = [[thread.subject for thread in Thread.scan(segment=n, total_segments=3)] for n in range(3)]

    assert scanned == {"t03", "t04", "t05", "t20"}
    assert sorted(chain(*segments)) == [f"t{n:02}" for n in range(30)]


def test_a_batch_writes_deletes_and_gets() -> None:
    fill(threads=60)
    with Thread.batch_write() as batch:
        for n in range(0, 60, 2):
            batch.delete(Thread("DynamoDB", f"t{n:02}"))

    keys = [("DynamoDB", f"t{n:02}") for n in range(60)]
    assert {thread.subject for thread in Thread.batch_get(keys)} == {f"t{n:02}" for n in range(1, 60, 2)}


def test_a_transaction_is_all_or_nothing_and_says_why() -> None:
    Account("ada", balance=100).save()
    Account("bob", balance=0).save()

    def transfer(amount: int) -> None:
        with TransactWrite(
            connection=Connection("us-east-1"), client_request_token=f"transfer-{amount}"
        ) as transaction:
            transaction.update(
                Account("ada"), [Account.balance.set(Account.balance - amount)], condition=Account.balance >= amount
            )
            transaction.update(Account("bob"), [Account.balance.set(Account.balance + amount)])

    transfer(60)
    with pytest.raises(TransactWriteError) as refused:
        transfer(61)
    with TransactGet(connection=Connection("us-east-1")) as transaction:
        ada, bob = (transaction.get(Account, owner) for owner in ("ada", "bob"))

    reasons = [reason and reason.code for reason in refused.value.cancellation_reasons]
    assert reasons == ["ConditionalCheckFailed", None]
    assert (ada.get().balance, bob.get().balance) == (40, 60)


def test_refresh_reads_what_another_wrote() -> None:
    mine = Account("ada", balance=1)
    mine.save()
    Account("ada", balance=2).save()

    mine.refresh()

    assert mine.balance == 2
