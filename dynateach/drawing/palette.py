"""Four hues, two greys, and what each means.

The hues stay apart for red-, green- and blue-blind eyes, and each is legible on white and on JupyterLab's dark #111111 (contrast 3:1 or more).
Words that share a hue belong together and differ by mark: the leader takes the writes (blue), replicas serve the reads (green),
indexes, shards and splits are changes of structure (purple), and vermillion always means: a limit.
"""

from typing import NamedTuple

BLUE = "#1F6FE0"
GREEN = "#12965F"
PURPLE = "#C850BA"
VERMILLION = "#DF590C"
INK = "#767B85"
"""Text and outlines. Legible on both themes as it is; where the theme's stylesheet is loaded it turns into the theme's own text colour."""
QUIET = "#7D828A"
"""Secondary text, and whatever is there only for comparison."""
HAIRLINE = "rgba(128, 132, 140, 0.28)"
CLEAR = "rgba(0, 0, 0, 0)"


class Word(NamedTuple):
    """One word of the vocabulary: its colour, its mark (a plotly symbol, or a plotly dash for what is drawn as a line), its meaning."""

    name: str
    colour: str
    mark: str
    meaning: str


WRITE = Word("write", BLUE, "circle", "a request that puts, changes or deletes an item")
READ = Word("read", GREEN, "circle", "a request that returns items as they are")
STALE_READ = Word("stale read", GREEN, "circle-open", "an eventually consistent read that returned an older version")
LEADER = Word("leader", BLUE, "star", "the replica that takes a partition's writes and consistent reads")
REPLICA = Word("replica", GREEN, "hexagon", "one of a partition's copies")
INDEX = Word("index", PURPLE, "triangle-up", "a second copy of the items under another key")
SHARD = Word("shard", PURPLE, "hexagon-open", "one of the ordered parts of a stream")
SPLIT = Word("split", PURPLE, "diamond", "the cut that makes two partitions of one, and the keys that change place")
CLIENT = Word("client", INK, "square", "whoever sends the request")
THROTTLE = Word("throttle", VERMILLION, "x", "a request refused because a limit was reached")
CEILING = Word("ceiling", VERMILLION, "dash", "the most that one partition serves in a second")

VOCABULARY = (CLIENT, WRITE, READ, STALE_READ, LEADER, REPLICA, INDEX, SHARD, SPLIT, THROTTLE, CEILING)


def word(name: str) -> Word:
    """The word of that name. Raises ``KeyError`` for a word that the pictures do not use."""
    return {entry.name: entry for entry in VOCABULARY}[name]


def rgb(colour: str) -> str:
    """``#767B85`` as ``rgb(118, 123, 133)``: how a browser spells a colour once it is on the page."""
    return f"rgb({int(colour[1:3], 16)}, {int(colour[3:5], 16)}, {int(colour[5:7], 16)})"
