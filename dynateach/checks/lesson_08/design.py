"""Task 08.6: the indexes of a table of reviews, with what writes to it and the two pages that read it. The design runs."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from dynateach.checks.lesson_08 import orders
from dynateach.checks.lesson_08.orders import ask, pages, stored
from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, Item, is_item, wire_form
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task, fewer
from dynateach.drawing.captions import count
from dynateach.errors import ServiceError
from dynateach.profile import Delay
from dynateach.randomness import Randomness, Stream
from dynateach.trace import Event, IndexWritten, ItemRead, ItemWritten

TABLE = "reviews"
CREATE, SAVE, BEST, LATEST = "create", "save", "best", "latest"
PRODUCTS, USERS = ("lamp", "chair", "table"), ("ada", "ben", "cleo")
SHOWN = "id", "product", "user", "rating", "written", "title"
"""What a page shows of a review."""
PAGES = 2
"""How many pages there are to serve: none of them is worth more than one index."""


class Day(NamedTuple):
    """The reviews that are saved, and which page is asked for: best or latest, of what, how many."""

    seed: int
    reviews: tuple[Item, ...]
    page: str
    of: str
    most: int


def _inputs(seed: int) -> Iterator[Day]:
    """Two reviews; some, with equal ratings; many; a product and a user without any."""
    chance = Randomness(seed).stream("08.6")
    two = (_review(chance, 1, "lamp", "ada", 3), _review(chance, 2, "lamp", "ada", 5))
    some = tuple(_review(chance, 10 + i, "lamp", "ada", (4, 5, 4, 5, 1, 4)[i]) for i in range(6))
    many = tuple(_review(chance, 30 + i) for i in range(60))
    yield Day(seed, two, BEST, "lamp", 1)
    yield Day(seed, two, LATEST, "ada", 1)
    yield Day(seed, tuple(chance.shuffled(some)), BEST, "lamp", 4)
    yield Day(seed, tuple(chance.shuffled(some)), LATEST, "ada", 4)
    shuffled = tuple(chance.shuffled(many))
    yield Day(seed, shuffled, BEST, chance.pick(PRODUCTS), 10)
    yield Day(seed, shuffled, LATEST, chance.pick(USERS), 10)
    yield Day(seed, two, BEST, "sofa", 10)
    yield Day(seed, two, LATEST, "nobody", 10)


def _review(chance: Stream, number: int, product: str = "", user: str = "", rating: int = 0) -> Item:
    return {
        "id": f"r{number}",
        "product": product or chance.pick(PRODUCTS),
        "user": user or chance.pick(USERS),
        "rating": rating or 1 + chance.below(5),
        "written": f"{orders.day(number)}T{chance.below(24):02}:{chance.below(60):02}",
        "title": f"Review number {number}",
        "text": "Well made. " * (120 + chance.below(100)),
        "likes": 0,
    }


def _smaller(day: Day) -> Iterator[Day]:
    return (day._replace(reviews=reviews) for reviews in fewer(day.reviews))


def _prepare(day: Day) -> Case:
    lab = orders.lab(day.seed, index_lag=Delay())
    table = Boto3(TABLE)
    steps = (
        Call(CREATE, (Boto3(shown="dynamodb"),)),
        *(Call(SAVE, (table, review)) for review in day.reviews),
        Call(day.page, (table, day.of, day.most)),
    )
    return Case(lab, steps, day, requests=40)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    return (
        _fault_of_table(case)
        or _fault_of_saving(case, replies)
        or _fault_of_page(case, replies[-1])
        or _fault_of_reading(case, replies[-1])
        or _fault_of_upkeep(case, replies)
        or _fault_of_likes(case)
    )


def _fault_of_table(case: Case) -> Fault | None:
    what, expected = (
        f"there is no table {TABLE!r} with the key id",
        f"a table {TABLE!r} with the partition key id, a string",
    )
    why = 'dynamodb.create_table(TableName="reviews", …) makes it; the table\'s own key is id alone.'
    try:
        with case.lab.trace.paused():
            table = ask(case.lab, TABLE, "DescribeTable")["Table"]
    except ServiceError:
        return Fault(what, expected, why, step=0)
    if table["KeySchema"] != [{"AttributeName": "id", "KeyType": "HASH"}]:
        return Fault(what, expected, why, step=0, got=f"KeySchema = {show(table['KeySchema'])}")
    return None


def _fault_of_saving(case: Case, replies: Sequence[Reply]) -> Fault | None:
    for step, review in enumerate(case.input.reviews, 1):
        writes = [event for event in replies[step].events if isinstance(event, ItemWritten)]
        kept = stored(case.lab, TABLE, review["id"])
        lost = [name for name, value in review.items() if kept.get(name) != value]
        if lost:
            why = "Store all that the review has, under the names that it has. More attributes are welcome."
            return Fault(
                f"save did not store {', '.join(lost)}", show(review), why, step=step, got=f"stored: {show(kept)}"
            )
        if len(writes) > 1:
            why = "An index is kept up by DynamoDB. One put of the review is all there is to do."
            return Fault(f"save wrote {len(writes)} items", "one item for each review", why, step=step)
    return None


def _wanted(day: Day) -> list[Item]:
    if day.page == BEST:
        mine = [review for review in day.reviews if review["product"] == day.of]
        mine.sort(key=lambda review: (review["rating"], review["written"]), reverse=True)
    else:
        mine = [review for review in day.reviews if review["user"] == day.of]
        mine.sort(key=lambda review: str(review["written"]), reverse=True)
    return [{name: review[name] for name in SHOWN} for review in mine[: day.most]]


def _fault_of_page(case: Case, reply: Reply) -> Fault | None:
    day, value, wanted = case.input, reply.value, _wanted(case.input)
    ids = [review["id"] for review in wanted]
    expected = f"{count(len(wanted), 'review')}: {show(ids, 100)}"
    if not isinstance(value, (list, tuple)) or not all(is_item(one) for one in value):
        why = NO_RETURN if value is None else "Return a list of items."
        return Fault(f"{day.page} returned {kind(value)}, not a list of items", expected, why)
    if not reply.events:
        return Fault(
            f"{day.page} asked DynamoDB for nothing", "a Query of an index", "Ask the table that the function is given."
        )
    given = [one.get("id") for one in value]
    got = f"{count(len(given), 'review')}: {show(given, 100)}"
    if given != ids:
        return Fault(f"{day.page} shows other reviews", expected, _why_others(day, given, wanted), got=got)
    for one, right in zip(value, wanted, strict=True):
        if lacking := [name for name in SHOWN if one.get(name) != right[name]]:
            why = "An index answers with what it projects. Which attributes does the page show?"
            return Fault(f"{day.page} does not show {', '.join(lacking)}", show(right), why, got=show(one))
    return None


def _why_others(day: Day, given: list[Any], wanted: list[Item]) -> str:
    by_id = {review["id"]: review for review in day.reviews}
    shown = [by_id[id] for id in given if isinstance(id, str) and id in by_id]
    if len(shown) != len(given) or len(set(map(str, given))) != len(given):
        return "Each review once, and none that nobody saved."
    if any(review["product" if day.page == BEST else "user"] != day.of for review in shown):
        return "Only what was asked for: the partition key of an index chooses it."
    if len(given) != len(wanted):
        return "As many as are asked for, or all there are."
    if day.page == BEST and [review["rating"] for review in shown] == [review["rating"] for review in wanted]:
        return "Among equal ratings the newest comes first. What besides the rating must the index be sorted by?"
    if day.page == BEST and shown[0]["rating"] >= wanted[0]["rating"]:
        return "The best first: by rating, then by date. What is the index sorted by, in which order?"
    return (
        "A Query goes through the sort key from small to large, unless it is told otherwise. And what is the sort key?"
    )


def _fault_of_reading(case: Case, reply: Reply) -> Fault | None:
    day, read = case.input, pages(reply.events)
    page = day.page
    if any(one.operation == "Scan" for one in read):
        why = "A Scan reads all reviews of all products. An index can have those of one together."
        return Fault(f"{page} scans", "a Query of an index", why)
    if any(isinstance(one, ItemRead) or not one.index_name for one in _reads(reply.events)):
        why = "A read of the table for each review costs more than the page itself. What must the index hold, so that it is enough?"
        return Fault(f"{page} reads the table too", "a page that comes from the index alone", why)
    examined = sum(one.examined for one in read)
    if examined > day.most:
        why = "What is sorted or cut afterwards was read in full. In an index that has the page's order the first entries are enough."
        return Fault(
            f"{page} read {examined} entries to show {day.most}", f"{count(day.most, 'entry', 'entries')} at most", why
        )
    return None


def _reads(events: Sequence[Event]) -> list[Any]:
    return [*pages(events), *(event for event in events if isinstance(event, ItemRead))]


def _fault_of_upkeep(case: Case, replies: Sequence[Reply]) -> Fault | None:
    for step in range(1, len(replies) - 1):
        written = [event for event in replies[step].events if isinstance(event, IndexWritten)]
        if len(written) > PAGES:
            why = "Every index makes every write dearer. Which of them serves no page?"
            return Fault(
                f"a review is written to {len(written)} indexes", f"at most {PAGES}: one for each page", why, step=step
            )
        units = sum(event.units for event in written)
        if units > PAGES:
            why = "An index pays for its entry's size, and the text is most of a review. Does a page show it?"
            return Fault(
                f"saving a review consumes {units:g} write units on the indexes", f"at most {PAGES}", why, step=step
            )
    return None


def _fault_of_likes(case: Case) -> Fault | None:
    """Somebody likes the first review, as other code of the shop does it."""
    change = {"UpdateExpression": "ADD likes :one", "ExpressionAttributeValues": wire_form({":one": 1})}
    before = len(case.lab.trace)
    ask(case.lab, TABLE, "UpdateItem", Key=wire_form({"id": case.input.reviews[0]["id"]}), **change)
    events = list(case.lab.trace)[before:]
    written = [event for event in events if isinstance(event, IndexWritten)]
    if not written:
        return None
    why = "An index must be told of every change to what it projects. Does a page show the likes?"
    return Fault(
        f"a like costs {count(len(written), 'index write')}",
        "none: a review is liked a thousand times as often as it is written",
        why,
        step=0,
        got="the table; then somebody liked a review",
        trace=events,
    )


_NO_TABLE = 'create must make a table of the name "reviews", with the partition key id, and the indexes that you query.'
_NO_INDEX = (
    "Does create make a global index of that name, and with the keys that you ask for? Each key of a table or an index stands in "
    "AttributeDefinitions, and nothing else does."
)

TASK = Task(
    id="08.6",
    title="An index for each page",
    points=2,
    answers=(CREATE, SAVE, BEST, LATEST),
    hints=(
        "One index for each page: its partition key is what the page is of, its sort key the page's order. It holds what the page shows.",
        "best: partition key product; sort by rating, then written: two RANGE attributes (in this order), or one that save glues together, such as "
        "rating#written. latest: partition key user, sort key written. Both INCLUDE what the page shows; both are read backwards, with Limit.",
        '{"IndexName": "by-product", "KeySchema": [{"AttributeName": "product", "KeyType": "HASH"}, {"AttributeName": "rating", "KeyType": "RANGE"}, '
        '{"AttributeName": "written", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["user", "title"]}}; '
        "table.query(IndexName=…, KeyConditionExpression=…, ScanIndexForward=False, Limit=count)",
    ),
    learnt="A page that is read often gets an index in its own order, as lean as it can be: the page is cheap, and so is each write.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    smaller=_smaller,
    raised={
        (SAVE, "ResourceNotFoundException"): _NO_TABLE,
        (BEST, "ResourceNotFoundException"): _NO_TABLE,
        (LATEST, "ResourceNotFoundException"): _NO_TABLE,
        (CREATE, "ClientError"): _NO_INDEX,
        (
            SAVE,
            "ClientError",
        ): "An attribute that is a key of an index must have the type that AttributeDefinitions gives it.",
        (BEST, "ClientError"): _NO_INDEX,
        (LATEST, "ClientError"): _NO_INDEX,
    },
)
