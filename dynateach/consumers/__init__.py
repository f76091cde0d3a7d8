"""A consumer of DynamoDB Streams, as AWS Lambda's event source mapping is one: ``lab.consume(…)``.

    settings.py    what one can set: the mapping's parameters, with their documented defaults and ranges
    reader.py      a place in one shard, by the API of DynamoDB Streams
    filters.py     which records are for the function at all
    batch.py       records that go to the function together, and what becomes of them when it fails
    invocation.py  one call of the function: the context, how it came out, what its answer means
    calls.py       all calls of a function: made, and written down
    destination.py what the on-failure destination is told
    lane.py        one batch at a time: sent, sent again, given up
    shard.py       one shard: polled, spread over its lanes, finished
    consumer.py    the whole mapping: parents before children, pause, crash, iterator age

It reads with DescribeStream, GetShardIterator and GetRecords, as any user could, on the Lab's clock. Each rule says
whether AWS documents it (Lambda Developer Guide, *Using AWS Lambda with Amazon DynamoDB*) or we assume it.
"""

from dynateach.consumers.consumer import Consumer
from dynateach.consumers.invocation import Context, Invocation
from dynateach.consumers.settings import Settings

__all__ = ["Consumer", "Context", "Invocation", "Settings"]
