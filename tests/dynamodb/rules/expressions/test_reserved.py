"""The reserved words."""

import pytest

from dynateach.dynamodb.rules.reserved import RESERVED, is_reserved


def test_there_are_573_reserved_words() -> None:
    assert len(RESERVED) == 573


@pytest.mark.parametrize("word", ["STATUS", "status", "Status", "name", "ttl", "zone", "abort", "size"])
def test_case_does_not_help(word: str) -> None:
    assert is_reserved(word)


@pytest.mark.parametrize("word", ["pk", "sk", "remove", "price", "statuses", ""])
def test_other_names_are_free(word: str) -> None:
    assert not is_reserved(word)
