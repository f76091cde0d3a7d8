"""What to say at each turn of the story about iterators: the first record, the first trimmed, the reader's beginning and end."""

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from dynateach.drawing.captions import count
from dynateach.drawing.film import Note

if TYPE_CHECKING:
    from dynateach.topics.iterators import Story


def notes(story: "Story") -> list[Note]:
    """The notes of the film, in order of time; the last is the moral."""
    turns = [
        Note(0.0, "Every two hours or so a record is written, and kept for 24 h. Where may a reader begin?"),
        *_records(story),
        *_reader(story),
    ]
    return [*sorted(turns, key=lambda note: note.at), Note(39.5 * 3600, MORAL)]


def _records(story: "Story") -> Iterator[Note]:
    chosen = next(one for one in story.changes if one.label == story.chosen)
    yield Note(
        chosen.written, f"{chosen.label} is written. AT its sequence number begins with it, AFTER with the next."
    )
    horizon = [one for one in story.answers if one.kind == "TRIM_HORIZON"]
    first = story.changes[0].label
    for before, after in pairwise(horizon):
        if first in before.labels and first not in after.labels:
            yield Note(after.at, f"{first} is 24 h old and gone. TRIM_HORIZON now begins with {after.labels[0]}.")
    refused = [one for one in story.answers if one.error]
    if refused:
        yield Note(
            refused[0].at,
            f"{story.chosen} is gone as well: nobody can begin at it or after it any more ({refused[0].error}).",
        )


def _reader(story: "Story") -> Iterator[Note]:
    begins, *later = story.reader
    held = count(len(story.asked("TRIM_HORIZON").labels), "record")
    if begins.error:
        yield Note(begins.at, f"The reader asks for {story.plan.kind} and is refused: {begins.error}.")
    else:
        got = f"gets {len(begins.labels)}" if begins.labels else "gets none"
        yield Note(
            begins.at,
            f"The reader begins with {story.plan.kind}: of the {held} there it {got}, then whatever is written.",
        )
    for answer in later:
        if answer.error:
            yield Note(
                answer.at,
                f"{answer.error}: 15 minutes have passed since the last answer. The reader needs a new iterator, AFTER its last record.",
            )


MORAL = "TRIM_HORIZON: the oldest that is left. LATEST: only what comes. AT and AFTER: a record that one knows, while it is kept."
