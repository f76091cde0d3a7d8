"""What a claim about a number is, and who makes it.

A file beside this one holds a list ``CLAIMS``. A claim says in words what is counted, what the number is, who says so,
and how it is measured on a Lab. A source is written as a reader would look it up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

Kind = Literal["documented", "published", "measured by others", "assumed"]
Value = float | str | bool


@dataclass(frozen=True)
class Claim:
    """``words`` come to ``value``, in ``unit``; ``measure`` asks a Lab."""

    words: str
    value: Value
    unit: str
    kind: Kind
    source: str
    measure: Callable[[], Value]


@dataclass(frozen=True)
class Source:
    """Somebody who says something about DynamoDB's numbers."""

    kind: Kind
    name: str

    def says(
        self, words: str, value: Value, unit: str, measure: Callable[..., Value], /, *arguments: Any, **options: Any
    ) -> Claim:
        """A claim of this source, measured by ``measure(*arguments, **options)``."""
        return Claim(words, value, unit, self.kind, self.name, partial(measure, *arguments, **options))


def guide(page: str) -> Source:
    """A page of the Amazon DynamoDB Developer Guide."""
    return Source("documented", f"Developer Guide, {page}")


def api(operation: str) -> Source:
    """The documentation of an operation or type in the API reference."""
    return Source("documented", f"API reference, {operation}")


UNITS = guide("DynamoDB read and write operations")
SIZES = guide("DynamoDB item sizes and formats")
CONSTRAINTS = guide("Constraints in Amazon DynamoDB")
QUOTAS = guide("Quotas in Amazon DynamoDB")
GLOBAL_INDEXES = guide("Using global secondary indexes")
LOCAL_INDEXES = guide("Local secondary indexes")
TRANSACTIONS = guide("DynamoDB transactions: how it works")
BURST = guide("Burst and adaptive capacity")
PARTITION_KEYS = guide("Best practices for designing and using partition keys effectively")
ON_DEMAND = guide("On-demand capacity mode")
SWITCHING = guide("Considerations when switching capacity modes")
WARM = guide("Warm throughput")
STREAMS = guide("Change data capture for DynamoDB Streams")
EXPIRY = guide("Using time to live (TTL)")
RECOVERY = guide("Point-in-time backups")
AUTO_SCALING = guide("Managing throughput capacity automatically with auto scaling")
CONSISTENCY = guide("DynamoDB read consistency")
LAMBDA = Source("documented", "AWS Lambda API reference, CreateEventSourceMapping")

PAPER = Source("published", "USENIX ATC 2022, Amazon DynamoDB")
SDK = Source("published", "botocore 1.44, source code")

OTHERS = Source("measured by others", "authors of dynoxide and dynamodb-conformance, on live DynamoDB")

US = Source("assumed", "AWS publishes nothing")
