"""Tasks 08.4 to 08.6: indexes that hold too much, promise too much or cost too much are refused in words that point at the mistake."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key

from dynateach.errors import CheckFailed
from dynateach.grading.check import check

SEEDS = (1, 2, 3, 4, 5)

Answer = Callable[..., Any]


def _refused(id: str, *answers: Any, seed: int = 1) -> str:
    with pytest.raises(CheckFailed) as failure:
        check(id, *answers, seed=seed)
    return str(failure.value)


# --- 08.4 ----------------------------------------------------------------------------------------------------------


def _place(table: Any, order: dict[str, Any]) -> None:
    table.put_item(Item={**order, "open_since": order["placed_at"]})


def _close_by(update: str, condition: str = "attribute_exists(open_since)", values: Any = None) -> Answer:
    """A way to close an order: that update on that condition; what fails is False."""

    def close(table: Any, id: str, closed_at: str) -> Any:
        request = {"UpdateExpression": update, "ExpressionAttributeValues": {":at": closed_at, **(values or {})}}
        if condition:
            request["ConditionExpression"] = condition
        try:
            table.update_item(Key={"id": id}, **request)
        except table.meta.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    return close


_close = _close_by("SET closed_at = :at REMOVE open_since")


def _pages(table: Any, shop: str, **options: Any) -> list[Any]:
    found, query = [], {"IndexName": "open", "KeyConditionExpression": Key("shop").eq(shop), **options}
    while True:
        page = table.query(**query)
        found += page["Items"]
        if "LastEvaluatedKey" not in page:
            return found
        query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _open_orders(table: Any, shop: str) -> Any:
    return [order["id"] for order in _pages(table, shop)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda table, order: table.put_item(Item=order), "which does this order lack?"),
        (lambda table, order: table.put_item(Item={**order, "status": "OPEN"}), "the order is not in open"),
        (lambda table, order: table.put_item(Item={**order, "open_since": "yes"}), "the order is in the wrong place"),
        (lambda table, order: table.put_item(Item={**order, "open_since": True}), "strings with something in them"),
        (
            lambda table, order: table.put_item(
                Item={"id": order["id"], "shop": order["shop"], "open_since": order["placed_at"]}
            ),
            "Store all that the order has",
        ),
        (lambda table, order: None, "place asked DynamoDB for nothing"),
    ],
)
def test_an_order_that_is_placed_wrongly_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("08.4", wrong, _close, _open_orders, seed=seed)


def _delete(table: Any, id: str, closed_at: str) -> bool:
    return "Attributes" in table.delete_item(Key={"id": id}, ReturnValues="ALL_OLD")


def _look_then_write(table: Any, id: str, closed_at: str) -> bool:
    if "open_since" not in table.get_item(Key={"id": id}, ConsistentRead=True).get("Item", {}):
        return False
    return bool(_close_by("SET closed_at = :at REMOVE open_since", "")(table, id, closed_at))


def _put_without(table: Any, id: str, closed_at: str) -> bool:
    order = table.get_item(Key={"id": id}, ConsistentRead=True).get("Item", {})
    if "open_since" not in order:
        return False
    table.put_item(Item={"id": id, "shop": order["shop"], "closed_at": closed_at})
    return True


def _crash_on_a_closed_one(table: Any, id: str, closed_at: str) -> bool:
    update = "SET closed_at = :at REMOVE open_since"
    condition = "attribute_exists(open_since)"
    values = {":at": closed_at}
    table.update_item(
        Key={"id": id}, UpdateExpression=update, ConditionExpression=condition, ExpressionAttributeValues=values
    )
    return True


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_delete, "close deleted the order"),
        (_close_by("SET closed_at = :at"), "is still in open"),
        (_close_by("SET closed_at = :at, open_since = :no", values={":no": ""}), "neither empty nor null"),
        (_close_by("SET closed_at = :at, open_since = :no", values={":no": None}), "take the attribute away"),
        (_close_by("SET closed_at = :at REMOVE shop"), "the closed order lacks shop"),
        (_close_by("SET closed_at = :at REMOVE open_since", ""), "How does the write know that it is closed already?"),
        (
            _close_by("SET closed_at = :at REMOVE open_since", "attribute_not_exists(closed_at)"),
            "update_item creates what is not there",
        ),
        (
            _close_by("SET closed_at = :at REMOVE open_since", "attribute_exists(id)"),
            "How does the write know that it is closed already?",
        ),
        (_look_then_write, "two clerks have closed the same order"),
        (_put_without, "put_item replaces the whole item"),
        (_crash_on_a_closed_one, "A condition that fails is no accident"),
        (lambda table, id, closed_at: [_close(table, id, closed_at)], "close returned a list"),
        (lambda table, id, closed_at: print(_close(table, id, closed_at)), "Does the function end in return?"),
        (lambda table, id, closed_at: not _close(table, id, closed_at), "denies that it has closed"),
        (lambda table, id, closed_at: _close(table, id, closed_at) or True, "close says that it closed an order"),
        (lambda table, id, closed_at: True, "close asked DynamoDB for nothing"),
    ],
)
def test_an_order_that_is_closed_wrongly_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("08.4", _place, wrong, _open_orders, seed=seed)


def _scan(table: Any, shop: str) -> Any:
    found = table.scan(IndexName="open", FilterExpression=Attr("shop").eq(shop))["Items"]
    return [order["id"] for order in sorted(found, key=lambda order: str(order["open_since"]))]


def _first_page(table: Any, shop: str) -> Any:
    found = table.query(IndexName="open", KeyConditionExpression=Key("shop").eq(shop))
    return [order["id"] for order in found["Items"]]


def _look_each_up(table: Any, shop: str) -> Any:
    return [table.get_item(Key={"id": id})["Item"]["id"] for id in _open_orders(table, shop)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_scan, "open_orders scans"),
        (_first_page, "A page ends at 1 MB"),
        (_look_each_up, "open_orders reads the table"),
        (
            lambda table, shop: [one["id"] for one in _pages(table, shop, ScanIndexForward=False)],
            "Which way does a Query go",
        ),
        (lambda table, shop: _open_orders(table, shop) + _open_orders(table, shop), "lists too many"),
        (lambda table, shop: [_open_orders(table, shop) for _ in range(2)][1], "reads entries more than once"),
        (lambda table, shop: _pages(table, shop), "Return a list of ids"),
        (lambda table, shop: print(_open_orders(table, shop)), "Does the function end in return?"),
        (lambda table, shop: _open_orders(table, "north"), "Ask it for this shop"),
        (lambda table, shop: [], "open_orders asked DynamoDB for nothing"),
    ],
)
def test_a_wrong_list_of_open_orders_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("08.4", _place, _close, wrong, seed=seed)


def _place_with_an_update(table: Any, order: dict[str, Any]) -> None:
    rest = {name: value for name, value in {**order, "open_since": order["placed_at"]}.items() if name != "id"}
    table.update_item(
        Key={"id": order["id"]},
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in rest),
        ExpressionAttributeNames={f"#{name}": name for name in rest},
        ExpressionAttributeValues={f":{name}": value for name, value in rest.items()},
    )


def _look_then_ask(table: Any, id: str, closed_at: str) -> bool:
    if "open_since" not in table.get_item(Key={"id": id}).get("Item", {}):
        return False
    return bool(_close(table, id, closed_at))


def _open_orders_in_small_pages(table: Any, shop: str) -> Any:
    return tuple(order["id"] for order in _pages(table, shop, Limit=2, ProjectionExpression="id"))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("place", "close", "listing"),
    [
        (_place_with_an_update, _look_then_ask, _open_orders_in_small_pages),
        (
            lambda table, order: table.put_item(
                Item={**order, "open_since": order["placed_at"], "state": "open"},
                ConditionExpression="attribute_not_exists(id)",
            ),
            _close_by("SET closed_at = :at, closed_by = :by REMOVE open_since", values={":by": "ada"}),
            _open_orders,
        ),
        (
            _place,
            _close_by(
                "SET closed_at = :at REMOVE open_since", "attribute_exists(id) AND attribute_not_exists(closed_at)"
            ),
            _open_orders,
        ),
    ],
)
def test_an_index_of_what_is_open_may_be_kept_in_other_ways(
    place: Answer, close: Answer, listing: Answer, seed: int
) -> None:
    check("08.4", place, close, listing, seed=seed)


# --- 08.5 ----------------------------------------------------------------------------------------------------------


def _person(id: str, email: str) -> dict[str, str]:
    return {"id": id, "email": email}


def _address(id: str, email: str) -> dict[str, str]:
    return {"id": f"email#{email}", "owner": id}


def _put(table: Any, item: dict[str, str], condition: str = "attribute_not_exists(id)") -> dict[str, Any]:
    guard = {"ConditionExpression": condition} if condition else {}
    return {"Put": {"TableName": table.name, "Item": item, **guard}}


def _together(table: Any, *puts: dict[str, Any]) -> bool:
    try:
        table.meta.client.transact_write_items(TransactItems=list(puts))
    except table.meta.client.exceptions.TransactionCanceledException:
        return False
    return True


def _sign_up(table: Any, id: str, email: str) -> bool:
    return _together(table, _put(table, _person(id, email)), _put(table, _address(id, email)))


def _alone(table: Any, item: dict[str, str]) -> bool:
    try:
        table.put_item(Item=item, ConditionExpression="attribute_not_exists(id)")
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def _is_free(table: Any, email: str) -> bool:
    return not table.query(IndexName="by-email", KeyConditionExpression=Key("email").eq(email))["Count"]


def _ask_then_put(table: Any, id: str, email: str) -> bool:
    if not _is_free(table, email):
        return False
    table.put_item(Item=_person(id, email))
    return True


def _ask_then_put_both(table: Any, id: str, email: str) -> bool:
    if not _is_free(table, email):
        return False
    return _together(table, _put(table, _person(id, email)), _put(table, _address(id, email), ""))


def _ask_strongly(table: Any, id: str, email: str) -> bool:
    condition = Key("email").eq(email)
    return not table.query(IndexName="by-email", KeyConditionExpression=condition, ConsistentRead=True)["Count"]


def _read_then_put(*ids: str) -> Answer:
    """A sign-up that looks whether these items are there, in that order."""

    def sign_up(table: Any, id: str, email: str) -> bool:
        for one in ids:
            if "Item" in table.get_item(Key={"id": one.format(id=id, email=email)}, ConsistentRead=True):
                return False
        return _together(table, _put(table, _person(id, email), ""), _put(table, _address(id, email), ""))

    return sign_up


def _one_after_the_other(table: Any, id: str, email: str) -> bool:
    return _alone(table, _address(id, email)) and _alone(table, _person(id, email))


def _and_undone(table: Any, id: str, email: str) -> bool:
    if not _alone(table, _address(id, email)):
        return False
    if not _alone(table, _person(id, email)):
        table.delete_item(Key={"id": f"email#{email}"})
        return False
    return True


def _crash_if_taken(table: Any, id: str, email: str) -> bool:
    puts = [_put(table, _person(id, email)), _put(table, _address(id, email))]
    table.meta.client.transact_write_items(TransactItems=puts)
    return True


def _in_wire_form(table: Any, id: str, email: str) -> bool:
    person = {"id": {"S": id}, "email": {"S": email}}
    return _together(table, {"Put": {"TableName": table.name, "Item": person}})


def _batched(table: Any, id: str, email: str) -> bool:
    if not _is_free(table, email):
        return False
    with table.batch_writer() as batch:
        batch.put_item(Item=_person(id, email))
        batch.put_item(Item=_address(id, email))
    return True


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_ask_then_put, "the index had not heard of the other account"),
        (_ask_then_put_both, "have the same address"),
        (_batched, "have the same address"),
        (_ask_strongly, "no strongly consistent reads"),
        (_read_then_put("{id}", "email#{email}"), "of somebody else was replaced"),
        (_read_then_put("email#{email}", "{id}"), "have the same address"),
        (_one_after_the_other, "the address is taken for ever"),
        (_and_undone, "sign_up writes in two requests"),
        (_crash_if_taken, "is no accident"),
        (_in_wire_form, "it names the reasons"),
        (
            lambda table, id, email: _together(
                table, _put(table, _person(id, email), ""), _put(table, _address(id, email))
            ),
            "A put replaces whoever is there",
        ),
        (
            lambda table, id, email: _together(
                table, _put(table, _person(id, email)), _put(table, _address(id, email), "")
            ),
            "It looks at the item with the same key",
        ),
        (
            lambda table, id, email: _together(
                table,
                *(_put(table, one(id, email), "attribute_not_exists(email)") for one in (_person, _address)),
            ),
            "which attribute has it for certain?",
        ),
        (lambda table, id, email: _alone(table, _person(id, email)), "have the same address"),
        (lambda table, id, email: _together(table, _put(table, _address(id, email))), "the account is not complete"),
        (lambda table, id, email: _sign_up(table, id, email) and None, "Does the function end in return?"),
        (lambda table, id, email: not _is_free(table, email), "Somebody has that address already"),
        (lambda table, id, email: not _sign_up(table, id, email), "sign_up says yes to what is taken"),
        (lambda table, id, email: _sign_up(table, id, email) and False, "sign_up says no, and stored the person"),
        (lambda table, id, email: True, "sign_up asked DynamoDB for nothing"),
    ],
)
def test_a_sign_up_that_is_not_safe_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("08.5", wrong, seed=seed)


def _ask_first(table: Any, id: str, email: str) -> bool:
    return _is_free(table, email) and _sign_up(table, id, email)


def _look_at_the_items_first(table: Any, id: str, email: str) -> bool:
    taken = [table.get_item(Key={"id": one}, ConsistentRead=True) for one in (id, f"email#{email}")]
    return not any("Item" in answer for answer in taken) and _sign_up(table, id, email)


def _with_more_attributes(table: Any, id: str, email: str) -> bool:
    address = {**_address(id, email), "kind": "address"}
    person = {**_person(id, email), "kind": "person"}
    return _together(table, _put(table, address), _put(table, person))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("sign_up", [_sign_up, _ask_first, _look_at_the_items_first, _with_more_attributes])
def test_a_sign_up_may_look_first_and_store_more(sign_up: Answer, seed: int) -> None:
    check("08.5", sign_up, seed=seed)


# --- 08.6 ----------------------------------------------------------------------------------------------------------

TYPES = {"id": "S", "product": "S", "user": "S", "rating": "N", "written": "S", "rank": "S", "likes": "N"}
SHOWN = ("product", "user", "rating", "written", "title")


def _keys(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": "RANGE" if place else "HASH"} for place, name in enumerate(names)]


def _index(name: str, *keys: str, shows: Sequence[str] = SHOWN, kind: str = "INCLUDE") -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": kind}
    if kind == "INCLUDE":
        projection["NonKeyAttributes"] = [one for one in shows if one not in keys]
    return {"IndexName": name, "KeySchema": _keys(*keys), "Projection": projection}


PRODUCTS = _index("by-product", "product", "rating", "written")
USERS = _index("by-user", "user", "written")


def _create_with(*indexes: dict[str, Any], table: str = "reviews", keys: Sequence[str] = ("id",)) -> Answer:
    """A way to create the table with these indexes."""

    def create(dynamodb: Any) -> None:
        named = {one["AttributeName"] for index in indexes for one in index["KeySchema"]} | set(keys)
        dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=_keys(*keys),
            AttributeDefinitions=[{"AttributeName": one, "AttributeType": TYPES[one]} for one in sorted(named)],
            GlobalSecondaryIndexes=list(indexes),
        )

    return create


_create = _create_with(PRODUCTS, USERS)


def _save(table: Any, review: dict[str, Any]) -> None:
    table.put_item(Item=review)


def _save_ranked(table: Any, review: dict[str, Any]) -> None:
    table.put_item(Item={**review, "rank": f"{review['rating']}#{review['written']}"})


def _top(index: str, key: str, **options: Any) -> Answer:
    """A page that reads an index backwards as far as it needs."""

    def page(table: Any, of: str, count: int) -> Any:
        query = {"ScanIndexForward": False, "Limit": count, **options}
        return table.query(IndexName=index, KeyConditionExpression=Key(key).eq(of), **query)["Items"]

    return page


_best, _latest = _top("by-product", "product"), _top("by-user", "user")


def _sorted_afterwards(table: Any, product: str, count: int) -> Any:
    found = table.query(IndexName="by-product", KeyConditionExpression=Key("product").eq(product))["Items"]
    return sorted(found, key=lambda one: (one["rating"], str(one["written"])), reverse=True)[:count]


def _scanned(table: Any, product: str, count: int) -> Any:
    found = table.scan(FilterExpression=Attr("product").eq(product))["Items"]
    return sorted(found, key=lambda one: (one["rating"], str(one["written"])), reverse=True)[:count]


def _looked_up(table: Any, product: str, count: int) -> Any:
    return [table.get_item(Key={"id": one["id"]})["Item"] for one in _best(table, product, count)]


def _save_by_product(table: Any, review: dict[str, Any]) -> None:
    table.put_item(Item=review)
    table.put_item(Item={**review, "id": f"product#{review['id']}"})


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"create": _create_with(PRODUCTS, USERS, table="review")}, 'a table of the name "reviews"'),
        ({"create": _create_with(PRODUCTS, USERS, keys=("id", "written"))}, "the table's own key is id alone"),
        ({"create": _create_with(PRODUCTS)}, "Does create make a global index of that name"),
        ({"create": _create_with(PRODUCTS, _index("by-user", "user", "rating"))}, "what is the sort key?"),
        (
            {"create": _create_with(_index("by-product", "product", "rating"), USERS)},
            "What besides the rating must the index be sorted by?",
        ),
        (
            {"create": _create_with(_index("by-product", "product", "written", "rating"), USERS)},
            "what is the sort key?",
        ),
        (
            {"create": _create_with(_index("by-product", "product", "written"), USERS), "best": _sorted_afterwards},
            "was read in full",
        ),
        ({"best": _sorted_afterwards}, "was read in full"),
        ({"best": _scanned}, "best scans"),
        ({"best": _looked_up}, "best reads the table too"),
        (
            {"create": _create_with(_index("by-product", "product", "rating", "written", kind="KEYS_ONLY"), USERS)},
            "Which attributes does the page show?",
        ),
        (
            {"create": _create_with(_index("by-product", "product", "rating", "written", kind="ALL"), USERS)},
            "the text is most of a review",
        ),
        (
            {"create": _create_with(PRODUCTS, _index("by-user", "user", "written", shows=(*SHOWN, "likes")))},
            "Does a page show the likes?",
        ),
        (
            {"create": _create_with(PRODUCTS, USERS, _index("by-rating", "rating", "written", kind="KEYS_ONLY"))},
            "Which of them serves no page?",
        ),
        ({"best": _top("by-product", "product", ScanIndexForward=True)}, "from small to large"),
        ({"latest": _top("by-user", "user", ScanIndexForward=True)}, "from small to large"),
        ({"best": _top("by-product", "product", Limit=1)}, "As many as are asked for"),
        ({"best": lambda *asked: [one["id"] for one in _best(*asked)]}, "not a list of items"),
        ({"latest": lambda *asked: print(_latest(*asked))}, "Does the function end in return?"),
        ({"save": _save_by_product}, "One put of the review is all there is to do"),
        (
            {"save": lambda table, review: table.put_item(Item={**review, "rating": str(review["rating"])})},
            "the type that",
        ),
        (
            {"save": lambda table, review: table.put_item(Item={name: review[name] for name in ("id", *SHOWN)})},
            "save did not store text, likes",
        ),
        ({"best": lambda table, product, count: []}, "best asked DynamoDB for nothing"),
        ({"create": lambda dynamodb: None}, 'a table of the name "reviews"'),
    ],
)
def test_a_design_that_is_wrong_or_dear_is_refused(wrong: dict[str, Answer], words: str, seed: int) -> None:
    design = {"create": _create, "save": _save, "best": _best, "latest": _latest, **wrong}

    assert words in _refused("08.6", *design.values(), seed=seed)


def test_a_design_is_shown_to_fail_on_a_few_reviews() -> None:
    create = _create_with(_index("by-product", "product", "rating"), USERS)
    message = _refused("08.6", create, _save, _best, _latest)

    assert "best(table, 'lamp', 4)" in message
    assert "PageRead" in message


def _create_step_by_step(dynamodb: Any) -> None:
    key = [{"AttributeName": "id", "AttributeType": "S"}]
    table = dynamodb.create_table(
        TableName="reviews", BillingMode="PAY_PER_REQUEST", KeySchema=_keys("id"), AttributeDefinitions=key
    )
    for index in (PRODUCTS, USERS):
        names = [one["AttributeName"] for one in index["KeySchema"]]
        types = [{"AttributeName": one, "AttributeType": TYPES[one]} for one in names]
        table.update(AttributeDefinitions=types, GlobalSecondaryIndexUpdates=[{"Create": index}])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "other",
    [
        {"create": _create_with(_index("by-product", "product", "rank"), USERS), "save": _save_ranked},
        {"create": _create_step_by_step},
        {
            "create": _create_with(PRODUCTS, _index("by-user", "user", "written", "rating")),
            "latest": _top(
                "by-user",
                "user",
                ProjectionExpression="id, product, #u, rating, written, title",
                ExpressionAttributeNames={"#u": "user"},
            ),
        },
        {"best": lambda table, product, count: tuple(_best(table, product, count))},
    ],
)
def test_a_good_design_may_look_otherwise(other: dict[str, Answer], seed: int) -> None:
    design = {"create": _create, "save": _save, "best": _best, "latest": _latest, **other}

    check("08.6", *design.values(), seed=seed)
