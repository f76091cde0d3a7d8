"""The palette: legible on both themes, and apart for every kind of eye."""

from itertools import combinations
from math import dist

import pytest
from plotly.graph_objects import Scatter

from dynateach.drawing.palette import BLUE, CEILING, GREEN, INK, OCHRE, PURPLE, QUIET, VERMILLION, VOCABULARY, rgb, word
from dynateach.drawing.shapes import outline
from dynateach.drawing.theme import ON_DARK, ON_LIGHT

LIGHT, DARK = "#FFFFFF", "#111111"
SIGHT = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    # Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
    "protanopia": ((0.1523, 1.0526, -0.2049), (0.1145, 0.7863, 0.0992), (-0.0039, -0.0481, 1.0520)),
    "deuteranopia": ((0.3673, 0.8606, -0.2279), (0.2801, 0.6725, 0.0474), (-0.0118, 0.0429, 0.9689)),
    "tritanopia": ((1.2555, -0.0767, -0.1788), (-0.0784, 0.9308, 0.1476), (0.0047, 0.6914, 0.3039)),
}
Colour = tuple[float, float, float]


@pytest.mark.parametrize("colour", [BLUE, GREEN, PURPLE, VERMILLION, OCHRE, INK, QUIET])
@pytest.mark.parametrize("background", [LIGHT, DARK])
def test_every_colour_is_legible_on_both_themes(colour: str, background: str) -> None:
    dark, light = sorted((_luminance(colour), _luminance(background)))

    assert (light + 0.05) / (dark + 0.05) >= 3


@pytest.mark.parametrize(("hues", "background"), [(ON_LIGHT, LIGHT), (ON_DARK, DARK)])
def test_words_in_a_hue_are_read_with_ease(hues: dict[str, str], background: str) -> None:
    assert set(hues) == {BLUE, GREEN, PURPLE, VERMILLION, OCHRE}
    for colour in hues.values():
        dark, light = sorted((_luminance(colour), _luminance(background)))
        assert (light + 0.05) / (dark + 0.05) >= 5.5, colour


@pytest.mark.parametrize("sight", SIGHT)
def test_the_hues_stay_apart_for_every_kind_of_eye(sight: str) -> None:
    for one, other in combinations([BLUE, GREEN, PURPLE, VERMILLION, OCHRE, INK], 2):
        assert dist(_seen(one, sight), _seen(other, sight)) > 15, (one, other)


def test_no_two_words_look_alike_even_without_colour() -> None:
    assert len({entry.mark for entry in VOCABULARY}) == len(VOCABULARY)
    assert len({outline(entry) + entry.mark[-5:] for entry in VOCABULARY}) == len(VOCABULARY)


def test_the_vocabulary_is_complete_and_each_word_can_be_looked_up() -> None:
    events = {"write", "read", "stale read", "wait", "throttle", "refused", "conflict", "split", "fault", "expiry"}
    things = {"client", "leader", "replica", "index", "shard", "record", "consumer", "ceiling"}

    assert {entry.name for entry in VOCABULARY} == events | things
    assert all(word(entry.name) is entry for entry in VOCABULARY)


def test_every_mark_and_line_is_one_that_figures_and_the_player_can_draw() -> None:
    for entry in VOCABULARY:
        assert entry.line in {"solid", "dash", "dot", "hatch"}, entry
        assert outline(entry).startswith("M")
        if entry is not CEILING:
            assert Scatter(marker={"symbol": entry.mark}).marker.symbol == entry.mark


def test_a_colour_is_spelled_as_browsers_spell_it() -> None:
    assert rgb("#1F6FE0") == "rgb(31, 111, 224)"


def _linear(colour: str) -> Colour:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return _straight(red), _straight(green), _straight(blue)


def _straight(channel: float) -> float:
    return float(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _seen(colour: str, sight: str) -> Colour:
    """The colour in CIELAB, where distances are what eyes tell apart, as such an eye sees it."""
    linear = _linear(colour)
    red, green, blue = (min(max(sum(a * b for a, b in zip(row, linear, strict=True)), 0), 1) for row in SIGHT[sight])
    x = _bent((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505)
    y = _bent(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    z = _bent((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _bent(value: float) -> float:
    return float(value ** (1 / 3)) if value > 0.008856 else 7.787 * value + 16 / 116
