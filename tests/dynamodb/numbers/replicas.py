"""Replicas and clients: who answers, how many must agree, how often an SDK tries again."""

from dataclasses import replace

from dynateach.clock import SECOND
from dynateach.profile import IDEAL, Delay
from dynateach.randomness import Stream
from dynateach.retries import LEGACY, STANDARD, Client, Retries
from dynateach.trace import LeaderChanged, ReplicaRead
from tests.dynamodb.numbers.bench import Bench, key, sized
from tests.dynamodb.numbers.claim import CONSISTENCY, PAPER, SDK, Claim

LAGGING = replace(IDEAL, replication_lag=Delay(*[SECOND // 2] * 5), leader_lease=2 * SECOND, catch_up=SECOND)
"""A follower is half a second behind."""


def readers(consistent: bool) -> set[str]:
    """In which roles the replicas are that answered 100 reads."""
    bench = Bench(LAGGING)
    for _ in range(100):
        bench.ask("GetItem", Key=key(), ConsistentRead=consistent)
    return {event.role for event in bench.lab.trace.of(ReplicaRead)}


def zones() -> float:
    bench = Bench(LAGGING)
    return len(bench.lab.inspect("things").replicas("p0"))


def missed(consistent: bool, wait: float = 0) -> float:
    """How many of 60 reads right after a write did not see it."""
    bench = Bench(LAGGING)
    bench.ask("PutItem", Item=sized(10))
    bench.wait(wait)
    return sum("Item" not in bench.ask("GetItem", Key=key(), ConsistentRead=consistent) for _ in range(60))


def served(operation: str, lost: str, **params: object) -> bool:
    """Whether a request is served a minute after these zones were lost."""
    bench = Bench(LAGGING)
    bench.ask("PutItem", Item=sized(10))
    bench.wait(1)
    for zone in lost:
        bench.lab.faults.lose_zone(zone)
    bench.wait(60)
    return bench.accepts(operation, **params)


def without_leader() -> float:
    """How many seconds a partition refuses writes after its leader was lost."""
    bench = Bench(LAGGING)
    bench.lab.faults.lose_zone("a")
    began = bench.lab.clock.now
    while bench.outcome("PutItem", Item=sized(10)) != "OK":
        bench.wait(0.1)
    assert bench.lab.trace.of(LeaderChanged)
    return round((bench.lab.clock.now - began) / SECOND)


def attempts(retries: Retries) -> float:
    """How often a client asks a partition that never answers."""
    bench = Bench(LAGGING)
    for zone in "abc":
        bench.lab.faults.lose_zone(zone)
    client = Client(bench.lab.clock, retries, Stream(1, "client"))
    call = client.call(lambda: bench.ask("GetItem", Key=key()))
    bench.wait(600)
    return len(call.attempts)


def longest_first_wait(retries: Retries) -> float:
    """The longest wait before a client's first retry that 300 draws come close to, in whole milliseconds."""
    chance = Stream(1, "waits")
    return round(max(retries.wait(1, False, chance) for _ in range(300)) / 1000)


CLAIMS: list[Claim] = [
    PAPER.says("replicas of a partition, each in a zone of its own", 3, "replicas", zones),
    PAPER.says("who answers strongly consistent reads", "leader", "", lambda: " ".join(sorted(readers(True)))),
    PAPER.says(
        "who answers eventually consistent reads", "follower leader", "", lambda: " ".join(sorted(readers(False)))
    ),
    PAPER.says(
        "a write is served with one of three zones lost: two are a quorum",
        True,
        "",
        served,
        "PutItem",
        "c",
        Item=sized(10),
    ),
    PAPER.says("a write is served with two of three zones lost", False, "", served, "PutItem", "bc", Item=sized(10)),
    PAPER.says(
        "a strongly consistent read is served with two of three zones lost",
        False,
        "",
        served,
        "GetItem",
        "bc",
        Key=key(),
        ConsistentRead=True,
    ),
    PAPER.says(
        "an eventually consistent read is served with two of three zones lost",
        True,
        "",
        served,
        "GetItem",
        "bc",
        Key=key(),
    ),
    PAPER.says(
        "a partition whose leader is lost has another when the lease has expired, here 2 s",
        2,
        "seconds",
        without_leader,
    ),
    CONSISTENCY.says("strongly consistent reads that miss the write before them, of 60", 0, "reads", missed, True),
    CONSISTENCY.says("eventually consistent reads may miss the write before them", True, "", lambda: missed(False) > 0),
    CONSISTENCY.says(
        "eventually consistent reads that miss a write of a second ago, of 60", 0, "reads", missed, False, 1
    ),
    SDK.says("attempts of boto3 in its standard mode", 4, "attempts", attempts, STANDARD),
    SDK.says("attempts of boto3 in its legacy mode", 10, "attempts", attempts, LEGACY),
    SDK.says("the longest wait before a first retry, standard", 25, "milliseconds", longest_first_wait, STANDARD),
    SDK.says("the wait before a first retry, legacy", 50, "milliseconds", longest_first_wait, LEGACY),
]
