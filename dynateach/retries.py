"""What an AWS SDK does when a request fails: the retry modes of boto3, on a Lab's clock.

Nothing sleeps. A client's calls are scheduled on the clock, so the retries of a thousand clients
interleave as they would on a network, and a thundering herd can be watched:

    lab = Lab(profile="realistic")
    herd = [Client(lab.clock, STANDARD, Stream(lab.seed, f"client {n}")) for n in range(1_000)]
    calls = [client.call(lambda: lab.request("dynamodb", "PutItem", put)) for client in herd]
    lab.clock.advance(60)
    attempts = sorted(attempt for call in calls for attempt in call.attempts)

All numbers are those of the SDK's own source, botocore 1.44, for the service DynamoDB. There ``standard`` is the default.
Earlier releases start in ``legacy``, and their ``standard`` makes 3 attempts and waits up to 1, then 2 s after any error.
Left out: what only a network has (broken connections), and answers that DynamoDB does not give (status 429, or the
header ``x-amz-retry-after``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ldexp
from typing import Literal, NamedTuple, get_args

from dynateach.clock import SECOND, Clock
from dynateach.errors import LabError, ServiceError
from dynateach.pacing import Pace
from dynateach.randomness import Stream

Mode = Literal["legacy", "standard", "adaptive"]
Jitter = Literal["none", "equal", "full"]


@dataclass(frozen=True)
class Retries:
    """How a client retries.

    ``attempts`` counts all of one call, the first included. Before retry number n it waits ``base`` (s) doubled n − 1
    times, at most ``cap`` (s); ``throttled_base`` takes the place of ``base`` where the service said that it was too
    much. ``jitter`` leaves that wait as it is (none), keeps half of it and draws the rest (equal), or draws all of it
    (full).

    The mode decides what else there is. ``legacy``: nothing. ``standard``: retries take tokens from the client's quota,
    and more kinds of error are retried. ``adaptive``: the same, and the client paces all its requests once one was throttled.
    Raises ``LabError`` for a mode or jitter that there is none of, and for fewer attempts than one.
    """

    mode: Mode = "standard"
    attempts: int = 4
    base: float = 0.025
    throttled_base: float = 1.0
    cap: float = 20.0
    jitter: Jitter = "full"

    def __post_init__(self) -> None:
        for what, choice, choices in (("retry mode", self.mode, Mode), ("jitter", self.jitter, Jitter)):
            if choice not in get_args(choices):
                raise LabError(f"there is no {what} {choice!r}", next=f"Choose one of {', '.join(get_args(choices))}.")
        if self.attempts < 1:
            raise LabError(
                f"a call cannot have {self.attempts} attempts", next="The first attempt counts: give 1 or more."
            )

    def wait(self, retry: int, throttled: bool, chance: Stream) -> int:
        """The wait before that retry (the first is 1) in µs."""
        base = self.throttled_base if throttled else self.base
        whole = min(ldexp(base, retry - 1), self.cap)
        if self.jitter == "full":
            whole *= chance.fraction()
        elif self.jitter == "equal":
            whole *= (1 + chance.fraction()) / 2
        return round(whole * SECOND)

    def retryable(self, error: ServiceError) -> bool:
        """Whether this error is worth another attempt."""
        if self.mode == "legacy":
            return error.code in _LEGACY_CODES or error.status in _LEGACY_STATUSES
        transient = error.code in _TRANSIENT_CODES or error.status in _TRANSIENT_STATUSES
        return transient or throttled(error) or error.code in _MODELLED_CODES


STANDARD = Retries()
"""boto3's default."""
ADAPTIVE = Retries("adaptive")
"""``Config(retries={"mode": "adaptive"})``."""
LEGACY = Retries("legacy", attempts=10, base=0.05, throttled_base=0.05, cap=float("inf"), jitter="none")
"""``Config(retries={"mode": "legacy"})``: no cap, and no jitter for DynamoDB."""
NONE = Retries(attempts=1)
"""No retries at all."""

QUOTA_TOKENS = 500
"""A client's retry quota when it is full."""
RETRY_COST = 14
"""Tokens that a retry takes."""
THROTTLED_RETRY_COST = 5
"""Tokens that a retry takes when the service said that it was too much."""
SUCCESS_REFUND = 1
"""Tokens that a call gives back which succeeded at once; one that succeeded after retries gives back what its last retry took."""


def throttled(error: ServiceError) -> bool:
    """Whether an SDK takes this error as: too much at once."""
    return error.code in _THROTTLING_CODES


class Attempt(NamedTuple):
    """One request of a call: when it was sent (µs), its ``outcome`` ("OK" or the error's code), and how long the
    client held it back (µs).
    """

    at: int
    outcome: str
    waited: int


class Call:
    """One call of a client, with all its attempts so far.

    ``done`` is whether it has ended; then there is an ``answer``, or the last ``error`` and why that was the last:
    ``gave_up`` is "not retryable", "attempts" (there are no more) or "quota" (the client has no tokens left).
    """

    def __init__(self, at: int) -> None:
        self.at = at
        self.attempts: list[Attempt] = []
        self.done = False
        self.answer: object = None
        self.error: ServiceError | None = None
        self.gave_up = ""

    @property
    def waited(self) -> int:
        """How long its client held it back in all (µs)."""
        return sum(attempt.waited for attempt in self.attempts)


class Client:
    """One SDK client: its calls share a retry quota and, in adaptive mode, a pace.

    ``chance`` is its own stream for the jitter, so that one more client changes nothing for the others. Its calls end
    in the order of the clock; a request that they send takes no time here beyond what the client waits.
    """

    def __init__(self, clock: Clock, retries: Retries, chance: Stream) -> None:
        self.retries = retries
        self.tokens = QUOTA_TOKENS
        self._clock = clock
        self._chance = chance
        self._pace = Pace(clock) if retries.mode == "adaptive" else None

    @property
    def pace(self) -> float | None:
        """Requests a second that an adaptive client allows itself; None while it does not hold back."""
        return self._pace.rate if self._pace else None

    def call(
        self, send: Callable[[], object], *, at: int | None = None, then: Callable[[Call], object] | None = None
    ) -> Call:
        """Begin a call when the clock reaches ``at`` (µs; without it, as soon as it moves) and return it at once: it is filled as the clock advances.

        Each attempt calls ``send``, which answers or raises ``ServiceError``; any other exception leaves through
        ``clock.advance``. ``then`` is called with the call at its end, the place to begin the next one.
        """
        call = Call(self._clock.now if at is None else max(at, self._clock.now))
        self._clock.at(call.at, lambda: self._send(_Job(call, send, then)))
        return call

    def _send(self, job: "_Job") -> None:
        if self._pace:
            self._pace.send(lambda: self._attempt(job))
        else:
            self._attempt(job)

    def _attempt(self, job: "_Job") -> None:
        error = job.attempt(self._clock.now)
        if self._pace:
            self._pace.answered(throttled=error is not None and throttled(error))
        if error:
            self._failed(job, error)
        else:
            self.tokens = min(QUOTA_TOKENS, self.tokens + job.refund)
            job.end()

    def _failed(self, job: "_Job", error: ServiceError) -> None:
        reason = self._why_not_again(job, error)
        if reason:
            job.end(error, reason)
            return
        wait = self.retries.wait(len(job.call.attempts), throttled(error), self._chance)
        self._clock.after(wait, lambda: self._send(job))

    def _why_not_again(self, job: "_Job", error: ServiceError) -> str:
        """Why this was the last attempt; nothing if it was not, and then the tokens of the next are taken."""
        if not self.retries.retryable(error):
            return "not retryable"
        if len(job.call.attempts) >= self.retries.attempts:
            return "attempts"
        return "" if self.retries.mode == "legacy" or self._take(job, error) else "quota"

    def _take(self, job: "_Job", error: ServiceError) -> bool:
        cost = THROTTLED_RETRY_COST if throttled(error) else RETRY_COST
        if cost > self.tokens:
            return False
        self.tokens -= cost
        job.refund = cost
        return True


@dataclass
class _Job:
    """What a client keeps of a call while it lasts."""

    call: Call
    send: Callable[[], object]
    then: Callable[[Call], object] | None
    refund: int = SUCCESS_REFUND

    def attempt(self, now: int) -> ServiceError | None:
        """Send it once, and write down what came of it."""
        error = None
        try:
            self.call.answer = self.send()
        except ServiceError as refusal:
            error = refusal
        last = self.call.attempts[-1].at if self.call.attempts else self.call.at
        self.call.attempts.append(Attempt(now, error.code if error else "OK", now - last))
        return error

    def end(self, error: ServiceError | None = None, gave_up: str = "") -> None:
        """Nothing more will be sent."""
        self.call.done, self.call.error, self.call.gave_up = True, error, gave_up
        if self.then:
            self.then(self.call)


_LEGACY_CODES = frozenset({
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
    "ProvisionedThroughputExceededException", "TransactionInProgressException", "ReplicatedWriteConflictException",
})  # fmt: skip
_LEGACY_STATUSES = frozenset({500, 502, 503, 504, 509})

_THROTTLING_CODES = frozenset({
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "TooManyRequestsException",
    "ProvisionedThroughputExceededException", "TransactionInProgressException", "RequestLimitExceeded",
    "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete",
    "EC2ThrottledException",
})  # fmt: skip
"""What standard and adaptive mode take for throttling, whichever service answers it."""
_TRANSIENT_CODES = frozenset({"RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete"})
_TRANSIENT_STATUSES = frozenset({500, 502, 503, 504})
_MODELLED_CODES = frozenset({"ReplicatedWriteConflictException"})
"""What DynamoDB's service model marks as worth a retry."""
