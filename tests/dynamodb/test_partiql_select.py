"""SELECT: what it finds, what it reads for that, and in which pages."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach import Lab, ServiceError
from dynateach.trace import PageRead, RequestServed
from tests.indexed import definition
from tests.partiql import AURORA, BOOTS, CARGO, SONGS, ZETA, invalid, items, put, run, songs, table


@pytest.fixture(scope="module")
def lab() -> Lab:
    """One for all tests: nothing here changes the songs."""
    lab = Lab()
    songs(lab)
    return lab


# What is found


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("year = 1999", [BOOTS]),
        ("year <> 1999", [AURORA, CARGO]),
        ("year != 1999", [AURORA, CARGO]),
        ("year < 2001", [BOOTS]),
        ("year <= 2001", [AURORA, BOOTS]),
        ("2001 >= year", [AURORA, BOOTS]),
        ("year BETWEEN 1999 AND 2001", [AURORA, BOOTS]),
        ("year NOT BETWEEN 1999 AND 2001", [CARGO]),
        ("year IN [1999, 2010]", [BOOTS, CARGO]),
        ("year IN (1999, 2010)", [BOOTS, CARGO]),
        ("year NOT IN (1999, 2010)", [AURORA]),
        ("NOT year = 1999", [AURORA, CARGO]),
        ("(year = 1999 OR year = 2001) AND song <> 'Boots'", [AURORA]),
        ("label IS MISSING", [AURORA]),
        ("label IS NOT MISSING", [BOOTS, CARGO]),
        ("note IS NOT NULL", []),
        ("note = NULL", [CARGO]),
        ("live = true", [CARGO]),
        ("live IS BOOLEAN", [CARGO]),
        ("tags IS BAG", [AURORA]),
        ("stats IS STRUCT", [AURORA]),
        ("takes IS LIST", [BOOTS]),
        ("begins_with(song, 'Bo')", [BOOTS]),
        ("BEGINS_WITH(\"song\", 'Bo')", [BOOTS]),
        ("contains(tags, 'calm')", [AURORA]),
        ("contains(label, 'ndi')", [BOOTS, CARGO]),
        ("attribute_type(takes, 'L')", [BOOTS]),
        ("attribute_exists(live)", [CARGO]),
        ("size(song) > 5", [AURORA]),
        ("stats.plays = 7", [AURORA]),
        ('stats."in".de = 3', [AURORA]),
        ("takes[2] = 3", [BOOTS]),
        ("takes = ['one', 'two', 3]", [BOOTS]),
        ("tags = <<'long', 'calm'>>", [AURORA]),
        ("stats = {'plays': 7, 'in': {'de': 3}}", [AURORA]),
        ("label = song", []),
    ],
)
def test_a_where_finds_what_it_describes(lab: Lab, where: str, found: list[dict[str, Any]]) -> None:
    assert items(lab, f"SELECT * FROM songs WHERE artist = 'Acme' AND {where}") == found


def test_what_is_missing_is_null_too(lab: Lab) -> None:
    assert items(lab, "SELECT * FROM songs WHERE artist = 'Acme' AND note IS NULL") == [AURORA, BOOTS, CARGO]


def test_parameters_stand_for_values_in_the_order_of_the_statement(lab: Lab) -> None:
    found = items(
        lab, "SELECT * FROM songs WHERE artist = ? AND year IN [?, ?] AND NOT song = ?", "Acme", 1999, 2001, "Boots"
    )

    assert found == [AURORA]


def test_one_parameter_may_hold_all_choices_of_an_in(lab: Lab) -> None:
    assert items(lab, "SELECT * FROM songs WHERE artist IN ? AND year < 2000", ["Zeta", "Acme"]) == [ZETA, BOOTS]


def test_columns_are_called_as_the_end_of_their_path(lab: Lab) -> None:
    found = items(lab, "SELECT song, stats.plays, takes[0] FROM songs WHERE artist = 'Acme'")

    assert found == [{"song": "Aurora", "plays": 7}, {"song": "Boots", "takes": "one"}, {"song": "Cargo"}]


def test_a_row_without_any_of_the_columns_is_empty(lab: Lab) -> None:
    assert items(lab, "SELECT nowhere FROM songs WHERE artist = 'Zeta'") == [{}]


def test_names_and_texts_may_hold_quotes(lab: Lab) -> None:
    table(lab, "quoted", "pk:S")
    put(lab, "quoted", {"pk": "O'Hara", 'a "b"': 1})

    assert items(lab, """SELECT "a ""b""\" FROM quoted WHERE pk = 'O''Hara'""") == [{'a "b"': 1}]


def test_keywords_have_no_case_and_comments_say_nothing(lab: Lab) -> None:
    statement = """select * -- everything
        from songs /* of one */ where artist = 'Zeta' and song = 'Boots';"""

    assert items(lab, statement) == [ZETA]


CONDITIONS = st.recursive(
    st.sampled_from(
        [
            "artist = 'Acme'", "'Zeta' = artist", "artist IN ['Zeta', 'Acme', 'None']", "artist > 'B'", "song = 'Boots'",
            "song >= 'Boots'", "song BETWEEN 'B' AND 'C'", "begins_with(song, 'B')", "song <> 'Cargo'", "year < 2000",
            "label IS MISSING", "live = true", "contains(label, 'b')", "song IN ('Aurora', 'Cargo')",
        ]
    ),
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("(NOT {})".format, inner),
    ),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(where=CONDITIONS)
def test_reading_only_some_keys_never_changes_what_is_found(lab: Lab, where: str) -> None:
    everything = items(lab, f"SELECT * FROM songs WHERE NOT (NOT ({where}))")

    try:
        found = items(lab, f"SELECT * FROM songs WHERE {where}")
    except ServiceError as error:
        assert "Overlapping conditions" in str(error)
        return

    assert _sorted(found) == _sorted(everything)


def _sorted(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda song: (song["artist"], song["song"]))


# What is read


@pytest.mark.parametrize(
    ("where", "examined"),
    [
        ("artist = 'Acme'", 3),
        ("'Acme' = artist AND year > 2000", 3),
        ("artist = 'Acme' AND song = 'Boots'", 1),
        ("artist = 'Acme' AND song > 'Aurora' AND live = true", 2),
        ("artist = 'Acme' AND song BETWEEN 'A' AND 'B'", 1),
        ("artist = 'Acme' AND begins_with(song, 'C')", 1),
        ("artist IN ['Acme', 'Zeta', 'Acme']", 4),
        ("artist IN ['Zeta', 'None'] AND song = 'Boots'", 1),
        ("artist = 'Zeta' OR artist = 'None'", 1),
        ("artist = 'None'", 0),
    ],
)
def test_a_where_that_names_partition_keys_reads_only_there(lab: Lab, where: str, examined: int) -> None:
    assert _examined(lab, f"SELECT * FROM songs WHERE {where}") == ({"Query"}, examined)


@pytest.mark.parametrize(
    "where", ["artist > 'Z'", "year = 1970", "artist = 'Zeta' OR year = 1970", "NOT artist = 'Acme'"]
)
def test_any_other_where_reads_the_whole_table(lab: Lab, where: str) -> None:
    assert _examined(lab, f"SELECT * FROM songs WHERE {where}") == ({"Scan"}, len(SONGS))


def _examined(lab: Lab, statement: str) -> tuple[set[str], int]:
    lab.trace.clear()
    run(lab, statement)
    pages = lab.trace.of(PageRead)
    return {page.operation for page in pages}, sum(page.examined for page in pages)


def test_a_read_is_charged_by_what_it_read(lab: Lab) -> None:
    table(lab, "large")
    for number in range(3):
        put(lab, "large", {"pk": "a", "sk": f"{number}", "text": "x" * 4000})

    def units(statement: str, **more: Any) -> Any:
        return run(lab, statement, ReturnConsumedCapacity="TOTAL", **more)["ConsumedCapacity"]

    assert units("SELECT * FROM large WHERE pk = 'a' AND sk = '1'") == {"TableName": "large", "CapacityUnits": 0.5}
    assert units("SELECT sk FROM large WHERE pk = 'a' AND sk = '1'", ConsistentRead=True)["CapacityUnits"] == 1
    assert units("SELECT * FROM large WHERE pk = 'a' AND live = true")["CapacityUnits"] == 1.5
    assert units("SELECT * FROM large WHERE pk IN ['a', 'none']")["CapacityUnits"] == 2


# Order and pages


def test_order_by_sorts_by_the_sort_key(lab: Lab) -> None:
    select = "SELECT * FROM songs WHERE artist = 'Acme' ORDER BY song"

    assert items(lab, select) == [AURORA, BOOTS, CARGO]
    assert items(lab, f"{select} ASC") == [AURORA, BOOTS, CARGO]
    assert items(lab, f"{select} DESC") == [CARGO, BOOTS, AURORA]


def test_order_by_sorts_the_partition_keys_of_an_in(lab: Lab) -> None:
    select = "SELECT * FROM songs WHERE artist IN ['Zeta', 'None', 'Acme']"

    assert items(lab, select) == [ZETA, AURORA, BOOTS, CARGO]
    assert items(lab, f"{select} ORDER BY artist") == [AURORA, BOOTS, CARGO, ZETA]
    assert items(lab, f"{select} ORDER BY artist DESC") == [ZETA, AURORA, BOOTS, CARGO]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM songs",
        "SELECT * FROM songs WHERE artist = 'Acme' ORDER BY song DESC",
        "SELECT * FROM songs WHERE artist IN ['Zeta', 'None', 'Acme']",
        "SELECT * FROM songs WHERE artist IN ['Acme', 'Zeta'] AND year > 1980",
        'SELECT * FROM "songs"."by_label"',
        """SELECT song FROM "songs"."by_year" WHERE artist = 'Acme' AND year > 0 ORDER BY year DESC""",
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_together_are_the_whole(lab: Lab, statement: str, limit: int) -> None:
    found: list[dict[str, Any]] = []
    page = run(lab, statement, Limit=limit)
    while "NextToken" in page:
        found += page["Items"]
        assert page["LastEvaluatedKey"]
        assert len(page["Items"]) <= limit
        page = run(lab, statement, Limit=limit, NextToken=page["NextToken"])
    assert "LastEvaluatedKey" not in page

    assert found + page["Items"] == items(lab, statement)


def test_the_limit_counts_what_is_read_not_what_is_found(lab: Lab) -> None:
    page = run(lab, "SELECT * FROM songs WHERE artist = 'Acme' AND year = 2010", Limit=2)

    assert page["Items"] == []
    assert page["LastEvaluatedKey"] == {"artist": "Acme", "song": "Boots"}


def test_a_megabyte_ends_a_page_even_between_two_keys(lab: Lab) -> None:
    table(lab, "huge")
    for number in range(12):
        put(lab, "huge", {"pk": f"{number % 2}", "sk": f"{number}", "text": "x" * 200_000})
    statement = "SELECT sk FROM huge WHERE pk IN ['0', '1']"

    first = run(lab, statement)
    second = run(lab, statement, NextToken=first["NextToken"])

    assert [row["sk"] for row in first["Items"]] == ["0", "10", "2", "4", "6", "8"]
    assert [row["sk"] for row in second["Items"]] == ["1", "11", "3", "5", "7", "9"]


def test_a_token_belongs_to_its_statement(lab: Lab) -> None:
    token = run(lab, "SELECT * FROM songs", Limit=1)["NextToken"]
    same = run(lab, "SELECT * FROM songs", Limit=1)["NextToken"]

    assert token == same
    for statement in ("SELECT song FROM songs", 'SELECT * FROM "songs"."by_label"'):
        assert invalid(lab, statement, NextToken=token) == "The provided NextToken is invalid"
    assert invalid(lab, "SELECT * FROM songs", NextToken="garbage") == "The provided NextToken is invalid"


# Indexes


def test_an_index_is_read_as_a_table_of_what_it_holds(lab: Lab) -> None:
    found = items(lab, """SELECT * FROM "songs"."by_label" WHERE label = 'Indigo' AND year < 2005""")

    assert found == [{"artist": "Acme", "song": "Boots", "label": "Indigo", "year": 1999}]


def test_a_scan_of_an_index_takes_for_missing_what_it_does_not_hold(lab: Lab) -> None:
    assert len(items(lab, 'SELECT * FROM "songs"."by_label" WHERE live IS MISSING')) == 3
    assert items(lab, 'SELECT * FROM "songs"."by_label" WHERE live = true') == []


def test_a_local_index_fetches_what_it_does_not_hold_and_a_global_one_does_not(lab: Lab) -> None:
    answer = run(lab, """SELECT label FROM "songs"."by_year" WHERE artist = 'Acme'""", ReturnConsumedCapacity="INDEXES")

    assert answer["Items"] == [{"label": "Indigo"}, {}, {"label": "Indigo"}]
    assert answer["ConsumedCapacity"] == {
        "TableName": "songs",
        "CapacityUnits": 2.0,
        "Table": {"CapacityUnits": 1.5},
        "LocalSecondaryIndexes": {"by_year": {"CapacityUnits": 0.5}},
    }
    assert invalid(lab, 'SELECT live, note, song FROM "songs"."by_label"') == (
        "One or more parameter values were invalid: Global secondary index by_label does not project [live, note]"
    )


@pytest.mark.parametrize("index", ["by_label", "by_year"])
def test_a_query_of_an_index_filters_only_by_what_it_holds(lab: Lab, index: str) -> None:
    key = "label = 'Indigo'" if index == "by_label" else "artist = 'Acme'"

    assert invalid(lab, f'SELECT * FROM "songs"."{index}" WHERE {key} AND live = true AND stats.plays = 1') == (
        f"One or more parameter values were invalid: Secondary index {index} does not project "
        "one or more filter attributes: [live, stats]"
    )


def test_a_global_index_is_never_read_strongly(lab: Lab) -> None:
    assert invalid(lab, 'SELECT * FROM "songs"."by_label"', ConsistentRead=True) == (
        "Strongly consistent read is not supported on Global Secondary Indexes"
    )
    assert len(items(lab, 'SELECT * FROM "songs"."by_year"', ConsistentRead=True)) == len(SONGS)


def test_there_must_be_such_an_index(lab: Lab) -> None:
    assert invalid(lab, 'SELECT * FROM "songs"."by_mood"') == "The table does not have the specified index"


def test_an_index_with_a_key_of_several_attributes_cannot_be_read(lab: Lab) -> None:
    lab.request("dynamodb", "CreateTable", definition({"many": "a:S b:S"}, key="pk:S", TableName="others"))

    assert invalid(lab, 'SELECT * FROM "others"."many"') == (
        "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE keys."
    )


# Around it


def test_boto3_runs_statements(lab: Lab) -> None:
    client = lab.client()

    answer = client.execute_statement(
        Statement='SELECT song FROM "songs" WHERE artist = ? AND live = ?', Parameters=[{"S": "Zeta"}, {"BOOL": False}]
    )

    assert answer["Items"] == [{"song": {"S": "Boots"}}]
    with pytest.raises(client.exceptions.DuplicateItemException, match="Duplicate primary key exists in table"):
        client.execute_statement(Statement="INSERT INTO songs VALUE {'artist': 'Zeta', 'song': 'Boots'}")


def test_the_trace_names_the_table_of_a_statement(lab: Lab) -> None:
    lab.trace.clear()
    run(lab, "SELECT * FROM songs WHERE artist = 'Zeta'")
    with pytest.raises(ServiceError):
        run(lab, "SELECT")

    assert [event.table for event in lab.trace.of(RequestServed)] == ["songs", ""]


def test_only_a_statement_brings_the_parser_in() -> None:
    script = """
import sys
from dynateach import Lab
lab = Lab()
lab.request("dynamodb", "ListTables", {})
print("lark" in sys.modules)"""

    assert (
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "False\n"
    )


def test_the_name_of_an_index_needs_no_quotes(lab: Lab) -> None:
    quoted, unquoted = (
        lab.request("dynamodb", "ExecuteStatement", {"Statement": f"SELECT song FROM {source}"})["Items"]
        for source in ('"songs"."by_label"', "songs.by_label")
    )

    assert quoted == unquoted != []
