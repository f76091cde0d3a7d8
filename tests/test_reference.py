"""The reference pages say what the engine does."""

import pytest

from dynateach.dynamodb.operations.operation import OPERATIONS
from dynateach.dynamodb.rules import limits
from dynateach.reference import DOCS, documented_limits, pages


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_reference_page_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text() == pages()[name], "run: python -m dynateach.reference"


def test_every_limit_is_on_the_page_with_its_meaning() -> None:
    listed = {name: value for name, value, _ in documented_limits()}
    constants = {name: value for name, value in vars(limits).items() if name.isupper()}
    assert listed == constants
    assert all(meaning for _, _, meaning in documented_limits())


def test_every_operation_is_on_the_page() -> None:
    page = pages()["differences.md"]
    assert all(f"| {name} |" in page for name in OPERATIONS)
