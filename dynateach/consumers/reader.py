"""A place in one shard, kept by the API of DynamoDB Streams as any consumer has to keep it."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from dynateach.clock import SECOND
from dynateach.errors import ServiceError

Ask = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Sends an operation of DynamoDB Streams with its parameters, and gives the answer in wire form."""


class Record(NamedTuple):
    """A record as it goes to the function: its sequence number, when it arrived (µs; the API tells whole seconds), the
    item that it is about, and the record itself in JSON, so that no function can change another's copy.
    """

    number: str
    arrived: int
    item: str
    text: str


class ShardReader:
    """Reads one shard forward from a place.

    ``ended`` says that the shard is closed and read to its end, or that it is gone; ``refused``, that the last read was one
    too many for the shard.
    """

    def __init__(self, ask: Ask, stream: str, shard: str) -> None:
        self.ended = self.refused = False
        self._ask = ask
        self._stream = stream
        self._shard = shard
        self._place: dict[str, str] = {"ShardIteratorType": "TRIM_HORIZON"}
        self._iterator: str | None = None

    def go_to(self, number: str) -> None:
        """Read on from the record with that sequence number."""
        self._stand("AT_SEQUENCE_NUMBER", number)

    def read(self, limit: int) -> list[Record]:
        """The next records, possibly none.

        An iterator lives 15 minutes (documented): a reader that was away longer asks for a new one. A place that was
        trimmed meanwhile, 24 hours after it was written, is lost without a word: reading goes on at the oldest record. A read
        that is refused, because too many read from the shard, is to be made again.
        """
        self.refused = False
        try:
            return self._read(limit)
        except ServiceError as error:
            if error.code == "ResourceNotFoundException":
                self.ended = True
                return []
            if error.code == "LimitExceededException":
                self.refused = True
                return []
            if error.code not in _LOST_PLACE:
                raise
        if self._iterator is None:
            self._place = {"ShardIteratorType": "TRIM_HORIZON"}
        self._iterator = None
        return self.read(limit)

    def _read(self, limit: int) -> list[Record]:
        if self._iterator is None:
            where = {"StreamArn": self._stream, "ShardId": self._shard, **self._place}
            self._iterator = self._ask("GetShardIterator", where)["ShardIterator"]
        answer = self._ask("GetRecords", {"ShardIterator": self._iterator, "Limit": limit})
        records = [_record(told, self._stream) for told in answer["Records"]]
        if records:
            self._stand("AFTER_SEQUENCE_NUMBER", records[-1].number)
        self._iterator = answer.get("NextShardIterator")
        self.ended = self._iterator is None
        return records

    def _stand(self, type: str, number: str) -> None:
        self._place = {"ShardIteratorType": type, "SequenceNumber": number}
        self._iterator = None
        self.ended = False


_LOST_PLACE = frozenset({"ExpiredIteratorException", "TrimmedDataAccessException"})


def _record(told: dict[str, Any], stream: str) -> Record:
    """Documented: the record as GetRecords gives it and the stream's ARN; who made a change is spelled in small letters."""
    change = told["dynamodb"]
    event = {**told, "eventSourceARN": stream}
    if "userIdentity" in told:
        identity = told["userIdentity"]
        event["userIdentity"] = {"principalId": identity["PrincipalId"], "type": identity["Type"]}
    return Record(
        change["SequenceNumber"],
        round(change["ApproximateCreationDateTime"] * SECOND),
        json.dumps(change["Keys"], sort_keys=True),
        json.dumps(event, separators=(",", ":"), ensure_ascii=False),
    )
