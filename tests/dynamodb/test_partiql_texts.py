"""What is no statement, or none that DynamoDB can have, and how it says so."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach import Lab, ServiceError
from dynateach.dynamodb.rules.limits import BATCH_STATEMENTS, STATEMENT_CHARACTERS
from tests.partiql import invalid, refused, songs

NOT_WELL_FORMED = "Statement wasn't well formed, can't be processed: "


@pytest.fixture(scope="module")
def lab() -> Lab:
    """One for all tests: none of these statements does anything."""
    lab = Lab()
    songs(lab)
    return lab


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("GARBAGE", "Expected data manipulation"),
        ("SELEC * FROM songs", "Expected data manipulation"),
        ("DROP TABLE songs", "Expected data manipulation"),
        ("1 = 1", "Expected data manipulation"),
        ("   ", "Expected data manipulation"),
        ("SELECT FROM songs", "Unexpected keyword"),
        ("SELECT user FROM songs", "Unexpected keyword"),
        ("SELECT * WHERE a = 1", "Unexpected term"),
        ("SELECT * FROM", "Unexpected term"),
        ("SELECT *, a FROM songs", "Unexpected term"),
        ("SELECT a.inner FROM songs", "Invalid path dot component"),
        ("SELECT a[1.5] FROM songs", "Unexpected term"),
        ("SELECT * FROM songs WHERE", "Unexpected term"),
        ("SELECT * FROM songs WHERE a =", "Missing right-hand side expression of infix operator"),
        ("SELECT * FROM songs WHERE a = 1 AND", "Missing right-hand side expression of infix operator"),
        ("SELECT * FROM songs WHERE AND a = 1", "Unexpected operator"),
        ("SELECT * FROM songs WHERE a = inner", "Unexpected keyword"),
        ("SELECT * FROM songs WHERE (a = 1", "Unexpected term"),
        ("SELECT * FROM songs WHERE a = 1)", "Unexpected token after expression"),
        ("SELECT * FROM songs WHERE a = 1 b", "Unexpected token after expression"),
        ("SELECT * FROM songs WHERE a IS ODD", "Expected type name"),
        ("SELECT * FROM songs WHERE a BETWEEN 1", "Unexpected term"),
        ("SELECT * FROM songs WHERE a IN 5", "Unexpected term"),
        ("SELECT * FROM songs INNER JOIN songs", "Unexpected token after expression"),
        ("SELECT * FROM songs; SELECT * FROM songs", "Unexpected token after expression"),
        ("SELECT * FROM my-songs", "Unexpected token after expression"),
        ("SELECT * FROM songs WHERE #a = 1", ""),
        ("SELECT * FROM songs WHERE a = 'x", ""),
        ("INSERT INTO songs {'artist': 'x'}", "Unexpected token after expression"),
        ("INSERT INTO songs VALUES {'artist': 'x'}", "Unexpected token after expression"),
        ("INSERT INTO songs VALUE 'x'", "Unexpected term"),
        ("INSERT INTO songs VALUE {artist: 'x'}", "Unexpected term"),
        ("INSERT INTO songs VALUE {'artist': other}", "Unexpected term"),
        ("INSERT INTO songs VALUE {'artist': 'x'} RETURNING ALL OLD *", "Unexpected token after expression"),
        ("UPDATE", "Expected identifier for simple path"),
        ("UPDATE SET a = 1", "Expected identifier for simple path"),
        ("UPDATE songs WHERE a = 1", "Unexpected term"),
        ("UPDATE songs SET a 1", "Unexpected term"),
        ("FROM songs WHERE a = 1", "Unexpected term"),
        ("FROM songs WHERE a = 1 b", "Unexpected token after expression"),
        ("EXISTS(SELECT FROM songs)", "Unexpected keyword"),
        ("EXISTS(SELECT * FROM songs", "Unexpected term"),
        ("DELETE songs WHERE a = 1", "Expected identifier for simple path"),
        ("DELETE FROM WHERE a = 1", "Expected identifier for simple path"),
        (f"SELECT * FROM songs WHERE {'(' * 200}a = 1{')' * 200}", "The statement has too many levels of nesting"),
        (f"SELECT * FROM songs WHERE {'NOT ' * 2000}a = 1", "The statement has too many levels of nesting"),
    ],
)
def test_the_complaint_tells_what_came_unexpected(lab: Lab, statement: str, complaint: str) -> None:
    assert invalid(lab, statement) == NOT_WELL_FORMED + complaint


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("SELECT * FROM songs AS s", "Aliasing is not supported"),
        ("SELECT * FROM songs s WHERE s.a = 1", "Aliasing is not supported"),
        ("SELECT a AS b FROM songs", "Aliasing is not supported"),
        ('SELECT * FROM ""', "Path component cannot be an empty string"),
        ('SELECT * FROM "a"."b"."c"', "A path may contain at most 2 components in the FROM clause"),
        ("SELECT a,\n  size(b) FROM songs", "Unexpected path component at 2:3:4"),
        ("SELECT COUNT(a) FROM songs", "Unexpected path component at 1:8:5"),
        ("SELECT * FROM songs WHERE a = 1 LIMIT 5", "Unsupported clause: LIMIT at 1:33:5"),
        ("SELECT * FROM songs WHERE a LIKE 'x%'", "Unsupported operation: Like"),
        ("SELECT * FROM songs WHERE a + 1 = 2", "Unsupported operation: Plus"),
        ("SELECT * FROM songs WHERE starts(a, 'x')", "Unrecognized function: starts at 1:27:6"),
        (
            "SELECT * FROM songs WHERE size(a, b) = 1",
            "Incorrect number of operands for operator or function; operator or function: size, number of operands: 2",
        ),
        (
            "SELECT * FROM songs WHERE attribute_exists('a')",
            "Operator or function requires a document path; operator or function: attribute_exists",
        ),
        (
            "SELECT * FROM songs WHERE a < true",
            "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL",
        ),
        (
            "SELECT * FROM songs WHERE a = 1e999",
            "Number overflow. Attempting to store a number with magnitude larger than supported range under root",
        ),
        (
            "SELECT * FROM songs WHERE song = 'x' OR year = 1",
            "Overlapping conditions with range keys are not supported in where clause",
        ),
        ("SELECT * FROM songs ORDER BY song", "Must have WHERE clause in the statement when using ORDER BY clause."),
        (
            "SELECT * FROM songs WHERE year = 1 ORDER BY song",
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.",
        ),
        (
            "SELECT * FROM songs WHERE artist = 'x' ORDER BY year",
            "Variable reference year in ORDER BY clause must be part of the primary key",
        ),
        (
            "SELECT * FROM songs WHERE artist = 5",
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            "SELECT * FROM songs WHERE artist = 'x' AND song.part = 1",
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: song",
        ),
        ("EXISTS(SELECT * FROM songs WHERE a = 1)", "EXISTS() is only supported in ExecuteTransaction"),
    ],
)
def test_what_is_well_formed_may_still_be_refused(lab: Lab, statement: str, text: str) -> None:
    assert invalid(lab, statement) == text


@pytest.mark.parametrize("parameters", [(), ("Acme",), ("Acme", "Boots", "more")])
def test_there_are_as_many_parameters_as_question_marks(lab: Lab, parameters: tuple[str, ...]) -> None:
    statement = "SELECT * FROM songs WHERE artist = ? AND song = ?"

    assert invalid(lab, statement, *parameters) == "Number of parameters in request and statement don't match."


def test_a_question_mark_in_quotes_is_no_parameter(lab: Lab) -> None:
    answer = lab.request("dynamodb", "ExecuteStatement", {"Statement": "SELECT * FROM songs WHERE artist = '?' -- ?"})

    assert answer["Items"] == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM nowhere",
        'SELECT * FROM "nowhere"."by_label"',
        "SELECT * FROM nowhere.by_label",
        "INSERT INTO nowhere VALUE {'a': 1}",
        "UPDATE nowhere SET a = 1",
        "DELETE FROM nowhere",
        "FROM nowhere SET a = 1",
    ],
)
def test_there_must_be_such_a_table(lab: Lab, statement: str) -> None:
    assert refused(lab, statement) == ("ResourceNotFoundException", "Requested resource not found")


def test_a_statement_has_8192_characters_at_most(lab: Lab) -> None:
    longest = "SELECT song FROM songs".ljust(STATEMENT_CHARACTERS)

    assert lab.request("dynamodb", "ExecuteStatement", {"Statement": longest})["Items"]
    with pytest.raises(ServiceError, match="Member must have length less than or equal to 8192"):
        lab.request("dynamodb", "ExecuteStatement", {"Statement": longest + " "})


def test_a_batch_has_25_statements_at_most(lab: Lab) -> None:
    statements = [{"Statement": "SELECT * FROM nowhere"}] * BATCH_STATEMENTS

    assert len(lab.request("dynamodb", "BatchExecuteStatement", {"Statements": statements})["Responses"]) == 25
    with pytest.raises(ServiceError, match="Member must have length less than or equal to 25"):
        lab.request("dynamodb", "BatchExecuteStatement", {"Statements": [*statements, *statements]})


WORDS = """
SELECT * FROM songs WHERE a = 1 AND OR NOT ( ) , . [ ] { } << >> : ; ? 'x' "y" INSERT INTO VALUE UPDATE SET REMOVE DELETE
RETURNING ALL OLD IN BETWEEN IS MISSING NULL LIKE ORDER BY EXISTS size count inner + - / || -- # @ 1.5
"""


@settings(max_examples=500, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS.split()), max_size=15))
def test_any_heap_of_words_is_answered_or_refused(lab: Lab, words: list[str]) -> None:
    try:
        lab.request("dynamodb", "ExecuteStatement", {"Statement": " ".join(["SELECT", *words])})
    except ServiceError as error:
        assert error.code in ("ValidationException", "ResourceNotFoundException")
