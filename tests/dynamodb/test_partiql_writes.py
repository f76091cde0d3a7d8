"""INSERT, UPDATE and DELETE: what they change, return and refuse."""

from typing import Any

import pytest

from dynateach import Lab, ServiceError
from dynateach.trace import WriteRefused
from tests.partiql import AURORA, BOOTS, SONGS, ZETA, invalid, items, python, refused, run, songs, wire

FAILED = ("ConditionalCheckFailedException", "The conditional request failed")


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    songs(lab)
    return lab


def _all(lab: Lab) -> list[dict[str, Any]]:
    return sorted(items(lab, "SELECT * FROM songs"), key=lambda song: (song["artist"], song["song"]))


def _song(lab: Lab, artist: str, song: str) -> Any:
    found = lab.request("dynamodb", "GetItem", {"TableName": "songs", "Key": wire({"artist": artist, "song": song})})
    return python(found["Item"]) if "Item" in found else None


# INSERT


def test_insert_puts_a_map_as_an_item(lab: Lab) -> None:
    answer = run(
        lab,
        """INSERT INTO "songs" VALUE {'artist': 'New', 'song': ?, 'n': -1.50, 'live': FALSE, 'note': NULL,
        'takes': [1, 'x', []], 'stats': {'a b': {}}, 'tags': <<'p', 'q'>>, 'years': <<1, 2>>}""",
        "it's",
    )

    assert answer["Items"] == []
    assert _song(lab, "New", "it's") == {
        "artist": "New",
        "song": "it's",
        "n": -1.5,
        "live": False,
        "note": None,
        "takes": [1, "x", []],
        "stats": {"a b": {}},
        "tags": {"p", "q"},
        "years": {1, 2},
    }


def test_a_parameter_may_be_the_whole_item(lab: Lab) -> None:
    run(lab, "INSERT INTO songs VALUE ?", {"artist": "New", "song": "One"})

    assert _song(lab, "New", "One") == {"artist": "New", "song": "One"}


def test_insert_never_replaces_an_item(lab: Lab) -> None:
    assert refused(lab, "INSERT INTO songs VALUE {'artist': 'Acme', 'song': 'Boots'}") == (
        "DuplicateItemException",
        "Duplicate primary key exists in table",
    )
    assert _song(lab, "Acme", "Boots") == BOOTS
    assert [event.units for event in lab.trace.of(WriteRefused)] == [1.0]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("{'artist': 'New'}", "One or more parameter values were invalid: Missing the key song in the item"),
        (
            "{'artist': 5, 'song': 's'}",
            "One or more parameter values were invalid: Type mismatch for key artist expected: S actual: N",
        ),
        (
            "{'artist': 'New', 'song': 's', 'label': 5}",
            "One or more parameter values were invalid: "
            "Type mismatch for Index Key label Expected: S Actual: N IndexName: by_label",
        ),
        ("{'artist': 'New', 'song': 's', 'x': <<>>}", "Empty bags are not supported"),
        (
            "{'artist': 'New', 'song': 's', 'x': <<1, 2, 1.0>>}",
            "One or more parameter values were invalid: Input collection [1, 2, 1.0] contains duplicates.",
        ),
        (
            "{'artist': 'New', 'song': 's', 'x': <<1, 'a'>>}",
            "An operand in the update expression has an incorrect data type",
        ),
        (
            "{'artist': 'New', 'song': 's', 'x': 1e126}",
            "Number overflow. Attempting to store a number with magnitude larger than supported range under root",
        ),
        (
            "{'artist': 'New', 'song': 's', 'x': {'y': [1, 1e-131]}}",
            "Number underflow. Attempting to store a number with magnitude smaller than supported range under root.y[1]",
        ),
        (
            "{'artist': 'New', 'song': 's', 'x': upper('a')}",
            "Unsupported data type: upper under key root at 1:61:5",
        ),
    ],
)
def test_insert_takes_only_what_is_an_item_of_the_table(lab: Lab, value: str, text: str) -> None:
    assert invalid(lab, f"INSERT INTO songs VALUE {value}") == text
    assert _all(lab) == list(SONGS)


# UPDATE


def test_update_sets_and_removes(lab: Lab) -> None:
    run(
        lab,
        """UPDATE songs SET "year" = "year" + 1, stats.plays = 10 - stats.plays, label = song
        REMOVE tags SET stats."in".fr = ? WHERE artist = 'Acme' AND song = 'Aurora'""",
        5,
    )

    changed = {**AURORA, "year": 2002, "stats": {"plays": 3, "in": {"de": 3, "fr": 5}}, "label": "Aurora"}
    del changed["tags"]
    assert _song(lab, "Acme", "Aurora") == changed


@pytest.mark.parametrize(
    ("clause", "attribute", "value"),
    [
        ("SET takes = list_append(takes, ['four'])", "takes", ["one", "two", 3, "four"]),
        ("SET takes[0] = 'first'", "takes", ["first", "two", 3]),
        ("SET takes[9] = 'last'", "takes", ["one", "two", 3, "last"]),
        ("REMOVE takes[1]", "takes", ["one", 3]),
        ("SET moods = set_add(moods, <<'calm'>>)", "moods", {"calm"}),
        ("SET fresh = if_not_exists(fresh, 1)", "fresh", 1),
        ("SET copied = label", "copied", "Indigo"),
        ("SET below = -1", "below", -1),
    ],
)
def test_update_knows_the_functions_of_updates(lab: Lab, clause: str, attribute: str, value: Any) -> None:
    run(lab, f"UPDATE songs {clause} WHERE artist = 'Acme' AND song = 'Boots'")

    assert _song(lab, "Acme", "Boots") == {**BOOTS, attribute: value}


def test_sets_grow_and_shrink_until_nothing_is_left(lab: Lab) -> None:
    def tags(change: str, *parameters: Any) -> Any:
        where = "artist = 'Acme' AND song = 'Aurora'"
        (song,) = items(lab, f"UPDATE songs SET tags = {change} WHERE {where} RETURNING ALL NEW *", *parameters)
        return song.get("tags")

    assert tags("set_add(tags, <<'loud'>>)") == {"calm", "long", "loud"}
    assert tags("set_delete(tags, ?)", {"calm", "none"}) == {"long", "loud"}
    assert tags("set_delete(tags, <<'long', 'loud'>>)") is None


def test_the_values_of_an_update_are_all_read_before_anything_is_written(lab: Lab) -> None:
    run(lab, "UPDATE songs SET label = song, takes = ['new'], earlier = takes WHERE artist = 'Acme' AND song = 'Boots'")

    assert _song(lab, "Acme", "Boots")["earlier"] == BOOTS["takes"]


def test_an_update_may_begin_with_from(lab: Lab) -> None:
    run(lab, "FROM songs WHERE artist = 'Acme' AND song = 'Boots' SET label = 'Other' REMOVE takes")

    assert _song(lab, "Acme", "Boots") == {"artist": "Acme", "song": "Boots", "year": 1999, "label": "Other"}


def test_update_never_makes_an_item(lab: Lab) -> None:
    assert refused(lab, "UPDATE songs SET live = true WHERE artist = 'New' AND song = 'One'") == FAILED
    assert _all(lab) == list(SONGS)


def test_what_the_where_says_besides_the_key_is_a_condition(lab: Lab) -> None:
    update = "UPDATE songs SET live = true WHERE 'Acme' = artist AND (song = 'Boots' AND {})"

    assert refused(lab, update.format("label = 'Umber'")) == FAILED
    assert refused(lab, update.format("(label = 'Umber' OR size(takes) > 3)")) == FAILED
    assert _song(lab, "Acme", "Boots") == BOOTS
    run(lab, update.format("(label = 'Umber' OR size(takes) = 3)"))
    assert _song(lab, "Acme", "Boots") == {**BOOTS, "live": True}


@pytest.mark.parametrize("write", ["UPDATE songs SET live = true", "DELETE FROM songs"])
def test_a_failed_condition_shows_the_item_if_asked(lab: Lab, write: str) -> None:
    statement = f"{write} WHERE artist = 'Zeta' AND song = 'Boots' AND live = true"

    with pytest.raises(ServiceError) as caught:
        lab.request(
            "dynamodb",
            "ExecuteStatement",
            {"Statement": statement, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"},
        )

    assert caught.value.fields["Item"]["live"] == {"BOOL": False}


@pytest.mark.parametrize(
    ("returning", "shown"),
    [
        ("", []),
        ("RETURNING ALL OLD *", [BOOTS]),
        ("RETURNING ALL NEW *", [{**BOOTS, "label": "Onyx", "takes": ["a", "two"], "live": True}]),
        ("returning modified old *", [{"label": "Indigo", "takes": ["one", 3]}]),
        ("RETURNING MODIFIED NEW *", [{"label": "Onyx", "takes": ["a"], "live": True}]),
    ],
)
def test_returning_shows_an_image_of_the_item_or_what_was_written_of_it(
    lab: Lab, returning: str, shown: list[dict[str, Any]]
) -> None:
    update = "UPDATE songs SET label = 'Onyx', takes[0] = 'a', live = true REMOVE takes[2]"

    assert items(lab, f"{update} WHERE artist = 'Acme' AND song = 'Boots' {returning}") == shown


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        ("SET artist = 'x'", "One or more parameter values were invalid: Cannot update attribute artist. This attribute is part of the key"),
        ("SET a = nowhere", "The provided expression refers to an attribute that does not exist in the item"),
        ("SET a = label + 1", "An operand in the update expression has an incorrect data type"),
        ("SET nowhere.a = 1", "The document path provided in the update expression is invalid for update"),
        ("SET takes = set_add(takes, <<'x'>>)", "An operand in the update expression has an incorrect data type"),
        ("SET a = set_add(a)", "SET_ADD must have exactly two arguments at 1:22:7"),
        ("SET a = set_delete(b, <<'x'>>)", "The first argument to SET_DELETE must equal the assignment value at 1:22:10"),
        ("SET a = set_add(a, 'x')", "The second argument to SET_ADD must be a value with type SET at 1:30:1"),
        ("SET a = upper(b)", "Unrecognized function: upper at 1:22:5"),
        ("SET a = b * 2", "Unsupported operation: Times"),
        (
            "SET a = 1, a = 2",
            "Two document paths overlap with each other; "
            "must remove or rewrite one of these paths; path one: [a], path two: [a]",
        ),
    ],
)  # fmt: skip
def test_an_update_that_does_not_fit_changes_nothing(lab: Lab, clause: str, text: str) -> None:
    assert invalid(lab, f"UPDATE songs {clause} WHERE artist = 'Acme' AND song = 'Boots'") == text
    assert _song(lab, "Acme", "Boots") == BOOTS


# DELETE


def test_delete_takes_an_item_away_and_shows_it_if_asked(lab: Lab) -> None:
    delete = "DELETE FROM songs WHERE artist = 'Zeta' AND song = 'Boots' AND live = false"

    assert items(lab, f"{delete} RETURNING ALL OLD *") == [ZETA]
    assert _song(lab, "Zeta", "Boots") is None


def test_delete_of_what_is_not_there_asks_no_condition(lab: Lab) -> None:
    assert (
        items(lab, "DELETE FROM songs WHERE artist = 'New' AND song = 'One' AND live = true RETURNING ALL OLD *") == []
    )
    assert _all(lab) == list(SONGS)


def test_delete_needs_its_condition_to_hold(lab: Lab) -> None:
    assert refused(lab, "DELETE FROM songs WHERE artist = 'Zeta' AND song = 'Boots' AND live = true") == FAILED
    assert _song(lab, "Zeta", "Boots") == ZETA


# Both


@pytest.mark.parametrize("write", ["UPDATE songs SET live = true", "DELETE FROM songs"])
@pytest.mark.parametrize(
    "where",
    [
        "",
        "WHERE artist = 'Acme'",
        "WHERE artist = 'Acme' AND song > 'A'",
        "WHERE artist = 'Acme' AND song IN ['Boots']",
        "WHERE artist = 'Acme' AND song = 'Boots' OR live = true",
        "WHERE artist = song AND song = 'Boots'",
    ],
)
def test_a_write_names_one_item_by_its_whole_key(lab: Lab, write: str, where: str) -> None:
    assert invalid(lab, f"{write} {where}") == (
        "Where clause does not contain a mandatory equality on all key attributes"
    )


def test_the_key_must_have_the_types_of_the_table(lab: Lab) -> None:
    assert invalid(lab, "DELETE FROM songs WHERE artist = 'Acme' AND song = 5") == (
        "The provided key element does not match the schema"
    )


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("UPDATE songs SET live = true {} RETURNING ALL", "Invalid returning clause: RETURNING ALL is not supported"),
        (
            "DELETE FROM songs {} RETURNING MODIFIED OLD *;",
            "Invalid returning clause: RETURNING MODIFIED OLD *. "
            "Only RETURNING ALL OLD * is allowed in DELETE statements.",
        ),
    ],
)
def test_returning_has_few_forms(lab: Lab, statement: str, text: str) -> None:
    assert invalid(lab, statement.format("WHERE artist = 'Zeta' AND song = 'Boots'")) == text
    assert _song(lab, "Zeta", "Boots") == ZETA


def test_writes_are_charged_with_their_indexes(lab: Lab) -> None:
    def units(statement: str) -> Any:
        return run(lab, statement, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]

    assert units("INSERT INTO songs VALUE {'artist': 'New', 'song': 's', 'year': 2000, 'label': 'Onyx'}") == {
        "TableName": "songs",
        "CapacityUnits": 3.0,
        "Table": {"CapacityUnits": 1.0},
        "GlobalSecondaryIndexes": {"by_label": {"CapacityUnits": 1.0}},
        "LocalSecondaryIndexes": {"by_year": {"CapacityUnits": 1.0}},
    }
    assert units("UPDATE songs SET live = true WHERE artist = 'New' AND song = 's'")["CapacityUnits"] == 1.0
    assert units("DELETE FROM songs WHERE artist = 'Nobody' AND song = 's'")["CapacityUnits"] == 1.0


@pytest.mark.parametrize(
    "statement",
    ['UPDATE "songs"."by_year" SET live = true', 'DELETE FROM "songs"."by_year"', 'FROM "songs"."by_year" SET a = 1'],
)
def test_an_index_cannot_be_written(lab: Lab, statement: str) -> None:
    assert invalid(lab, statement) == "This operation is not supported on an index"
