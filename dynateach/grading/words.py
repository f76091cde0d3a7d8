"""Text of a stranger's, made fit to be shown. Who shows it still escapes it: for HTML, for XML, for a spreadsheet."""

import re

_UNFIT = re.compile(
    "[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""What XML does not allow, control characters, halves of letters, and marks that turn the direction of reading."""


def clean(text: str) -> str:
    """Without what no page, no XML and no file can hold."""
    return _UNFIT.sub("", text)


def one_line(text: str) -> str:
    """The same, on one line."""
    return " ".join(clean(text).split())
