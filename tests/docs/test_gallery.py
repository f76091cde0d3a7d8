"""The gallery: a picture of every topic, none too heavy for a page."""

import re

import pytest

from dynateach.topics.catalogue import topics
from tests.browser.gallery import PAGE, names

TEXT = PAGE.read_text("utf-8")
HEAVY = 150_000
"""Bytes."""
RENEW = "renew the gallery: python -m tests.browser.gallery docs/images/gallery"


def test_every_topic_has_its_entry_and_nothing_else_has() -> None:
    assert names(TEXT) == [topic.name for topic in topics()], RENEW


@pytest.mark.parametrize("name", names(TEXT))
def test_an_entry_has_both_pictures_and_their_finding(name: str) -> None:
    entry = TEXT.partition(f"## {name}\n")[2].partition("\n## ")[0]
    pictures = re.findall(r'(?:src|srcset)="([^"]+)"', entry)
    finding = re.search(r'alt="([^"]+)"', entry)

    assert [picture.rpartition("-")[2] for picture in pictures] == ["dark.png", "light.png"]
    for picture in pictures:
        assert 10_000 < (PAGE.parent / picture).stat().st_size <= HEAVY, picture
    assert finding
    assert f"*{finding[1]}*" in entry


def test_every_picture_is_shown() -> None:
    kept = {file.relative_to(PAGE.parent).as_posix() for file in (PAGE.parent / "images" / "gallery").iterdir()}

    assert kept == set(re.findall(r'(?:src|srcset)="([^"]+)"', TEXT)), RENEW
