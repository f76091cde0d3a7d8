"""A backup of a table: its definition and all of its items, as they were at one moment.

Documented: a backup takes no throughput, holds the whole table with its indexes, and stays until it is deleted, even
when the table is gone. Deleting a table that has point-in-time recovery leaves a system backup, which expires after 35
days. Items are never changed in place, so a backup shares them with the table.
"""

from dataclasses import dataclass
from typing import Any

from dynateach.dynamodb.storage.history import Contents

USER, SYSTEM = "USER", "SYSTEM"
"""Who asked for it: the account's owner, or DynamoDB when a table with point-in-time recovery was deleted."""


@dataclass(frozen=True)
class Backup:
    """One backup. ``definition`` is a complete one, from which the table can be created again; ``source`` and ``features``
    describe the table in wire form. Times are virtual (µs); ``ready`` is when it can be restored, ``expires`` None for never.
    """

    arn: str
    name: str
    type: str
    created: int
    ready: int
    expires: int | None
    size: int
    definition: dict[str, Any]
    source: dict[str, Any]
    features: dict[str, Any]
    contents: Contents

    def status(self, now: int) -> str:
        """CREATING or AVAILABLE."""
        return "AVAILABLE" if now >= self.ready else "CREATING"
