"""The whole consumer: every shard of a stream, parents before their children, until it is stopped.

Documented: parents are done before their children begin, so that an item's changes keep their order across a split; each
change is delivered at least once. What Lambda does between two polls is our assumption, file by file.
"""

from typing import Any

from dynateach.clock import SECOND, Clock
from dynateach.consumers.calls import Calls
from dynateach.consumers.invocation import Function, Invocation
from dynateach.consumers.reader import Ask
from dynateach.consumers.settings import Settings
from dynateach.consumers.shard import ShardConsumer
from dynateach.dynamodb.storage.stream import Stream
from dynateach.errors import LabError, ServiceError
from dynateach.trace import ConsumerChanged, Trace

RUNNING, PAUSED, DROPPED, STOPPED = "RUNNING", "PAUSED", "DROPPED", "STOPPED"


class Consumer:
    """A function that is called with the changes of one stream; ``lab.consume`` makes one, and it is at work at once.

    ``status`` is RUNNING, PAUSED, DROPPED or STOPPED, ``settings`` what was chosen.
    """

    def __init__(
        self, ask: Ask, clock: Clock, trace: Trace, stream: Stream, function: Function, name: str, settings: Settings
    ) -> None:
        self.name = name
        self.settings = settings
        self.status = RUNNING
        self._ask = ask
        self._clock = clock
        self._trace = trace
        self._stream = stream
        self._calls = Calls(function, name, stream, settings, clock, trace)
        self._shards: dict[str, ShardConsumer] = {}
        self._done: set[str] = set()
        self._early: dict[str, str | None] = {}
        stream.watch.join(self._ring, stream.all_shards())
        self._record_status()
        self._begin(latest=settings.starting_position == "LATEST")

    @property
    def invocations(self) -> list[Invocation]:
        """The calls of the function so far, the newest last."""
        return self._calls.invocations

    @property
    def destination(self) -> list[dict[str, Any]]:
        """What the on-failure destination was told so far: a record for each batch that was given up."""
        return self._calls.destination

    def iterator_age(self, period: float = 60) -> float | None:
        """The greatest age, at its sending, of the last record of a batch that was sent in the last ``period`` seconds; in
        seconds. None if nothing was sent: then Lambda reports nothing either.

        Documented: the metric IteratorAge is measured when a batch is sent. So it climbs while a batch is sent again and
        again, and says nothing while a consumer is paused.
        """
        since = self._clock.now - period * SECOND
        recent = [one.iterator_age for one in self.invocations if one.at >= since]
        return max(recent) / SECOND if recent else None

    def pause(self) -> None:
        """Stop polling and calling (documented: a disabled mapping does so). A call under way comes to its end; what is
        not done will be read again.
        """
        self._leave(PAUSED)

    def drop(self) -> None:
        """Lose the consumer in the middle of its work, as a crashed host is lost: calls under way did what they did, but
        nobody heard how they came out, so that their records come again.
        """
        self._leave(DROPPED)

    def resume(self) -> None:
        """Go on at the first record of each shard that is not done. Raises ``LabError`` for a stopped consumer."""
        with self._clock.lock:
            self._require_not_stopped()
            if self.status != RUNNING:
                self._become(RUNNING)
                for shard in self._shards.values():
                    shard.come_back()

    def stop(self) -> None:
        """End it for good: a call under way comes to its end, and no other will be made."""
        with self._clock.lock:
            if self.status != STOPPED:
                self._leave(STOPPED)
                self._stream.watch.leave(self._ring)

    def crash(self, times: int = 1) -> None:
        """Let the next so many calls do their work and die before they can say so: to the consumer they failed."""
        self._calls.crashes += times

    def _begin(self, *, latest: bool) -> None:
        """Start with the shards that are there. What comes after now lies in the open ones."""
        if not latest:
            self._start_what_is_ready()
            return
        for shard in self._described():
            if "EndingSequenceNumber" in shard["SequenceNumberRange"]:
                self._done.add(shard["ShardId"])
            else:
                self._start(shard["ShardId"], still_to_come=True)

    def _start_what_is_ready(self) -> None:
        """Start the shards that have no parent any more, or one that is done."""
        parents = {shard["ShardId"]: shard.get("ParentShardId") for shard in self._described()}
        unfinished = (parents.keys() | self._shards.keys()) - self._done
        for id, parent in parents.items():
            if id in unfinished and id not in self._shards and parent not in unfinished:
                self._start(id)

    def _start(self, id: str, *, still_to_come: bool = False) -> None:
        self._shards[id] = ShardConsumer(
            self._calls, self._ask, self._stream.arn, id, self._shard_done, still_to_come=still_to_come
        )
        if id in self._early:
            self._shards[id].ring(self._early.pop(id))

    def _shard_done(self, id: str) -> None:
        del self._shards[id]
        self._done.add(id)
        self._start_what_is_ready()

    def _described(self) -> list[dict[str, Any]]:
        """The stream's shards, page by page; none when the stream is gone."""
        shards: list[dict[str, Any]] = []
        start: dict[str, str] = {}
        while True:
            try:
                description = self._ask("DescribeStream", {"StreamArn": self._stream.arn, **start})["StreamDescription"]
            except ServiceError as error:
                if error.code == "ResourceNotFoundException":
                    return shards
                raise
            shards += description["Shards"]
            if "LastEvaluatedShardId" not in description:
                return shards
            start = {"ExclusiveStartShardId": description["LastEvaluatedShardId"]}

    def _ring(self, shard: str, number: str | None) -> None:
        """Pass on that there is something new; of a shard that has not been started, the first news is kept for then."""
        if shard in self._shards:
            self._shards[shard].ring(number)
        else:
            self._early.setdefault(shard, number)

    def _leave(self, status: str) -> None:
        with self._clock.lock:
            self._require_not_stopped()
            self._become(status)
            for shard in self._shards.values():
                shard.go_away(lose_calls=status == DROPPED)

    def _become(self, status: str) -> None:
        self.status = status
        self._record_status()

    def _record_status(self) -> None:
        self._trace.record(ConsumerChanged(self._clock.now, 0, self.name, self._stream.table_name, self.status))

    def _require_not_stopped(self) -> None:
        if self.status == STOPPED:
            raise LabError(f"the consumer {self.name} was stopped", next="Make another with lab.consume.")

    def __repr__(self) -> str:
        calls, failed = len(self.invocations), sum(one.outcome not in ("OK", "RUNNING") for one in self.invocations)
        return f"<Consumer {self.name} {self.status} calls={calls} failed={failed} discarded={len(self.destination)}>"
