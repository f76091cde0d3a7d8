"""Five hues, two greys, and what each means.

The hues stay apart for red-, green- and blue-blind eyes, and each is legible on white and on JupyterLab's dark #111111 (contrast 3:1 or more).
Words that share a hue belong together: the leader takes the writes (blue), replicas serve the reads (green), indexes, shards and splits are
structure (purple), ochre is data that is not what somebody thought (stale, in conflict), and vermillion always means no: a limit, a refusal,
a fault. No two words share a mark, so a picture can be read without its colours.
"""

from typing import NamedTuple

BLUE = "#1F6FE0"
GREEN = "#12965F"
PURPLE = "#C850BA"
VERMILLION = "#DF590C"
OCHRE = "#A89048"
INK = "#767B85"
"""Text and outlines. Legible on both themes as it is; where the theme's stylesheet is loaded it turns into the theme's own text colour."""
QUIET = "#7D828A"
"""Secondary text, and whatever is there only for comparison."""
HAIRLINE = "rgba(128, 132, 140, 0.28)"
CLEAR = "rgba(0, 0, 0, 0)"


class Word(NamedTuple):
    """One word of the vocabulary: its colour, its mark (a plotly symbol; "dash" for what is only a line), its meaning.

    ``line`` is how it looks as a line or a stretch of time: solid, dash, dot, or hatch (a hatched band).
    """

    name: str
    colour: str
    mark: str
    meaning: str
    line: str = "solid"


CLIENT = Word("client", INK, "pentagon", "whoever sends the request")
WRITE = Word("write", BLUE, "circle", "a request that puts, changes or deletes an item, or such a change on its way")
READ = Word("read", GREEN, "square", "a request that returns items as they are")
STALE_READ = Word(
    "stale read", OCHRE, "square-open", "an eventually consistent read that returned an older version", "dash"
)
LEADER = Word("leader", BLUE, "star", "the replica that takes a partition's writes and consistent reads")
REPLICA = Word("replica", GREEN, "hexagon", "one of a partition's copies, or what it has applied")
INDEX = Word("index", PURPLE, "triangle-up", "a second copy of the items under another key", "dash")
SHARD = Word("shard", PURPLE, "hexagon-open", "one of the ordered parts of a stream")
RECORD = Word("record", PURPLE, "triangle-right", "a change to an item, as a stream tells of it", "dot")
CONSUMER = Word("consumer", INK, "star-square", "a function that is called with the records of a stream")
SPLIT = Word("split", PURPLE, "diamond", "the cut that makes two partitions of one, and the keys that change place")
EXPIRY = Word("expiry", BLUE, "hourglass", "an item whose time to live has passed", "dot")
WAIT = Word(
    "wait", INK, "circle-open", "time in which somebody waits: for an answer, in a queue, before a retry", "dot"
)
THROTTLE = Word("throttle", VERMILLION, "x", "a request refused because a limit was reached", "dash")
REFUSED = Word("refused", VERMILLION, "circle-x-open", "a request that failed for any other reason", "dash")
CONFLICT = Word("conflict", OCHRE, "bowtie", "two changes to the same item that met, and one of them lost")
FAULT = Word("fault", VERMILLION, "triangle-down", "something broke: a zone, a network, a function", "hatch")
CEILING = Word(
    "ceiling", VERMILLION, "dash", "the most that can be served or held: by a partition, a bucket, a queue", "dash"
)

VOCABULARY = (
    CLIENT,
    WRITE,
    READ,
    STALE_READ,
    LEADER,
    REPLICA,
    INDEX,
    SHARD,
    RECORD,
    CONSUMER,
    SPLIT,
    EXPIRY,
    WAIT,
    THROTTLE,
    REFUSED,
    CONFLICT,
    FAULT,
    CEILING,
)


def word(name: str) -> Word:
    """The word of that name. Raises ``KeyError`` for a word that the pictures do not use."""
    return {entry.name: entry for entry in VOCABULARY}[name]


def rgb(colour: str) -> str:
    """``#767B85`` as ``rgb(118, 123, 133)``: how a browser spells a colour once it is on the page."""
    return f"rgb({int(colour[1:3], 16)}, {int(colour[3:5], 16)}, {int(colour[5:7], 16)})"
