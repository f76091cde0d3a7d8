"""Streams and their consumers: how long, how many, in which order."""

from typing import Any

from dynateach import LabError, ServiceError
from dynateach.consumers import Settings
from tests.dynamodb.numbers.bench import KB, MB, Bench, Wire, key, largest, sized
from tests.dynamodb.numbers.claim import EXPIRY, LAMBDA, STREAMS, US, Claim, api

HOUR, DAY = 3600, 24 * 3600


class StreamBench(Bench):
    """A table with a stream of new and old images."""

    def __init__(self, profile: str = "ideal", view: str = "NEW_AND_OLD_IMAGES") -> None:
        super().__init__(profile, StreamSpecification={"StreamEnabled": True, "StreamViewType": view})
        self.arn: str = self.ask("DescribeTable")["Table"]["LatestStreamArn"]

    def stream(self, operation: str, **params: Any) -> Wire:
        return self.lab.request("dynamodbstreams", operation, params)

    def shards(self) -> list[Wire]:
        shards: list[Wire] = self.stream("DescribeStream", StreamArn=self.arn)["StreamDescription"]["Shards"]
        return shards

    def iterator(self, shard: str = "") -> str:
        which = {"StreamArn": self.arn, "ShardId": shard or self.shards()[0]["ShardId"]}
        return str(self.stream("GetShardIterator", **which, ShardIteratorType="TRIM_HORIZON")["ShardIterator"])

    def records(self, **params: Any) -> list[Wire]:
        """What is in the first page of the oldest shard."""
        records: list[Wire] = self.stream("GetRecords", ShardIterator=self.iterator(), **params)["Records"]
        return records


def kept_for() -> float:
    """The largest age in seconds at which a record can be read."""

    def is_kept(seconds: int) -> bool:
        bench = StreamBench()
        bench.put(10)
        bench.wait(seconds)
        return bool(bench.records())

    return largest(is_kept, below=2 * DAY)


def iterator_life() -> float:
    """After how many seconds an iterator is no longer good."""

    def is_good(seconds: int) -> bool:
        bench = StreamBench()
        iterator = bench.iterator()
        bench.wait(seconds)
        try:
            bench.stream("GetRecords", ShardIterator=iterator)
        except ServiceError:
            return False
        return True

    return largest(is_good, below=HOUR) + 1


def records_in_a_page(size: int, writes: int) -> float:
    bench = StreamBench(view="NEW_IMAGE")
    for number in range(writes):
        bench.put(size, f"{number:04}")
    return len(bench.records())


def bytes_in_a_page() -> float:
    """The bytes of the images in one page; the records' keys count too."""
    bench = StreamBench(view="NEW_IMAGE")
    for number in range(40):
        bench.put(64 * KB - len("pk0000"), f"{number:04}")
    return float(sum(record["dynamodb"]["SizeBytes"] for record in bench.records()))


def record_of(*steps: tuple[str, Wire]) -> float:
    bench = StreamBench()
    for operation, params in steps:
        bench.ask(operation, **params)
    return len(bench.records())


PUT = ("PutItem", {"Item": sized(10)})


def order() -> str:
    """The changes of one item as they stand in its shard."""
    bench = StreamBench()
    for version in "1234":
        bench.ask("PutItem", Item={**key(), "v": {"S": version}})
    bench.ask("DeleteItem", Key=key())
    told = [record["dynamodb"].get("NewImage", {"v": {"S": "gone"}})["v"]["S"] for record in bench.records()]
    return " ".join(told)


def order_across_a_split() -> str:
    """The versions of one item as a consumer gets them whose table was split while it was away."""
    bench = StreamBench()
    got: list[str] = []
    consumer = bench.lab.consume("things", lambda event, _: got.extend(version_of(one) for one in event["Records"]))
    consumer.pause()
    for version in "123456":
        bench.ask("PutItem", Item={**key(), "v": {"S": version}})
        if version in "24":
            bench.lab.inspect("things").split(bench.lab.inspect("things").locate("a").partition)
    consumer.resume()
    bench.wait(60)
    return " ".join(got)


def version_of(record: Wire) -> str:
    return str(record["dynamodb"]["NewImage"]["v"]["S"])


def children() -> float:
    """How many shards name the shard of a partition that was split as their parent."""
    bench = StreamBench()
    parent = bench.shards()[0]["ShardId"]
    bench.lab.inspect("things").split("p0")
    return len([one for one in bench.shards() if one.get("ParentShardId") == parent])


def arns() -> float:
    """How many streams a table has had that was given one, lost it and was given one again."""
    bench = StreamBench()
    bench.wait(1)
    bench.ask("UpdateTable", StreamSpecification={"StreamEnabled": False})
    bench.wait(1)
    bench.ask("UpdateTable", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    return len(bench.stream("ListStreams")["Streams"])


def shards_of_a_table() -> float:
    """Shards of a new on-demand table, for each of its partitions."""
    bench = StreamBench("realistic")
    return len(bench.shards()) / len(bench.lab.inspect("things").partitions)


def expired_by(field: str) -> str:
    """Who deleted an item that expired."""
    bench = StreamBench()
    bench.ask("UpdateTimeToLive", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    bench.ask("PutItem", Item={**key(), "expires": {"N": str(bench.lab.clock.now // 1_000_000)}})
    bench.wait(60)
    return str(bench.records()[-1]["userIdentity"][field])


def highest(setting: str, below: int) -> float:
    """The largest value of a consumer's setting."""

    def accepted(value: int) -> bool:
        try:
            Settings.of({setting: value})
        except LabError:
            return False
        return True

    return largest(accepted, below)


def first_batch(records: int, **settings: Any) -> float:
    """How many records go to a function together, when so many are waiting for it."""
    bench = StreamBench()
    for number in range(records):
        bench.put(10, str(number))
    sizes: list[int] = []
    bench.lab.consume("things", lambda event, _: sizes.append(len(event["Records"])), **settings)
    bench.wait(60)
    return sizes[0]


def retried_until() -> float:
    """How old, in whole hours, a record is when a function that always fails is called with it the last time."""
    bench = StreamBench()
    bench.put(10)

    def fail(event: Wire, context: object) -> None:
        raise ValueError("never")

    written = bench.lab.clock.now
    consumer = bench.lab.consume("things", fail)
    bench.wait(2 * DAY)
    return round((consumer.invocations[-1].at - written) / 1_000_000 / HOUR)


CLAIMS: list[Claim] = [
    STREAMS.says("a record can be read for", DAY, "seconds", kept_for),
    api("GetShardIterator").says("a shard iterator expires after", 900, "seconds", iterator_life),
    api("GetRecords").says("records in one GetRecords", 1000, "records", records_in_a_page, 10, 1500),
    api("GetRecords").says("a page of GetRecords", MB, "bytes", bytes_in_a_page),
    STREAMS.says(
        "records of two Puts that change something", 2, "records", record_of, PUT, ("PutItem", {"Item": sized(11)})
    ),
    STREAMS.says("records of two Puts of the same item", 1, "records", record_of, PUT, PUT),
    STREAMS.says("records of a Delete where nothing is", 0, "records", record_of, ("DeleteItem", {"Key": key()})),
    STREAMS.says("four versions of an item and its end, in order", "1 2 3 4 gone", "", order),
    STREAMS.says(
        "six versions of an item whose partition was split twice, parents read first",
        "1 2 3 4 5 6",
        "",
        order_across_a_split,
    ),
    STREAMS.says("shards that follow the shard of a partition that was split", 2, "shards", children),
    STREAMS.says("streams of a table whose stream was disabled and enabled again", 2, "streams", arns),
    US.says("shards of a stream, for each partition of its table", 1, "shards", shards_of_a_table),
    EXPIRY.says("the principal of a deletion by time to live", "dynamodb.amazonaws.com", "", expired_by, "PrincipalId"),
    EXPIRY.says("the type of that principal", "Service", "", expired_by, "Type"),
    LAMBDA.says("records in a batch, unless told otherwise", 100, "records", first_batch, 150),
    LAMBDA.says("records in a batch, at most", 10_000, "records", highest, "batch_size", 20_000),
    LAMBDA.says(
        "batches of one shard at work together, at most", 10, "batches", highest, "parallelization_factor", 100
    ),
    LAMBDA.says("a batching window, at most", 300, "seconds", highest, "maximum_batching_window_in_seconds", 1000),
    LAMBDA.says(
        "a failing record is tried again until it is so old, unless told otherwise", 24, "hours", retried_until
    ),
]
