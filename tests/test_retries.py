"""Retries: the SDK's own numbers, asked of the SDK itself, and what a herd of clients does with them."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.retries import standard
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach import Lab, LabError, ServiceError
from dynateach.clock import SECOND, Clock
from dynateach.randomness import Stream
from dynateach.retries import ADAPTIVE, LEGACY, NONE, STANDARD, Attempt, Call, Client, Mode, Retries
from dynateach.trace import ItemWritten
from dynateach.wire import json

THROTTLED = ServiceError("ThrottlingException", "too much")
BROKEN = ServiceError("InternalServerError", "sorry", status=500)
REFUSED = ServiceError("ConditionalCheckFailedException", "no")
MODES = {"legacy": LEGACY, "standard": STANDARD, "adaptive": ADAPTIVE}


class Server:
    """Answers so many requests a second, from a bucket that holds one second of them; refuses the rest."""

    def __init__(self, clock: Clock, rate: int) -> None:
        self.clock, self.rate = clock, rate
        self.tokens, self.filled = float(rate), clock.now
        self.times: list[int] = []

    def __call__(self) -> str:
        passed = self.clock.now - self.filled
        self.tokens, self.filled = min(self.rate, self.tokens + passed * self.rate / SECOND), self.clock.now
        self.times.append(self.clock.now)
        if self.tokens < 1:
            raise THROTTLED
        self.tokens -= 1
        return "done"


def scripted(*answers: ServiceError | str) -> Callable[[], object]:
    """Answers these in turn, the last one for ever."""
    left = list(answers)

    def send() -> object:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, ServiceError):
            raise answer
        return answer

    return send


def client(retries: Retries, clock: Clock, name: str = "one") -> Client:
    return Client(clock, retries, Stream(1, name))


def finished(retries: Retries, *answers: ServiceError | str) -> Call:
    clock = Clock()
    call = client(retries, clock).call(scripted(*answers))
    clock.advance(1000)
    assert call.done
    return call


# A call


def test_a_call_that_succeeds_is_one_attempt_without_a_wait() -> None:
    call = finished(STANDARD, "hello")

    assert (call.answer, call.error, call.gave_up) == ("hello", None, "")
    assert call.attempts == [Attempt(call.at, "OK", 0)]


def test_nothing_happens_before_the_clock_moves() -> None:
    clock = Clock()
    call = client(STANDARD, clock).call(scripted("hello"), at=clock.now + 5)
    assert (call.done, call.attempts) == (False, [])

    clock.pass_time(5)
    assert (call.done, call.attempts[0].at) == (True, clock.start + 5)


def test_a_report_names_each_attempt_its_time_its_outcome_and_the_wait_before_it() -> None:
    call = finished(LEGACY, THROTTLED, BROKEN, "hello")

    start = call.at
    assert call.attempts == [
        Attempt(start, "ThrottlingException", 0),
        Attempt(start + 50_000, "InternalServerError", 50_000),
        Attempt(start + 150_000, "OK", 100_000),
    ]
    assert call.waited == 150_000
    assert (call.answer, call.error) == ("hello", None)


@pytest.mark.parametrize("retries", MODES.values(), ids=MODES)
def test_an_error_that_no_retry_can_mend_is_not_retried(retries: Retries) -> None:
    call = finished(retries, REFUSED)

    assert len(call.attempts) == 1
    assert (call.error, call.gave_up, call.answer) == (REFUSED, "not retryable", None)


@pytest.mark.parametrize("retries", [*MODES.values(), NONE], ids=[*MODES, "none"])
def test_the_attempts_are_all_that_there_are(retries: Retries) -> None:
    call = finished(retries, THROTTLED)

    assert len(call.attempts) == retries.attempts
    assert (call.error, call.gave_up) == (THROTTLED, "attempts")


def test_the_end_of_a_call_can_begin_the_next() -> None:
    clock, ended = Clock(), list[Call]()
    one = client(STANDARD, clock)

    def again(call: Call) -> None:
        ended.append(call)
        if len(ended) < 3:
            one.call(scripted("hello"), at=clock.now + SECOND, then=again)

    one.call(scripted("hello"), then=again)
    clock.advance(10)

    assert [call.at - clock.start for call in ended] == [0, SECOND, 2 * SECOND]


def test_an_error_that_is_not_the_services_is_not_hidden() -> None:
    clock = Clock()

    def mistyped() -> None:
        raise KeyError("pk")

    client(STANDARD, clock).call(mistyped)
    with pytest.raises(KeyError):
        clock.advance(1)


@pytest.mark.parametrize("wrong", [{"mode": "standart"}, {"jitter": "some"}, {"attempts": 0}])
def test_a_description_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(LabError, match=r"Choose one of|1 or more"):
        Retries(**wrong)


# The waits


@pytest.mark.parametrize(
    ("jitter", "least", "most"),
    [("none", 1.0, 1.0), ("equal", 0.5, 1.0), ("full", 0.0, 1.0)],
)
def test_jitter_draws_none_half_or_all_of_the_wait(jitter: Any, least: float, most: float) -> None:
    chance, retries = Stream(1, "jitter"), Retries(jitter=jitter)
    for retry, whole in ((1, 1), (2, 2), (3, 4), (5, 16), (6, 20), (9, 20)):
        waits = [retries.wait(retry, True, chance) / SECOND / whole for _ in range(300)]
        assert least <= min(waits) <= least + 0.02
        assert most - 0.02 <= max(waits) <= most


def test_the_same_seed_waits_the_same() -> None:
    first, second = (_herd(STANDARD, clients=300, seed=7) for _ in range(2))
    other = _herd(STANDARD, clients=300, seed=8)

    assert [call.attempts for call in first] == [call.attempts for call in second]
    assert [call.attempts for call in first] != [call.attempts for call in other]


def test_one_more_client_changes_no_wait_of_the_others() -> None:
    few, many = (
        _herd(replace(STANDARD, attempts=4), clients=clients, seed=7, server=scripted(THROTTLED)) for clients in (5, 6)
    )
    assert [call.attempts for call in few] == [call.attempts for call in many[:5]]


# The quota


def test_retries_empty_the_quota_and_then_calls_fail_at_once() -> None:
    clock = Clock()
    one = client(STANDARD, clock)
    calls = [one.call(scripted(BROKEN), at=clock.now + n * 100 * SECOND) for n in range(13)]
    clock.advance(2000)

    assert [len(call.attempts) for call in calls] == [4] * 11 + [3] + [1]
    assert [call.gave_up for call in calls] == ["attempts"] * 11 + ["quota"] * 2
    assert one.tokens == 500 - 35 * 14


def test_success_gives_tokens_back() -> None:
    clock = Clock()
    one = client(STANDARD, clock)
    for answers in ((THROTTLED, THROTTLED, "done"), ("done",), (BROKEN, "done")):
        one.call(scripted(*answers))
        clock.advance(100)

    assert one.tokens == 500 - 5 - 5 + 5 + 1 - 14 + 14


def test_the_quota_never_grows_past_full() -> None:
    clock = Clock()
    one = client(STANDARD, clock)
    one.call(scripted("done"))
    clock.advance(1)

    assert one.tokens == 500


def test_legacy_mode_has_no_quota() -> None:
    clock = Clock()
    one = client(LEGACY, clock)
    calls = [one.call(scripted(BROKEN)) for _ in range(100)]
    clock.advance(100)

    assert {len(call.attempts) for call in calls} == {10}


# A herd


def test_without_jitter_a_herd_comes_back_as_one_and_with_it_spread_out() -> None:
    at_once = {jitter: _busiest(replace(STANDARD, jitter=jitter)) for jitter in ("none", "equal", "full")}

    assert at_once["none"] == 900
    assert at_once["equal"] < 100
    assert at_once["full"] < 50


def test_full_jitter_serves_more_of_a_herd_than_none() -> None:
    served = {
        jitter: sum(call.answer == "done" for call in _herd(replace(STANDARD, jitter=jitter), clients=1000))
        for jitter in ("none", "full")
    }
    assert served["none"] == 400
    assert served["full"] > 600


def test_clients_on_one_clock_interleave() -> None:
    calls = _herd(STANDARD, clients=300, seed=3)
    attempts = sorted((attempt.at, number) for number, call in enumerate(calls) for attempt in call.attempts)
    order = [number for at, number in attempts if at > calls[0].at]

    assert order != sorted(order)


def test_an_adaptive_client_settles_near_the_rate_that_is_served() -> None:
    clock = Clock()
    server = Server(clock, rate=100)
    one = client(ADAPTIVE, clock)
    calls = [one.call(server, at=clock.now + n * SECOND // 300) for n in range(300 * 60)]
    clock.advance(60)

    late = [at for at in server.times if at >= clock.start + 30 * SECOND]
    assert 80 * 30 < len(late) < 130 * 30
    assert one.pace is not None
    assert 50 < one.pace < 200
    assert sum(call.answer == "done" for call in calls) > 0.9 * 100 * 60


def test_a_standard_client_keeps_sending_whatever_is_refused() -> None:
    clock = Clock()
    server = Server(clock, rate=100)
    one = client(STANDARD, clock)
    for n in range(300 * 20):
        one.call(server, at=clock.now + n * SECOND // 300)
    clock.advance(20)

    assert len(server.times) >= 300 * 20
    assert one.pace is None


def test_an_adaptive_retry_waits_for_its_token_after_its_backoff() -> None:
    call = finished(ADAPTIVE, THROTTLED, "done")

    assert call.attempts[1] == Attempt(call.at + 2 * SECOND, "OK", 2 * SECOND)  # the slowest pace is one in 2 s


def test_an_adaptive_client_serves_first_come_first_served() -> None:
    clock = Clock()
    one = client(ADAPTIVE, clock)
    one.call(scripted(THROTTLED, "done"))
    clock.advance(0)
    order: list[int] = []
    for n in range(5):
        one.call(lambda n=n: order.append(n))  # type: ignore[misc]
    clock.advance(60)

    assert order == [0, 1, 2, 3, 4]


def test_a_herd_can_be_let_loose_on_a_lab() -> None:
    lab = Lab(profile="realistic")
    lab.resource("dynamodb").create_table(
        TableName="things",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    lab.client().get_waiter("table_exists").wait(TableName="things")
    put = {"TableName": "things", "Item": {"pk": {"S": "a"}}}
    herd = [Client(lab.clock, STANDARD, Stream(lab.seed, f"client {n}")) for n in range(20)]
    calls = [one.call(lambda: lab.request("dynamodb", "PutItem", put)) for one in herd]
    lab.clock.advance(60)

    assert all(call.done and call.error is None for call in calls)
    assert len(lab.trace.of(ItemWritten)) == 20


# The SDK itself


@pytest.mark.parametrize("mode", ["legacy", "standard"])
@given(script=st.lists(st.lists(st.sampled_from([THROTTLED, BROKEN, REFUSED]), max_size=10), min_size=1, max_size=40))
@settings(deadline=None, max_examples=25)
def test_calls_end_as_those_of_boto3_do(mode: Mode, script: list[list[ServiceError]]) -> None:
    theirs = _Boto3(mode)
    clock = Clock()
    ours = client(MODES[mode], clock)
    for errors in script:
        expected = theirs.call(errors)
        call = ours.call(scripted(*errors, "done"))
        clock.advance(100)
        assert [attempt.outcome for attempt in call.attempts] == expected


def test_legacy_waits_are_those_of_boto3() -> None:
    theirs = _Boto3("legacy")
    theirs.call([THROTTLED] * 10)

    call = finished(LEGACY, THROTTLED)
    assert [attempt.waited / SECOND for attempt in call.attempts[1:]] == theirs.slept
    assert len(theirs.slept) == 9


@pytest.mark.parametrize("error", [THROTTLED, BROKEN], ids=["throttled", "broken"])
def test_standard_waits_are_those_of_boto3(error: ServiceError) -> None:
    theirs = _Boto3("standard", fraction=0.5)
    theirs.call([error] * 10)

    chance: Any = SimpleNamespace(fraction=lambda: 0.5)
    clock = Clock()
    call = Client(clock, STANDARD, chance).call(scripted(error))
    clock.advance(100)
    assert [attempt.waited / SECOND for attempt in call.attempts[1:]] == theirs.slept
    assert len(theirs.slept) == 3


def test_standard_mode_is_what_boto3_starts_in() -> None:
    assert _boto3_client().meta.config.retries["mode"] == STANDARD.mode


CODES = """Throttling ThrottlingException ThrottledException RequestThrottledException TooManyRequestsException
    ProvisionedThroughputExceededException TransactionInProgressException RequestLimitExceeded BandwidthLimitExceeded
    LimitExceededException RequestThrottled SlowDown PriorRequestNotComplete EC2ThrottledException RequestTimeout
    RequestTimeoutException InternalServerError ServiceUnavailable TransactionCanceledException ValidationException
    TransactionConflictException ReplicatedWriteConflictException ConditionalCheckFailedException ResourceInUseException""".split()  # noqa: SIM905


OWN_STATUS = dict.fromkeys(CODES[:4] + CODES[5:7], 400) | {"ReplicatedWriteConflictException": 409}


@pytest.mark.parametrize("mode", ["legacy", "standard"])
@pytest.mark.parametrize("status", [400, 409, 413, 500, 501, 502, 503, 504, 509])
def test_what_is_retried_is_what_boto3_retries(mode: Mode, status: int) -> None:
    theirs = _Boto3(mode)
    for code in CODES:
        error = ServiceError(code, "text", status=status)
        if mode == "legacy" and status != OWN_STATUS.get(code, status):
            continue  # legacy mode also looks at the status, and no service answers this pair
        assert (len(theirs.call([error])) == 2) == MODES[mode].retryable(error), (code, status)


class _Boto3:
    """A real boto3 client, whose answers are scripted and whose sleep is written down."""

    def __init__(self, mode: Mode, fraction: float = 0.0) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(standard, "ExponentialBackoff", partial(standard.ExponentialBackoff, random=lambda: fraction))
            self._client = _boto3_client(retries={"mode": mode})
        self._left: Iterator[ServiceError] = iter(())
        self.outcomes: list[str] = []
        self.slept: list[float] = []
        self._client.meta.events.register("before-send", self._answer)

    def call(self, errors: list[ServiceError]) -> list[str]:
        """The outcomes of the attempts of one call that meets these errors, and then succeeds."""
        self._left, self.outcomes = iter(errors), []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=self.slept.append))
            with suppress(ClientError):
                self._client.put_item(TableName="things", Item={"pk": {"S": "a"}})
        return self.outcomes

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        error = next(self._left, None)
        self.outcomes.append(error.code if error else "OK")
        body = json.dumps(error.body() if error else {})
        raw = SimpleNamespace(stream=lambda **_: iter([body]))
        return AWSResponse(request.url, error.status if error else 200, {}, raw)


def _boto3_client(**options: Any) -> Any:
    return boto3.client("dynamodb", "us-east-1", config=Config(signature_version=UNSIGNED, **options))


def _herd(
    retries: Retries,
    clients: int,
    seed: int = 1,
    clock: Clock | None = None,
    server: Callable[[], object] | None = None,
) -> list[Call]:
    """So many clients with one call each, all at the same moment, at a server of 100 requests a second."""
    clock = clock or Clock()
    send = server or Server(clock, rate=100)
    calls = [Client(clock, retries, Stream(seed, f"client {n}")).call(send) for n in range(clients)]
    clock.advance(200)
    return calls


def _busiest(retries: Retries) -> int:
    """The most requests of a herd of 1,000 that come within one millisecond, after the first moment."""
    calls = _herd(retries, clients=1000)
    again = Counter(attempt.at // 1000 for call in calls for attempt in call.attempts[1:])
    return max(again.values())
