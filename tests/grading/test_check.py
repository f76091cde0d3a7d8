"""Checks and hints as a learner meets them, on tasks made for the purpose."""

import builtins
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr
from IPython.core.interactiveshell import InteractiveShell

import dynateach
from dynateach import checks
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task, Value, fewer
from dynateach.errors import CheckFailed, TaskError
from dynateach.grading import check as module
from dynateach.grading.check import check, hint
from dynateach.lab import Lab
from dynateach.trace import ItemWritten, TableChanged


def _totals(seed: int) -> Iterator[tuple[int, ...]]:
    yield (seed,)
    yield tuple(range(seed, seed + 16))


def _judge_total(case: Case, replies: Sequence[Reply]) -> Fault | None:
    wanted = sum(case.input)
    return None if replies[0].value == wanted else Fault("the total is wrong", str(wanted), "Add them all.")


TOTAL = Task(
    id="90.1",
    title="Add",
    points=2,
    answers=("total",),
    hints=("first", "second", "third"),
    learnt="A sum is a sum.",
    inputs=_totals,
    prepare=lambda numbers: Case(Lab(), (Call("total", (list(numbers),)),), numbers),
    judge=_judge_total,
    smaller=fewer,
    raised={("total", "ZeroDivisionError"): "Nothing needs to be divided."},
)


def _prepare_put(seed: int) -> Case:
    lab = Lab(seed)
    key = {"AttributeName": "id"}
    with lab.trace.paused():
        lab.request(
            "dynamodb",
            "CreateTable",
            {
                "TableName": "toys",
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{**key, "KeyType": "HASH"}],
                "AttributeDefinitions": [{**key, "AttributeType": "S"}],
            },
        )
    return Case(
        lab,
        (Call("put", (Boto3("toys"), "a"), process=0), Call("put", (Boto3("toys"), "a"), process=1)),
        seed,
        requests=10,
    )


def _judge_put(case: Case, replies: Sequence[Reply]) -> Fault | None:
    keys = {event.key for event in case.lab.trace.of(ItemWritten)}
    return None if len(keys) == 1 else Fault(f"{len(keys)} keys", "one key")


PUT = replace(
    TOTAL,
    id="90.2",
    answers=("put",),
    inputs=lambda seed: (seed,),
    prepare=_prepare_put,
    judge=_judge_put,
    smaller=lambda seed: (),
)


def _judge_guess(case: Case, replies: Sequence[Reply]) -> Fault | None:
    return None if [reply.value for reply in replies] == [1, 2] else Fault("another number", "1 and 2", step=1)


CREATE = replace(
    PUT,
    id="90.4",
    answers=("create",),
    prepare=lambda seed: Case(Lab(seed), (Call("create", (Boto3(shown="dynamodb"),)),), seed, requests=10),
    judge=lambda case, replies: None if case.lab.trace.of(TableChanged) else Fault("no table", "a table"),
)


GUESS = replace(
    TOTAL,
    id="90.3",
    answers=("low", "high"),
    inputs=lambda seed: (seed,),
    prepare=lambda seed: Case(Lab(), (Value("low"), Value("high")), seed),
    judge=_judge_guess,
    smaller=lambda seed: (),
)


@pytest.fixture(autouse=True)
def _made_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "tasks", lambda: iter((TOTAL, PUT, GUESS, CREATE)))
    monkeypatch.setattr(module, "_given", type(module._given)())


def _refused(id: str, *answers: Any, seed: int = 1) -> str:
    with pytest.raises(CheckFailed) as failure:
        check(id, *answers, seed=seed)
    return str(failure.value)


def test_a_right_answer_earns_two_lines(capsys: pytest.CaptureFixture[str]) -> None:
    check("90.1", sum)

    assert capsys.readouterr().out == "✓ 90.1 Add (2 points)\nA sum is a sum.\n"


def test_check_and_hint_are_at_the_front_door() -> None:
    assert (dynateach.check, dynateach.hint) == (check, hint)


def test_a_failure_shows_call_result_and_expectation() -> None:
    assert _refused("90.1", lambda numbers: 7).splitlines() == [
        "90.1 not yet: the total is wrong",
        "",
        "  call       total([1])",
        "  came back  7",
        "  expected   1",
        "  look at    Add them all.",
        "",
        'hint("90.1") helps you on.',
    ]


def test_a_seed_makes_other_data() -> None:
    assert "total([5])" in _refused("90.1", lambda numbers: 1, seed=5)


def test_the_counterexample_shown_is_the_smallest_that_still_fails() -> None:
    def forgets_twelve(numbers: list[int]) -> int:
        return sum(numbers) - 12 * (12 in numbers and len(numbers) > 2)

    message = _refused("90.1", forgets_twelve)
    (numbers,) = (line for line in message.splitlines() if "call" in line)

    assert numbers.count(",") == 2
    assert "12" in numbers


def test_a_counterexample_keeps_to_one_mistake() -> None:
    def two_mistakes(case: Case, replies: Sequence[Reply]) -> Fault:
        return Fault("wrong", "right", "This." if len(case.input) > 4 else "That.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            checks, "tasks", lambda: iter((replace(TOTAL, judge=two_mistakes, inputs=lambda seed: (range(16),)),))
        )
        message = _refused("90.1", sum)

    assert "This." in message


def test_an_exception_is_shown_with_the_learners_own_line() -> None:
    def total(numbers: list[int]) -> int:
        return max(numbers, key=lambda number: 1 // 0)

    message = _refused("90.1", total)

    assert "ZeroDivisionError: integer division or modulo by zero" in message
    assert "of <lambda>:  return max(numbers, key=lambda number: 1 // 0)" in message
    assert "Nothing needs to be divided." in message


def test_an_exception_out_of_boto3_is_shown_with_the_learners_own_line() -> None:
    def put(table: Any, id: str) -> None:
        table.put_item(Item={"identity": id})

    message = _refused("90.2", put)

    assert "One or more parameter values were invalid: Missing the key id in the item" in message
    assert 'of put:  table.put_item(Item={"identity": id})' in message


def test_leaving_python_is_no_way_out() -> None:
    assert "total raised SystemExit" in _refused("90.1", lambda numbers: sys.exit())


def test_an_interrupt_still_interrupts() -> None:
    def interrupted(numbers: list[int]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("90.1", interrupted)


def test_an_exception_that_cannot_be_shown_does_no_harm() -> None:
    class Unshowable(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no")

    def total(numbers: list[int]) -> None:
        raise Unshowable

    assert "total raised Unshowable" in _refused("90.1", total)


@pytest.mark.parametrize("handler", [Exception, ValueError])
def test_a_loop_of_requests_is_stopped_and_named(handler: type[Exception]) -> None:
    def put(table: Any, id: str) -> None:
        while True:
            try:
                table.get_item(Key={"id": id})
            except handler:
                continue

    message = _refused("90.2", put)

    assert "put made request after request and was stopped" in message
    assert "stopped after 10 requests in one call" in message
    assert "LastEvaluatedKey" in message


def test_each_call_has_a_budget_of_its_own() -> None:
    def put(table: Any, id: str) -> None:
        for _ in range(10):
            table.put_item(Item={"id": id})

    check("90.2", put)


def test_the_trace_of_a_failure_leaves_out_what_says_nothing() -> None:
    def put(table: Any, id: str, made: list[str] = []) -> None:  # noqa: B006
        made.append(id * (1 + len(made)))
        table.put_item(Item={"id": made[-1]})

    lines = [line for line in _refused("90.2", put).splitlines() if "request" in line]

    assert lines == ["  trace      request 3  ItemWritten  partition=p0 key=aa"]


def test_the_trace_of_a_failure_tells_what_is_out_of_the_ordinary() -> None:
    def put(table: Any, id: str) -> None:
        for text in ("", "x" * 2_000):
            table.put_item(Item={"id": str(hash(id)), "text": text})

    assert "change=MODIFY units=2" in _refused("90.2", put)


def test_of_a_long_trace_the_first_lines_and_the_last_are_shown() -> None:
    def put(table: Any, id: str, made: list[str] = []) -> None:  # noqa: B006
        for _ in range(5):
            made.append("k" * 100 * (1 + len(made)))
            table.put_item(Item={"id": f"{len(made)} {made[-1]}"})

    lines = _refused("90.2", put).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("  trace"))

    assert [line[13:].split("  ")[0] for line in lines[start : start + 5]] == [
        "request 7",
        "request 8",
        "… 2 more …",
        "request 11",
        "",
    ]
    assert max(map(len, lines)) <= 101


def test_what_to_look_at_is_said_before_what_was_printed_and_before_the_trace() -> None:
    def put(table: Any, id: str, made: list[str] = []) -> None:  # noqa: B006
        print("now")
        made.append(id * (1 + len(made)))
        table.put_item(Item={"id": made[-1]})
        if len(made) == 2:
            raise ZeroDivisionError

    with pytest.MonkeyPatch.context() as patch:
        told = replace(PUT, raised={("put", "ZeroDivisionError"): "Nothing needs to be divided."})
        patch.setattr(checks, "tasks", lambda: iter((told,)))
        message = _refused("90.2", put)

    labels = [line[2:13].strip() for line in message.splitlines() if line.startswith("  ")]
    assert [label for label in labels if label] == ["call", "came back", "expected", "look at", "printed", "trace"]


def test_a_refused_request_is_in_the_trace_with_its_code() -> None:
    def put(table: Any, id: str) -> None:
        table.query()

    assert "RequestServed  operation=Query outcome=ValidationException" in _refused("90.2", put)


def test_another_process_sees_another_hash_of_a_string() -> None:
    def put(table: Any, id: str) -> None:
        table.put_item(Item={"id": str(hash(id))})

    assert "2 keys" in _refused("90.2", put)


def test_a_page_tells_how_much_matched_only_where_a_filter_took_something_away() -> None:
    def put(table: Any, id: str, **options: Any) -> None:
        table.put_item(Item={"id": "a"})
        table.put_item(Item={"id": id + "b"})
        table.scan(**options)

    assert "matched" not in _refused("90.2", put)
    assert "examined=2 matched=0" in _refused("90.2", partial(put, FilterExpression=Attr("id").eq("c")))


def test_an_answer_may_be_given_the_whole_resource() -> None:
    def create(dynamodb: Any) -> None:
        key = {"AttributeName": "id"}
        dynamodb.create_table(
            TableName="toys",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{**key, "KeyType": "HASH"}],
            AttributeDefinitions=[{**key, "AttributeType": "S"}],
        )

    check("90.4", create)
    assert "create(dynamodb)" in _refused("90.4", lambda dynamodb: None)


def test_after_a_check_python_is_as_it_was() -> None:
    before = builtins.hash, sys.stdout

    _refused("90.2", lambda table, id: 1 // 0)
    check("90.2", lambda table, id: table.put_item(Item={"id": id}))

    assert (builtins.hash, sys.stdout) == before


def test_prints_are_kept_out_of_the_way_and_shown_on_failure(capsys: pytest.CaptureFixture[str]) -> None:
    def total(numbers: list[int]) -> int:
        print("so far", numbers)
        return sum(numbers[:1])

    message = _refused("90.1", total)

    assert capsys.readouterr().out == ""
    assert "  printed    so far [1, 2]" in message


def test_arguments_may_be_changed_without_harm() -> None:
    def total(numbers: list[int]) -> int:
        result = 0
        while numbers:
            result += numbers.pop()
        return result

    check("90.1", total)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (..., "total is still `...`"),
        (None, "total is None, not a function"),
        (7, "total is an int, not a function"),
        (lambda: 1, "takes 0 positional arguments but 1 was given"),
    ],
)
def test_what_cannot_be_called_is_named(answer: Any, words: str) -> None:
    assert words in _refused("90.1", answer)


def test_a_number_that_was_not_filled_in_is_named() -> None:
    assert "low is still `...`" in _refused("90.3", ..., 2)
    assert "high is still `...`" in _refused("90.3", 1, ...)


def test_a_wrong_number_is_shown() -> None:
    assert "  you gave   high = 3" in _refused("90.3", 1, 3)


def test_a_task_that_there_is_not_names_those_there_are() -> None:
    with pytest.raises(TaskError, match=r"no task '90\.7'.*90\.1, 90\.2, 90\.3"):
        check("90.7", sum)
    with pytest.raises(TaskError, match=r"no task 90\.1.*90\.1, 90\.2, 90\.3"):
        hint(90.1)  # type: ignore[arg-type]


def test_too_few_answers_name_those_there_should_be() -> None:
    with pytest.raises(TaskError, match=r'2 answers, and this check was given 1.*check\("90.3", low, high\)'):
        check("90.3", 1)


def test_hints_come_one_more_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(4):
        hint("90.1")
    hint("90.2")

    assert capsys.readouterr().out.splitlines() == [
        "Hint 1 of 3: first",
        "Hint 2 of 3: second",
        "Hint 3 of 3: third",
        "Hint 3 of 3: third",
        "That was the last hint.",
        "Hint 1 of 3: first",
    ]


def test_a_hint_can_be_asked_for_by_number(capsys: pytest.CaptureFixture[str]) -> None:
    hint("90.1", 2)
    hint("90.1")

    assert capsys.readouterr().out.splitlines() == ["Hint 2 of 3: second", "Hint 1 of 3: first"]


@pytest.mark.parametrize("number", [0, 4, -1, "1", 1.5])
def test_a_hint_that_there_is_not_says_which_there_are(number: Any) -> None:
    with pytest.raises(TaskError, match="Ask for 1 to 3"):
        hint("90.1", number)


@pytest.mark.parametrize("cell", ['check("90.1", lambda numbers: 7)', 'check("90.8", 1)'])
def test_a_notebook_shows_no_traceback(cell: str, capsys: pytest.CaptureFixture[str]) -> None:
    shell = InteractiveShell(user_ns={"check": check})  # type: ignore[no-untyped-call]

    shell.run_cell(cell)  # type: ignore[no-untyped-call]

    shown = "".join(capsys.readouterr())
    assert "90." in shown
    assert "Traceback" not in shown
    assert ".py" not in shown
