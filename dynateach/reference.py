"""The reference pages of ``docs/``, made from the data that the engine and the lessons hold, so that they cannot drift from it.

python -m dynateach.reference        writes them anew; a test fails when they are out of date
python -m dynateach.course           the same for what takes a run of the lessons: docs/claims.md, cheat sheets
"""

import ast
import dataclasses
import inspect
from collections.abc import Iterator
from pathlib import Path

from dynateach.course import lessons
from dynateach.course.pages import questions_page
from dynateach.dynamodb.operations.operation import OPERATIONS
from dynateach.dynamodb.rules import limits
from dynateach.prices import US_EAST_1, Price, PriceBook, TableClass
from dynateach.profile import PROFILES, Delay, Profile

DOCS = Path(__file__).parents[1] / "docs"

NOT_THERE = """\
## Not there

- In profile `ideal`: throttling, replicas, index lag, conflicts with transactions. Every read sees the newest write,
  and whatever is asked is served. The profiles `realistic` and `classroom` have them.
- Request routers.
- Being served by a leader that is elected while the request waits: a request that finds none fails, only later. Zone
  faults leave streams alone.
- Conflicts of transactions over the HTTP endpoint and in a client's own sequence of calls: only requests that run
  beside one another on the virtual clock can meet. A TransactGetItems conflicts with transactions, never with a
  PutItem, which takes effect in one instant. The clocks of transaction coordinators do not differ.
- How often the operations of a stream may be called. A consumer skips polls that would find nothing."""

ASSUMED = """\
## Assumed

AWS does not publish these; a Lab has to choose.

- Error texts: most are as emulators give them that were tested against the live service. The words about quotas, the
  sizes of expressions and transactions, and the cancellation of a transaction by a bad key are assumed.
- The hash function: MD5 over the type and value of the partition key, 128 bits wide.
- Admission: the order in which budgets are asked; that a request is let in while its buckets are not empty and may
  overdraw them; that a new table has saved one second's capacity; that an on-demand peak is the busiest second; that
  what exceeds the account's quota gets a RequestLimitExceeded (AWS's pages differ).
- Replication: how lags are distributed, which replica answers, how long a lease lasts, where leaders are, how long
  the service looks for one. That a global index has replicas like a table's.
- Index propagation: its lag, its order, and how much backlog pushes back on the table.
- Expiry: how late an item goes. AWS promises no time.
- How many partitions a new table gets: just enough for its throughput, in equal shares of the key space.
- Splits: that one begins at nine tenths of the size, or when a partition is above the heat threshold for long enough;
  that its point is chosen when it begins, and that it takes effect all at once, at its end.
- Which part of a page's read units falls to which partition: in proportion to the bytes read there.
- How the hash of an index key of several attributes is made: from the hashes of each.
- The order of entries with equal index keys: that of their items in the table.
- The order in which BatchGetItem answers: that of the key space. DynamoDB promises none.
- That a stream has one shard for each partition, and what shard ids and sequence numbers look like. How late a record
  can be read; how long a shard stays open; that more than two readers of a shard are throttled by the bytes that all
  of them take. That no fault of a zone reaches a stream.
- Which stretch of the key space a segment of a parallel scan reads: an equal share of the hashes.
- When the items of a transaction are committed, one by one; that a BatchWriteItem leaves what conflicts unprocessed;
  that a leader which is cut off refuses strongly consistent reads while a commit is overdue there.
- That a transaction which has prepared everything is answered in its time, even where a partition loses its quorum before
  the commit: the next leader finishes it, and until then its token says that it is in progress.
- That a zone which is catching up already answers eventually consistent reads, with what it has.
- That a table calls itself warm when its update ends, while partitions for it may still be splitting.
- What a cancelled transaction costs: double units for each action whose condition did not hold, nothing for the
  others. Its token may be used again.
- What counts towards a transaction's 4 MB: of each item the larger of what was there and what it becomes.
- How long things take, by profile:"""


def pages() -> dict[str, str]:
    """Each page's text, by file name."""
    return {
        "limits.md": limits_page(),
        "prices.md": prices_page(),
        "differences.md": differences_page(),
        "questions.md": questions_page(lessons()),
    }


def limits_page() -> str:
    """Every limit that the engine knows, with its value and what it means."""
    rows = [f"| `{name}` | {value:,} | {meaning} |" for name, value, meaning in documented_limits()]
    head = ["# Limits", "", inspect.getdoc(limits) or "", "", "| limit | value | meaning |", "|---|---:|---|"]
    return "\n".join([*head, *rows, ""])


def documented_limits() -> Iterator[tuple[str, int, str]]:
    """Name, value and explanation of each limit, in the order of ``rules/limits.py``."""
    statements = ast.parse(inspect.getsource(limits)).body
    for statement, after in zip(statements, [*statements[1:], None], strict=True):
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            yield name, getattr(limits, name), _text(after)


def prices_page(book: PriceBook = US_EAST_1) -> str:
    """Every price of the book, with its unit, its source and how sure it is."""
    rows = [
        f"| {what} | {price.dollars} | {price.per:,} | {price.unit} | {price.source} | {price.confidence} |"
        for what, price in listed_prices(book)
    ]
    head = [
        "# Prices",
        "",
        f"In {book.region}, by the list published on {book.dated.day} {book.dated:%B %Y}. Confidence: high means that two",
        "transcriptions of the list agree; medium to high, that one agrees with prices published before; medium, common knowledge.",
        "",
        "| what | dollars | for | unit | source | confidence |",
        "|---|---:|---:|---|---|---|",
    ]
    return "\n".join([*head, *rows, ""])


def listed_prices(book: PriceBook) -> Iterator[tuple[str, Price]]:
    """Each price with what it is for, in the order of ``prices.py``; those of a table class with its name."""
    for field in dataclasses.fields(book):
        found = getattr(book, field.name)
        if isinstance(found, Price):
            yield field.name.replace("_", " "), found
        if isinstance(found, TableClass):
            named = ((one.name.replace("_", " "), getattr(found, one.name)) for one in dataclasses.fields(found))
            yield from ((f"{found.name}: {name}", price) for name, price in named if isinstance(price, Price))


def differences_page() -> str:
    """What a Lab simulates, what it declines, and what is assumed where AWS publishes nothing."""
    operations = [f"| {one.name} | {', '.join(sorted(one.not_simulated)) or '–'} |" for one in OPERATIONS.values()]
    profiles = [_profile_row(field.name) for field in dataclasses.fields(Profile) if field.name != "name"]
    return "\n".join(
        [
            "# Where a Lab differs from DynamoDB",
            "",
            "What is not in these tables behaves as documented, to the best of our knowledge. A parameter that a Lab",
            "does not simulate is declined with an error that says so; it is never ignored.",
            "",
            "## Operations",
            "",
            "| operation | declines |",
            "|---|---|",
            *operations,
            "",
            "DynamoDB's other operations (exports, imports, resource policies, global tables, Kinesis destinations, vector",
            "search) are declined by name; a name that DynamoDB does not know gets its `UnknownOperationException`.",
            "",
            NOT_THERE,
            "",
            ASSUMED,
            "",
            f"| quantity | {' | '.join(PROFILES)} |",
            f"|---|{'---|' * len(PROFILES)}",
            *profiles,
            "",
        ]
    )


def _profile_row(name: str) -> str:
    values = (_shown(name, getattr(profile, name)) for profile in PROFILES.values())
    return f"| {name.replace('_', ' ')} | {' | '.join(values)} |"


def _shown(name: str, value: object) -> str:
    if isinstance(value, Delay):
        if not value.slowest:
            return "none"
        return f"median {value.median / 1000:g} ms, 99 % within {value.p99 / 1000:g} ms"
    if isinstance(value, str):
        return value
    if name in ("on_demand_partitions", "heat_threshold"):
        return str(value)
    assert isinstance(value, int)
    if name == "shard_throughput":
        return f"{value // 1024:,} KB a second" if value else "any"
    if name == "partition_bytes":
        return f"{value / 1024**3:g} GB"
    return f"{value / 1_000_000:g} s" if value else "none"


def _text(statement: ast.stmt | None) -> str:
    is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return " ".join(str(statement.value.value).split()) if is_text else ""  # type: ignore[union-attr]


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (DOCS / name).write_text(text)


if __name__ == "__main__":
    main()
