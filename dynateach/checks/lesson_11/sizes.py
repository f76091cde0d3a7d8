"""Task 11.3: the size of any item, and the write units that follow from it."""

import string
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from math import ceil
from typing import Any, NamedTuple

from dynateach.checks.lesson_11.beliefs import MISTAKEN, TRUE, Item
from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, is_number
from dynateach.checks.task import Call, Case, Fault, Reply, Task
from dynateach.dynamodb.rules.limits import KB
from dynateach.lab import Lab
from dynateach.randomness import Randomness, Stream
from dynateach.trace import ItemWritten

TABLE = "things"
SIZE, UNITS = "item_bytes", "put_units"


class Put(NamedTuple):
    """An item that is put where ``old`` lies, or nothing."""

    seed: int
    new: Item
    old: Item | None = None


# --- The inputs, one type after the other ----------------------------------------------------------------------------


def _inputs(seed: int) -> Iterator[Put]:
    chance = Randomness(seed).stream("11.3")
    for draw in _TYPES:
        yield Put(seed, {"id": _word(chance), _word(chance): draw(chance, 1)})
    yield from (Put(seed, _padded({"id": _word(chance)}, size)) for size in (1_010, KB, 5 * KB, KB + 1, 999))
    for small, large in ((KB + 100, 3 * KB + 100), (200, 2 * KB + 200)):
        yield Put(seed, _padded({"id": "a"}, small), _padded({"id": "a"}, large))
        yield Put(seed, _padded({"id": "a"}, large), _padded({"id": "a"}, small))
    for depth in (2, 2, 3, 3, 4):
        yield Put(seed, {"id": _word(chance), **_members(chance, depth)})


def _text(chance: Stream, depth: int) -> str:
    return _word(chance) + chance.pick(("", "é", "Zürich", "日本", "🚲"))


def _list(chance: Stream, depth: int) -> list[Any]:
    return [_any(chance, depth - 1) for _ in range(chance.below(4))]


def _map(chance: Stream, depth: int) -> Item:
    return _members(chance, depth - 1)


def _members(chance: Stream, depth: int) -> Item:
    return {_word(chance) + chance.pick(("", "", "ö")): _any(chance, depth) for _ in range(1 + chance.below(4))}


def _number(chance: Stream, depth: int) -> Decimal:
    return Decimal(chance.below(10 ** (1 + chance.below(9)))) * chance.pick((1, 1, -1)) / chance.pick((1, 10, 1_000))


def _string_set(chance: Stream, depth: int) -> set[str]:
    return {_word(chance) for _ in range(1 + chance.below(3))}


_TYPES: tuple[Callable[[Stream, int], Any], ...] = (
    lambda chance, depth: _word(chance),
    lambda chance, depth: _word(chance) + "Zürich",
    _number,
    lambda chance, depth: chance.pick((True, False)),
    lambda chance, depth: None,
    lambda chance, depth: bytes(range(2 + chance.below(20))),
    lambda chance, depth: [_word(chance), _word(chance)],
    lambda chance, depth: {_word(chance): _word(chance)},
    _string_set,
    lambda chance, depth: {_number(chance, 0) for _ in range(3)},
    lambda chance, depth: {bytes(range(1 + chance.below(9))) for _ in range(2)},
    lambda chance, depth: [],
    lambda chance, depth: {},
)
_NESTING: tuple[Callable[[Stream, int], Any], ...] = (
    _text,
    _number,
    _list,
    _map,
    _list,
    _map,
    *_TYPES[3:6],
    _string_set,
)


def _any(chance: Stream, depth: int) -> Any:
    return chance.pick(_NESTING)(chance, depth) if depth > 0 else _text(chance, 0)


def _word(chance: Stream) -> str:
    return "".join(chance.pick(string.ascii_lowercase) for _ in range(2 + chance.below(7)))


def _padded(item: Item, size: int) -> Item:
    return {**item, "text": "x" * (size - TRUE.item(item) - len("text"))}


def _smaller(put: Put) -> Iterable[Put]:
    """Without the old item; without an attribute; with a part of one alone."""
    if put.old:
        yield put._replace(old=None)
    for name, value in put.new.items():
        rest = {other: value for other, value in put.new.items() if other != name}
        if name == "id":
            continue
        yield put._replace(new=rest)
        yield from (put._replace(new={**rest, name: part}) for part in _parts(value))


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value
        yield from (value[:i] + value[i + 1 :] for i in range(len(value)))
    if isinstance(value, dict):
        yield from value.values()
        yield from ({name: part for name, part in value.items() if name != gone} for gone in value)


# --- The check -------------------------------------------------------------------------------------------------------


def _prepare(put: Put) -> Case:
    lab = Lab(put.seed)
    with lab.trace.paused():
        keys = {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        }
        lab.request("dynamodb", "CreateTable", {"TableName": TABLE, **keys, "BillingMode": "PAY_PER_REQUEST"})
        if put.old:
            _store(lab, put.old)
    return Case(lab, (Call(SIZE, (put.new,)), Call(UNITS, (put.old, put.new))), put)


def _store(lab: Lab, item: Item) -> None:
    lab.request("dynamodb", "PutItem", {"TableName": TABLE, "Item": _wire(item)["M"]})


def _wire(value: Any) -> Item:
    """A value as DynamoDB's wire form has it."""
    if isinstance(value, dict):
        return {"M": {name: _wire(part) for name, part in value.items()}}
    if isinstance(value, list):
        return {"L": [_wire(part) for part in value]}
    if isinstance(value, set):
        members = sorted((_wire(part) for part in value), key=str)
        return {f"{tag}S": [one[tag] for one in members] for tag in members[0]}
    if value is None:
        return {"NULL": True}
    if isinstance(value, (bool, str)):
        return {"BOOL" if isinstance(value, bool) else "S": value}
    return {"B": b64encode(value).decode()} if isinstance(value, bytes) else {"N": str(value)}


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    _store(case.lab, case.input.new)
    written = case.lab.trace.of(ItemWritten)[-1]
    size, units = (reply.value for reply in replies)
    return (
        _fault_of_kind(SIZE, 0, size)
        or _fault_of_size(case.input, size, written)
        or _fault_of_kind(UNITS, 1, units)
        or _fault_of_units(case.input, units, written)
    )


def _fault_of_kind(name: str, step: int, given: Any) -> Fault | None:
    if is_number(given):
        return None
    why = NO_RETURN if given is None else ""
    return Fault(f"{name} returned {kind(given)}", "a number", why, step=step)


def _fault_of_size(put: Put, given: Any, written: ItemWritten) -> Fault | None:
    if given == written.bytes:
        return None
    why = next((why for belief, why in MISTAKEN if belief.item(put.new) == given), "")
    why = why or "Every attribute is its name and its value. Take the rules of the task one by one."
    return Fault("item_bytes is not the size that DynamoDB counts", f"{written.bytes} bytes", why, 0, trace=())


def _fault_of_units(put: Put, given: Any, written: ItemWritten) -> Fault | None:
    if given == written.units:
        return None
    new = written.bytes
    old = TRUE.item(put.old) if put.old else 0
    larger = max(old, new)
    guesses = (
        (larger // KB + 1, "Exactly 1,024 bytes are one unit, not two: round up, don't add one."),
        (ceil(larger / 1_000), "A KB of DynamoDB is 1,024 bytes."),
        (larger / KB, "Units are whole: round up."),
        (larger // KB, "Rounded down. A part of 1 KB costs a whole unit."),
        (ceil(old / KB) + ceil(new / KB), "Not both: the larger of the two counts, once."),
        (ceil((old + new) / KB), "Not both: the larger of the two counts, once."),
        (ceil(new / KB), "The item that is replaced counts as well: the larger of the two."),
        (ceil(old / KB), "The larger of the two counts, and here that is the new one."),
        (ceil(larger / (4 * KB)), "Units of 4 KB are for reads. A write unit is 1 KB."),
    )
    why = next(
        (why for guess, why in guesses if given == guess),
        "The larger of both items, in units of 1 KB, rounded up.",
    )
    sizes = f"{show(given)}, for an item of {new:,} bytes where " + (
        f"one of {old:,} bytes lay" if old else "nothing lay"
    )
    return Fault("put_units is not what the put consumes", f"{written.units:g}", why, 1, got=sizes, trace=[written])


TASK = Task(
    id="11.3",
    title="The size of any item",
    points=2,
    answers=(SIZE, UNITS),
    hints=(
        "A value in a list may be a list again. So write a function for the size of one value; it calls itself for what is inside.",
        "Ask in this order: bool, None, str, bytes, list, dict, set; what remains is a number. An item is a map without the "
        "3 bytes, and without the 1 for each element. For the units, take max of both sizes; None has size 0.",
        "isinstance(v, list): 3 + sum(1 + value_bytes(x) for x in v). dict: 3 + sum(1 + len(k.encode()) + value_bytes(x) "
        "for k, x in v.items()). set: sum(map(value_bytes, v)). Units: -(-size // 1024).",
    ),
    learnt="Names, letters and nesting all have a size, in every item again. Short names are cheap names.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    smaller=_smaller,
    raised={
        (UNITS, "AttributeError"): "old is None where nothing lies: its size is 0.",
        (UNITS, "TypeError"): "old is None where nothing lies: its size is 0.",
        (
            SIZE,
            "TypeError",
        ): "Not every value has a len or an encode. Ask for the type first: isinstance(value, bool), and so on.",
        (
            SIZE,
            "AttributeError",
        ): "Not every value is a text. Ask for the type first: isinstance(value, str), and so on.",
        (SIZE, "RecursionError"): "A function that calls itself needs an end: values that have no parts.",
    },
)
