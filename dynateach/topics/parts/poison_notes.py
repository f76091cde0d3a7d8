"""What to say at each turn of the story about a poison record: the first failure, the bad record alone, the tries, the end."""

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING

from dynateach.drawing.captions import count
from dynateach.drawing.film import Note, seconds
from dynateach.topics.parts.poison_film import FAILURES, ended, pauses

if TYPE_CHECKING:
    from dynateach.topics.poison import Story


def notes(story: "Story", told: bool) -> list[Note]:
    """The notes of the film, in order of time; ``told`` says whether there is an on-failure destination. The last is the moral."""
    turns = [Note(0.0, _beginning(story)), *_tries(story), *_alone(story), *_ends(story, told)]
    end = story.plan.length
    return [*sorted((note for note in turns if note.at < end), key=lambda note: note.at), Note(end, moral(story, told))]


def moral(story: "Story", told: bool) -> str:
    """What this way of handling failures costs and what it saves."""
    return _price(story, told) + _twice(story)


def _price(story: "Story", told: bool) -> str:
    if story.poison.given_up < inf:
        wasted = sum(one.given_up < inf for one in story.others)
        which = "their numbers: fetch them" if wasted else "its number: fetch it"
        known = f"The destination knows {which} within 24 h." if told else "Nobody was told of it."
        good = f" and took {count(wasted, 'good record')} along" if wasted else ", and only the bad record is lost"
        return f"Giving up freed the shard{good}. {known}"
    if all(call.outcome == "OK" for call in story.calls):
        return f"The function was fixed before it met {story.bad}, so nothing waits and nothing is done twice."
    if story.poison.done < inf:
        return "Nothing is lost, and each item's changes kept their order: they waited until the function was fixed."
    return "Retries without end lose nothing until the bad record is trimmed, 24 h after its write; what lies behind it waits as long."


def _twice(story: "Story") -> str:
    if not story.repeated:
        return ""
    most = max(one.worked for one in story.fates)
    done = f"{count(story.repeated, 'record was', 'records were')} done again, up to {most} times in all"
    return f" At least once: {done}; the function must bear that."


def _beginning(story: "Story") -> str:
    size = story.plan.batch
    together = f"batches of up to {size}" if size > 1 else "one at a time"
    return f"A function gets the shard's records in order, {together}. It cannot take {story.bad}."


def _tries(story: "Story") -> Iterator[Note]:
    """The first failure, and what is sent again after a pause."""
    failed = [call for call in story.calls if call.outcome in FAILURES]
    for call in failed[:1]:
        records = len(call.batch.numbers)
        if call.outcome == "PARTIAL":
            says = f"{story.bad} fails. The function says so, and what lies before it in the batch counts as done."
        elif records > 1:
            says = f"{story.bad} fails, so all {records} records of its batch failed."
        else:
            says = f"{story.bad} fails."
        behind = "Nothing behind it is sent" if story.plan.lanes == 1 else "Only the batches of other lanes are sent"
        yield Note(ended(call), f"{says} {behind} before it is done or given up.")
    for call, pause in pauses(story):
        if pause >= 2:
            again = "The same record" if len(call.batch.numbers) == 1 else f"The same {len(call.batch.numbers)} records"
            yield Note(seconds(call.at), f"{again}, {pause:.0f} s later: try {call.batch.retries + 1}.")


def _alone(story: "Story") -> Iterator[Note]:
    """The first moment at which the bad record fails alone, out of a batch of several."""
    for call in story.calls if story.plan.batch > 1 else ():
        if call.batch.numbers == (story.poison.change.number,) and call.outcome == "FAILED":
            yield Note(seconds(call.at), f"{story.bad} is alone in its batch now: what came before it is done.")
            return


def _ends(story: "Story", told: bool) -> Iterator[Note]:
    """The fix, and the end of the bad record."""
    bad = story.poison
    if story.plan.fixed < inf:
        yield Note(story.plan.fixed, "The function is fixed. What has failed waits for its next try all the same.")
    if bad.done < inf and bad.sent > 1:
        after = f"{bad.done - bad.change.written:.0f} s after its write"
        yield Note(bad.done, f"{story.bad} is done, {after}. What waits behind it follows.")
    if bad.given_up < inf:
        numbers = sum(one.given_up == bad.given_up for one in story.fates)
        more = f" and {numbers - 1} more of its batch are" if numbers > 1 else " is"
        heard = "The destination is told the sequence numbers, not what was in it." if told else "Nobody is told."
        yield Note(bad.given_up, f"{story.bad}{more} given up after {count(bad.sent, 'try', 'tries')}. {heard}")
