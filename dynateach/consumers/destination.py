"""What the on-failure destination of a consumer is told: which records were given up, not what was in them.

Documented: the members, and that only the metadata of the batch is sent, so that whoever wants the records must fetch
them from the stream before they are trimmed. Assumed: what stands there for records that were too old to be sent at all.
"""

from datetime import UTC, datetime
from typing import Any

from dynateach.clock import SECOND
from dynateach.consumers.batch import Batch
from dynateach.consumers.invocation import Invocation


def failure_record(
    batch: Batch, *, shard: str, stream: str, function: str, reason: str, last: Invocation | None, now: int
) -> dict[str, Any]:
    """The record about one discarded batch; ``last`` is the last call that had it, if there was one."""
    first, final = batch.records[0], batch.records[-1]
    response = {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    return {
        "requestContext": {
            "requestId": last.request_id if last else "",
            "functionArn": function,
            "condition": reason,
            "approximateInvokeCount": last.batch.retries + 1 if last else 0,
        },
        **({"responseContext": response} if last else {}),
        "version": "1.0",
        "timestamp": _moment(now, "milliseconds"),
        "DDBStreamBatchInfo": {
            "shardId": shard,
            "startSequenceNumber": first.number,
            "endSequenceNumber": final.number,
            "approximateArrivalOfFirstRecord": _moment(first.arrived, "seconds"),
            "approximateArrivalOfLastRecord": _moment(final.arrived, "seconds"),
            "batchSize": len(batch.records),
            "streamArn": stream,
        },
    }


def _moment(microseconds: int, precision: str) -> str:
    return datetime.fromtimestamp(microseconds / SECOND, UTC).isoformat(timespec=precision).replace("+00:00", "Z")
