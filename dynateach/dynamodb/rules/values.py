"""Attribute values: the ten data types, checked, made canonical and measured in one pass.

Values stay in wire form (``{"S": "text"}``, ``{"N": "1.5"}``, ``{"M": {…}}``). ``canonical`` builds
a new value, so a stored item shares nothing with what the caller holds, and answers with the size
as well, since every write needs both. Stored values are never changed afterwards.

Sizes in bytes (documented, *Item sizes*; numbers as measured on the live service): a string its
UTF-8 length, a binary its raw length, a boolean or null 1, a number 1 for each pair of digits
(counted from the point, zero pairs at either end left out), plus 1, plus 1 if negative; a list or
map 3, plus 1 for each element, plus the elements; a set the sum of its members; an attribute its
name and its value.
"""

import json
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dynateach.dynamodb.rules import errors, json_types, numbers
from dynateach.dynamodb.rules.limits import ATTRIBUTE_NAME_BYTES, ITEM_BYTES, NESTING_LEVELS

AttributeValue = dict[str, Any]
"""One value in wire form: exactly one of the ten type tags, and its content."""

Item = dict[str, AttributeValue]
"""Attribute names and values. Canonical items are shared freely and never mutated."""

Measured = tuple[AttributeValue, int]


def canonical(value: AttributeValue, depth: int = 0) -> Measured:
    """The value in canonical form, and its size in bytes.

    Raises DynamoDB's error for a value that is no attribute value. ``depth`` is how many lists and
    maps it already lies in, where an item counts as one.
    """
    if type(value) is not dict:
        raise _not_a_value(value)
    if len(value) != 1:
        value = _the_only_one(value)
    ((tag, content),) = value.items()
    measure = _TYPES.get(tag)
    if measure is None or content is None:
        raise errors.validation(_EMPTY)
    return measure(content, depth)


def canonical_item(item: Mapping[str, AttributeValue]) -> tuple[Item, int]:
    """A whole item in canonical form, and its size in bytes. Raises DynamoDB's error for the first
    bad value, or an item over 400 KB.
    """
    result, total = _canonical_members(item, 1)
    if total > ITEM_BYTES:
        raise errors.validation("Item size has exceeded the maximum allowed size")
    return result, total


def item_size(item: Mapping[str, AttributeValue]) -> int:
    """The size of a canonical item in bytes."""
    return sum(_text_size(name) + size_of(value) for name, value in item.items())


def size_of(value: AttributeValue) -> int:
    """The size of a canonical value in bytes, without a name."""
    ((tag, content),) = value.items()
    return _SIZES[tag](content)


def type_of(value: AttributeValue) -> str:
    """The type tag: S, N, B, BOOL, NULL, SS, NS, BS, L or M."""
    return next(iter(value))


def in_order(tag: str, members: list[str]) -> list[str]:
    """The members of a set in their one canonical order: a set has none, so equal sets must be written alike."""
    return sorted(members, key=numbers.order if tag == "NS" else None)


def depth_of(value: AttributeValue) -> int:
    """How many lists and maps are nested in each other in a canonical value; 0 for a scalar or a set."""
    ((tag, content),) = value.items()
    if tag not in ("L", "M"):
        return 0
    members = content if tag == "L" else content.values()
    return 1 + max(map(depth_of, members), default=0)


def is_much_too_deep(value: Any) -> bool:
    """Whether a value, canonical or not, is nested so deeply that DynamoDB says so in another way."""
    return _layers([value]) > errors.MUCH_TOO_DEEP


def binary(text: str) -> bytes:
    """The raw bytes of a canonical binary."""
    return b64decode(text)


def json_text(value: Any) -> str:
    """A parameter's value as those of DynamoDB's messages print it that show the JSON that was sent."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def java_text(value: Any, depth: int = 0) -> str:
    """A parameter's value as DynamoDB's messages print it; what is nested deeper than any item may be is left out."""
    if depth > NESTING_LEVELS:
        return "..."
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(java_text(part, depth + 1) for part in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={java_text(part, depth + 1)}" for key, part in value.items()) + "}"
    return str(value)


def _string(content: Any, depth: int) -> Measured:
    if type(content) is not str:
        raise json_types.not_a_scalar(content, "String")
    return {"S": content}, len(content) if content.isascii() else _utf8_size(content)


def _number(content: Any, depth: int) -> Measured:
    if type(content) is not str:
        raise json_types.not_a_scalar(content, "String")
    text = numbers.canonical(content)
    return {"N": text}, _number_size(text)


def _binary(content: Any, depth: int) -> Measured:
    _require_base64(content)
    return {"B": content}, _binary_size(content)


def _boolean(content: Any, depth: int) -> Measured:
    return {"BOOL": _as_boolean(content)}, 1


def _null(content: Any, depth: int) -> Measured:
    if not _as_boolean(content):
        raise errors.invalid_parameter("Null attribute value types must have the value of true")
    return {"NULL": True}, 1


def _list(content: Any, depth: int) -> Measured:
    if type(content) is not list:
        raise json_types.not_a_list(content)
    _require_shallow(depth + 1, content)
    members = []
    total = 3
    for member in content:
        value, size = canonical(member, depth + 1)
        members.append(value)
        total += 1 + size
    return {"L": members}, total


def _map(content: Any, depth: int) -> Measured:
    if type(content) is not dict:
        raise json_types.not_a_map(content, _JAVA_VALUE)
    _require_shallow(depth + 1, content.values())
    members, size = _canonical_members(content, depth + 1)
    return {"M": members}, 3 + len(members) + size


def _canonical_members(members: Mapping[str, AttributeValue], depth: int) -> tuple[Item, int]:
    """The attributes of an item or a map, and the size of their names and values."""
    if "" in members:
        raise errors.validation("Empty attribute name")
    result: Item = {}
    total = 0
    for name, value in members.items():
        total += len(name) if name.isascii() else _utf8_size(name)
        # Most values are strings: recognising them here spares each two calls.
        if type(value) is dict and len(value) == 1 and type(text := value.get("S")) is str and text.isascii():
            result[name] = {"S": text}
            total += len(text)
        else:
            result[name], size = canonical(value, depth)
            total += size
    if total > ATTRIBUTE_NAME_BYTES:
        _require_short_names(members)
    return result, total


def _string_set(content: Any, depth: int) -> Measured:
    members = _texts(content, "An string set  may not be empty")
    if None in members:
        raise errors.invalid_parameter("An string set may not have a null string as a member")
    repeat = _first_repeat(members)
    if repeat is not None:
        shown = json.dumps(_as_read(members, repeat, str.encode), ensure_ascii=False)
        raise errors.counted_parameter(f"Input collection {shown} contains duplicates.")
    return {"SS": in_order("SS", members)}, sum(map(_text_size, members))


def _number_set(content: Any, depth: int) -> Measured:
    members = _texts(content, "An number set  may not be empty")
    texts = [numbers.canonical(member or "") for member in members]
    if len(set(texts)) < len(texts):
        raise errors.counted_parameter("Input collection contains duplicates.")
    return {"NS": in_order("NS", texts)}, sum(map(_number_size, texts))


def _binary_set(content: Any, depth: int) -> Measured:
    members = _members(content, "Binary sets should not be empty")
    for member in members:
        _require_base64(member)
    repeat = _first_repeat(members)
    if repeat is not None:
        shown = json.dumps(_as_read(members, repeat, b64decode), separators=(",", ":"))
        raise errors.counted_parameter(f"Input collection {shown}of type BS contains duplicates.")
    return {"BS": in_order("BS", members)}, sum(map(_binary_size, members))


_TYPES: dict[str, Callable[[Any, int], Measured]] = {
    "S": _string,
    "N": _number,
    "B": _binary,
    "BOOL": _boolean,
    "NULL": _null,
    "SS": _string_set,
    "NS": _number_set,
    "BS": _binary_set,
    "L": _list,
    "M": _map,
}

_EMPTY = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
_SEVERAL = (
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
)


def _the_only_one(value: AttributeValue) -> AttributeValue:
    given = {tag: content for tag, content in value.items() if tag in _TYPES and content is not None}
    if not given:
        raise errors.validation(_EMPTY)
    if len(given) > 1:
        raise errors.validation(_SEVERAL)
    return given


def _members(content: Any, when_empty: str) -> list[Any]:
    if type(content) is not list:
        raise json_types.not_a_list(content)
    if not content:
        raise errors.counted_parameter(when_empty)
    return list(content)


def _texts(content: Any, when_empty: str) -> list[Any]:
    members = _members(content, when_empty)
    for member in members:
        if type(member) is not str and member is not None:
            raise json_types.not_a_scalar(member, "String")
    return members


def _first_repeat(members: list[str]) -> int | None:
    """Where the first member stands that was there before."""
    if len(set(members)) == len(members):
        return None
    met: set[str] = set()
    for position, member in enumerate(members):
        if member in met:
            return position
        met.add(member)
    return None


def _as_read(members: list[str], repeat: int, order: Callable[[str], bytes]) -> list[str]:
    """A set as the service shows it when it meets a member again (observed by others): what it has read, in order; then
    the member, and what follows as it was sent.
    """
    return sorted(members[:repeat], key=order) + members[repeat:]


def _require_shallow(depth: int, content: Iterable[Any]) -> None:
    if depth > NESTING_LEVELS:
        raise errors.too_deep(depth - 1 + _layers(content))


def _layers(content: Iterable[Any]) -> int:
    """How many layers of values there are from here on, as far as anybody wants to know."""
    levels, layer = 0, list(content)
    while layer and levels <= errors.MUCH_TOO_DEEP:
        levels += 1
        layer = [part for value in layer if isinstance(value, dict) for part in _parts(value)]
    return levels


def _parts(value: Mapping[str, Any]) -> Iterable[Any]:
    content = value.get("L", value.get("M"))
    return content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()


def _require_short_names(members: Mapping[str, AttributeValue]) -> None:
    if any(_text_size(name) > ATTRIBUTE_NAME_BYTES for name in members):
        raise errors.validation(f"Attribute name is too large, must be less than {ATTRIBUTE_NAME_BYTES + 1} bytes")


def _text_size(text: str) -> int:
    return len(text) if text.isascii() else _utf8_size(text)


def _utf8_size(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise errors.serialization("Invalid UTF-8 in a string value") from None


def _number_size(text: str) -> int:
    if text.isdigit():
        digits = len(text.rstrip("0"))
        return 1 + (len(text) + 1) // 2 - (len(text) - digits) // 2 if digits else 1
    return 1 + numbers.digit_pairs(text) + (text[0] == "-")


def _binary_size(text: str) -> int:
    return len(text) // 4 * 3 - text.count("=", -2)


def _list_size(members: list[AttributeValue]) -> int:
    return 3 + sum(1 + size_of(member) for member in members)


def _map_size(members: Item) -> int:
    return 3 + len(members) + item_size(members)


_SIZES: dict[str, Callable[[Any], int]] = {
    "S": _text_size,
    "N": _number_size,
    "B": _binary_size,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "SS": lambda members: sum(map(_text_size, members)),
    "NS": lambda members: sum(map(_number_size, members)),
    "BS": lambda members: sum(map(_binary_size, members)),
    "L": _list_size,
    "M": _map_size,
}


def _require_base64(content: Any) -> None:
    if type(content) is not str:
        raise json_types.not_bytes(content) if content is not None else errors.validation(_EMPTY)
    if len(content) % 4:
        raise errors.serialization(f"Base64 encoded length is expected a multiple of 4 bytes but found: {len(content)}")
    try:
        is_canonical = b64encode(b64decode(content, validate=True)).decode() == content
    except (Base64Error, ValueError):
        is_canonical = False
    if not is_canonical:
        raise errors.serialization("Invalid last non-pad Base64 character dectected")


def _as_boolean(content: Any) -> bool:
    if type(content) is bool:
        return content
    if type(content) is str:
        return json_types.boolean(content)
    raise json_types.not_a_scalar(content, "Boolean")


def _not_a_value(value: Any) -> Exception:
    return (
        errors.validation(_EMPTY) if value is None else json_types.not_a_structure(value, "AttributeValue", nested=True)
    )


_JAVA_VALUE = f"{json_types.MODEL}.AttributeValue"
