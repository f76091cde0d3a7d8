"""What an expression may look like: the parser against an LALR parser of the published grammar."""

import random
import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark
from lark import Lark
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from dynateach.dynamodb.rules.expressions import bind
from dynateach.errors import ServiceError

GRAMMAR = Path(__file__).with_name("published.lark").read_text()
PARAMETERS = {
    "condition": "ConditionExpression",
    "update": "UpdateExpression",
    "projection": "ProjectionExpression",
}
ORACLE = Lark(GRAMMAR, start=list(PARAMETERS), parser="lalr", lexer="basic")
NAMES = ["a", "b1", "ADDress", "INside", "or_der", "notes", "#0", "#a_b", "sets"]


def keyword(word: str) -> st.SearchStrategy[str]:
    return st.sampled_from([f" {word} ", f" {word.lower()} ", f"\t{word.capitalize()}\n"])


TERMINALS = {
    **{word: keyword(word) for word in ("AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE")},
    "NAME": st.sampled_from(NAMES),
    "FUNCTION": st.sampled_from(["size", "begins_with", "if_not_exists", "f"]),
    "VALUE": st.sampled_from([":v", ":0", ":long_one"]),
    "INDEX": st.sampled_from(["0", "7", "10"]),
}


def sentences(start: str) -> st.SearchStrategy[str]:
    """Texts that the grammar generates, of words chosen here."""
    used = {terminal.name for terminal in Lark(GRAMMAR, start=start).terminals}
    return from_lark(ORACLE, start=start, explicit={name: words for name, words in TERMINALS.items() if name in used})


SENTENCES = {start: sentences(start) for start in PARAMETERS}


def syntax_error(start: str, text: str) -> str | None:
    """What DynamoDB says of the text's syntax, None if it has nothing against it."""
    try:
        bind(**{start: text})  # type: ignore[arg-type]
    except ServiceError as error:
        return error.message if "Syntax error" in error.message else None
    return None


def offending_token(start: str, text: str) -> str | None:
    """The first token with which the text is no beginning of any sentence, by the oracle."""
    try:
        ORACLE.parse(text, start=start)
    except UnexpectedCharacters as error:
        return text[error.pos_in_stream or 0]
    except UnexpectedToken as error:
        return "<EOF>" if error.token.type == "$END" else str(error.token)
    return None


@pytest.mark.parametrize("start", PARAMETERS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_every_sentence_of_the_published_grammar_is_accepted(start: str, data: st.DataObject) -> None:
    text = data.draw(SENTENCES[start])
    assert offending_token(start, text) is None
    assert syntax_error(start, text) is None


@pytest.mark.parametrize("start", PARAMETERS)
@given(data=st.data(), seed=st.integers(0, 10_000))
@settings(max_examples=150, deadline=None)
def test_a_damaged_sentence_is_refused_at_the_token_where_an_lalr_parser_refuses_it(
    start: str, data: st.DataObject, seed: int
) -> None:
    text = damaged(data.draw(SENTENCES[start]), random.Random(seed))
    assume(text.strip())
    token = offending_token(start, text)
    message = syntax_error(start, text)
    if token is None:
        assert message is None
    else:
        assert message is not None
        assert message.startswith(f'Invalid {PARAMETERS[start]}: Syntax error; token: "{token}", near: "')


def damaged(text: str, rng: random.Random) -> str:
    """The text with one token dropped, doubled, or another put in its place."""
    tokens = re.findall(r"\s+|[#:]?\w+|.", text)
    at = rng.randrange(len(tokens))
    another = rng.choice(
        ["(", ")", ",", ".", "[", "]", "=", "+", " AND ", " OR ", " NOT ", " SET ", "|", "'", "_", " 5 ", " x "]
    )
    tokens[at : at + 1] = rng.choice([[], [tokens[at], tokens[at]], [another], [another, tokens[at]]])
    return "".join(tokens)


@pytest.mark.parametrize(
    ("text", "token", "near"),
    [
        ("SET a = ", "<EOF>", "= "),
        ("SET a = :b,", "<EOF>", ","),
        ("SET a |", "|", "a |"),
        ("   |", "|", "   |"),
        ("SET a=_id", "_", "=_id"),
        ("SET user-id = :b", "-", "user-id"),
        ("SET a = 'x'", "'x'", "= 'x'"),
        ("SET a = 5", "5", "= 5"),
        ("SET a = :b + :c + :d", "+", ":c + :d"),
        ("SET a = (:b + :c) - :d", "-", ") - :d"),
        ("SET f(a) = :b", "(", "f(a"),
        ("SET a = :b WITH c", "WITH", ":b WITH c"),
        ("SET a[b] = :c", "b", "[b]"),
        ("SET a.1 = :c", "1", ".1 ="),
        ("SET and = :c", "and", "SET and ="),
        ("ADD a b", "b", "a b"),
        ("REMOVE a :b", ":b", "a :b"),
        ("a = :b", "a", "a ="),
    ],
)
def test_a_syntax_error_shows_the_token_between_its_neighbours(text: str, token: str, near: str) -> None:
    assert syntax_error("update", text) == f'Invalid UpdateExpression: Syntax error; token: "{token}", near: "{near}"'


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("a", "<EOF>"),
        ("a AND b", "AND"),
        ("NOT a", "<EOF>"),
        ("NOT a OR b = :c", "OR"),
        ("NOT (a)", "<EOF>"),
        ("a = :b = :c", "="),
        ("(a = :b) = :c", "="),
        ("a = (b = :c)", "="),
        ("a = NOT b", "NOT"),
        ("a IN :b", ":b"),
        ("a IN ()", ")"),
        ("a BETWEEN :b", "<EOF>"),
        ("a BETWEEN :b OR :c", "OR"),
        ("size()", ")"),
        ("(a = :b", "<EOF>"),
        ("a = :b)", ")"),
        ("a + :b = :c", "+"),
        ("a == :b", "="),
        ("a != :b", "!"),
        ('a = "b"', '"b"'),
        ("set = :b", "set"),
    ],
)
def test_conditions_and_operands_can_not_stand_in_for_each_other(text: str, token: str) -> None:
    message = syntax_error("condition", text)
    assert message is not None
    assert message.startswith(f'Invalid ConditionExpression: Syntax error; token: "{token}", near: "')


@pytest.mark.parametrize("space", ["", " ", "\n", "\t \r\n"])
def test_white_space_matters_only_between_words(space: str) -> None:
    text = space.join(["(", "a", ".", "b", "[", "3", "]", ")", "<=", ":v"])
    assert syntax_error("condition", text) is None


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_expression_with_nothing_in_it_is_refused(text: str) -> None:
    with pytest.raises(ServiceError) as caught:
        bind(filter=text)
    assert caught.value.message == "Invalid FilterExpression: The expression can not be empty;"


def test_an_expression_of_4_kb_is_read_and_one_byte_more_is_not() -> None:
    text = f"attribute_exists({'b' * (4096 - 18)})"
    assert len(text) == 4096
    bind(condition=text)
    with pytest.raises(
        ServiceError, match="Expression size has exceeded the maximum allowed size; expression size: 4097"
    ):
        bind(condition=text + " ")


@pytest.mark.parametrize(
    "text",
    [
        "((a = :b))",
        "((a)) = :b",
        "a = ((:b))",
        "NOT ((a = :b))",
        "((a = :b) )AND a = :c",
        "size(((a))) = :b",
        "((a = :b OR a = :c))",
    ],
)
def test_two_pairs_of_parentheses_around_the_same_thing_are_redundant(text: str) -> None:
    with pytest.raises(ServiceError) as caught:
        bind(condition=text, values={":b": {"S": "b"}, ":c": {"S": "c"}})
    assert caught.value.message == "Invalid ConditionExpression: The expression has redundant parentheses;"


@pytest.mark.parametrize(
    "text",
    ["(a = :b)", "(a) = (:b)", "((a) = :b)", "((a = :b) AND (a = :b))", "(NOT (a = :b))", "(size((a)) = :b)"],
)
def test_other_parentheses_are_welcome(text: str) -> None:
    assert bind(condition=text, values={":b": {"S": "b"}}).condition


def test_the_long_chains_that_boto3_writes_are_read() -> None:
    chain = "a = :b"
    for _ in range(149):
        chain = f"({chain} OR a = :b)"
    test = bind(condition=chain, values={":b": {"S": "b"}}).condition
    assert test
    assert test({"a": {"S": "b"}}, {":b": {"S": "b"}})


@pytest.mark.parametrize(
    "expression",
    [
        {"condition": "NOT " * 1000 + "a = b"},
        {"condition": "(a = b AND " * 300 + "a = c" + ")" * 300},
        {"condition": "NOT (" * 500 + "a = b" + ")" * 500},
        {"condition": "(" * 2000 + "a"},
        {"update": "SET a = " + "f(" * 500 + "b" + ")" * 500},
        {"update": "SET a = " + "(" * 1000 + "b" + ")" * 1000},
    ],
)
def test_deep_nesting_is_refused_before_python_gives_up(expression: dict[str, str]) -> None:
    with pytest.raises(ServiceError, match="The expression has too many levels of nesting;"):
        bind(**expression)  # type: ignore[arg-type]


@pytest.mark.parametrize("index", ["2147483648", "99999999999999999999"])
def test_a_list_index_beyond_any_list_is_refused(index: str) -> None:
    with pytest.raises(ServiceError) as caught:
        bind(projection=f"a[{index}]")
    assert caught.value.message == (
        f"Invalid ProjectionExpression: List index is not within the allowable range; index: [{index}]"
    )


def test_a_path_goes_as_deep_as_an_item_and_no_deeper() -> None:
    assert bind(projection=".".join(["a"] * 32)).projection
    with pytest.raises(ServiceError, match="The document path has too many nesting levels; nesting levels: 33"):
        bind(projection=".".join(["a"] * 33))
