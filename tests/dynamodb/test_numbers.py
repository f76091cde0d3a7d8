"""DynamoDB's numbers, each measured on a Lab and compared with what its source says."""

from pathlib import Path

import pytest

from tests.dynamodb.numbers import page
from tests.dynamodb.numbers.claim import Claim


@pytest.mark.parametrize(
    "claim",
    [pytest.param(claim, id=f"{file}: {claim.words}") for file in page.FILES for claim in page.claims_of(file)],
)
def test_the_number_is_what_its_source_says(claim: Claim) -> None:
    assert claim.measure() == claim.value


def test_no_two_claims_are_in_the_same_words() -> None:
    for file in page.FILES:
        words = [claim.words for claim in page.claims_of(file)]
        assert sorted(set(words)) == sorted(words), file


def test_every_file_of_claims_is_on_the_page() -> None:
    files = {path.stem for path in Path(page.__file__).parent.glob("*.py") if "CLAIMS" in path.read_text()}
    assert files - {"claim", "page"} == set(page.FILES)


def test_the_page_of_numbers_is_up_to_date() -> None:
    assert page.PAGE.read_text() == page.page(), "run: python -m tests.dynamodb.numbers.page"
