"""docs/numbers.md: every claim, with its number and who says so.

python -m tests.dynamodb.numbers.page        writes it anew; a test fails when it is out of date
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from tests.dynamodb.numbers.claim import Claim, Value

PAGE = Path(__file__).parents[3] / "docs" / "numbers.md"

FILES = (
    "reads",
    "writes",
    "transactions",
    "indexes",
    "sizes",
    "throughput",
    "changes",
    "limits",
    "streams",
    "protection",
    "replicas",
)
"""The files of claims, in the order of the page."""

HEAD = """\
# The numbers

Each line is a claim about DynamoDB, the number, and who says so. A test measures every one of them on a Lab: it makes
the requests and reads the number off the answer or the trace (`tests/dynamodb/numbers/`).

- *documented*: AWS's documentation says so, on the page that is named.
- *published*: AWS said so elsewhere, in a paper or in the source of an SDK.
- *measured by others*: somebody measured it on live DynamoDB. AWS does not promise it.
- *assumed*: nobody outside AWS knows. A Lab has to choose.
"""


def page() -> str:
    """The text of the page."""
    return "\n".join([HEAD, *(line for file in FILES for line in _section(module_of(file)))])


def module_of(file: str) -> ModuleType:
    """A file of claims."""
    return import_module(f"tests.dynamodb.numbers.{file}")


def claims_of(file: str) -> list[Claim]:
    """The claims in a file."""
    claims: list[Claim] = module_of(file).CLAIMS
    return claims


def _section(module: ModuleType) -> Iterator[str]:
    title, _, rest = (module.__doc__ or "").strip().partition(":")
    yield f"## {title}"
    yield ""
    yield _capital(rest.strip())
    yield ""
    yield "| what | number | unit | kind | source |"
    yield "|---|---:|---|---|---|"
    for claim in module.CLAIMS:
        cells = (_capital(claim.words), _shown(claim.value), claim.unit or "–", claim.kind, claim.source)
        yield f"| {' | '.join(cells)} |"
    yield ""


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return f"`{value}`" if value else value
    return f"{value:,g}" if value != int(value) else f"{int(value):,}"


if __name__ == "__main__":
    PAGE.write_text(page())
