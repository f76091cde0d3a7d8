"""Numbers as people say them, and the card of marks."""

import pytest

from dynateach.drawing.captions import against, coloured, count, legend_card, number, percent, times
from dynateach.drawing.palette import VOCABULARY


@pytest.mark.parametrize(
    ("value", "said"), [(2000, "2,000"), (0.5, "0.5"), (1999.96, "2,000"), (12.34, "12.3"), (0, "0")]
)
def test_a_number_has_groups_and_at_most_one_decimal(value: float, said: str) -> None:
    assert number(value) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.714, "71 %"),
        (0, "0 %"),
        (1, "100 %"),
        (0.004, "0.4 %"),
        (0.0001, "0.1 %"),
        (0.9999, "99.9 %"),
        (0.995, "99.5 %"),
    ],
)
def test_a_small_share_is_never_called_nothing_and_a_large_one_never_all(share: float, said: str) -> None:
    assert percent(share).replace("\u202f", " ") == said


def test_a_thing_is_counted_in_singular_and_plural() -> None:
    assert count(1, "key") == "1 key"
    assert count(2000, "key") == "2,000 keys"
    assert count(10, "query", "queries") == "10 queries"


def test_a_ratio_keeps_what_matters_of_it() -> None:
    assert times(1.42) == "1.4×"
    assert times(0.03) == "0.03×"


@pytest.mark.parametrize(
    ("load", "said"),
    [(2_000, "2.0×"), (1_047, "47 over"), (1_000, "exactly"), (999, "1 under"), (940, "0.9×"), (1_101, "1.1×")],
)
def test_a_load_near_its_ceiling_is_counted_and_any_other_is_a_factor(load: float, said: str) -> None:
    assert against(load, 1_000) == said


def test_coloured_words_are_spelled_as_the_stylesheet_looks_for_them() -> None:
    assert coloured("writes", "#1F6FE0") == '<span style="color: rgb(31, 111, 224)">writes</span>'


def test_the_legend_card_shows_and_says_every_word() -> None:
    card = legend_card()

    assert [line.split(":")[0] for line in repr(card).splitlines()] == [entry.name for entry in VOCABULARY]
    for entry in VOCABULARY:
        assert f"<strong>{entry.name}</strong>" in card._repr_html_()


def test_a_legend_card_may_hold_only_the_words_that_a_picture_uses() -> None:
    assert [entry.name for entry in legend_card("ceiling", "split").words] == ["ceiling", "split"]


def test_a_word_that_no_picture_uses_has_no_card() -> None:
    with pytest.raises(KeyError):
        legend_card("sprocket")
