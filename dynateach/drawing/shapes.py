"""The outlines of the marks, as SVG path data around (0, 0), 12 wide and high: a legend's SVG and the player's canvas draw the same."""

from dynateach.drawing.palette import Word

_CIRCLE = "M5.2 0A5.2 5.2 0 1 1 -5.2 0A5.2 5.2 0 1 1 5.2 0Z"
_SQUARE = "M-4.6 -4.6H4.6V4.6H-4.6Z"
_HEXAGON = "M0 -6 5.2 -3 5.2 3 0 6 -5.2 3 -5.2 -3Z"

OUTLINES = {
    "circle": _CIRCLE,
    "circle-open": _CIRCLE,
    "circle-x-open": f"{_CIRCLE}M-3.5 -3.5 3.5 3.5M3.5 -3.5 -3.5 3.5",
    "square": _SQUARE,
    "square-open": _SQUARE,
    "diamond": "M0 -6.4 6.4 0 0 6.4 -6.4 0Z",
    "hexagon": _HEXAGON,
    "hexagon-open": _HEXAGON,
    "pentagon": "M0 -6 6 -1.4 3.7 5.2 -3.7 5.2 -6 -1.4Z",
    "triangle-up": "M0 -6 6 5 -6 5Z",
    "triangle-down": "M0 6 6 -5 -6 -5Z",
    "triangle-right": "M6 0 -5 6 -5 -6Z",
    "star": "M0 -7 1.8 -2.2 6.7 -2.2 2.8 .9 4.1 5.7 0 2.9 -4.1 5.7 -2.8 .9 -6.7 -2.2 -1.8 -2.2Z",
    "star-square": "M-6 -6 0 -2.8 6 -6 2.8 0 6 6 0 2.8 -6 6 -2.8 0Z",
    "hourglass": "M-5 -6H5L-5 6H5Z",
    "bowtie": "M-6 -5V5L6 -5V5Z",
    "x": "M-6 -3.6 -3.6 -6 0 -2.4 3.6 -6 6 -3.6 2.4 0 6 3.6 3.6 6 0 2.4 -3.6 6 -6 3.6 -2.4 0Z",
    "dash": "M-10 -1H10",
}
"""By plotly's name of the symbol; those that end in "-open" are drawn as lines, the others filled."""


def outline(word: Word) -> str:
    """The path data of a word's mark."""
    return OUTLINES[word.mark]
