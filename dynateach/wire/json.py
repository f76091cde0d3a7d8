"""JSON as DynamoDB's protocol wants it: by orjson where it is installed, otherwise by the standard library."""

import json
from typing import Any

from dynateach.errors import ServiceError

try:
    import orjson
except ImportError:
    orjson = None  # type: ignore[assignment]


def loads(text: bytes | str) -> Any:
    """The value that ``text`` stands for. Raises DynamoDB's error for text that is no JSON."""
    try:
        return orjson.loads(text) if orjson else json.loads(text)
    except (ValueError, RecursionError):
        raise ServiceError("SerializationException", "", namespace="com.amazon.coral.service") from None


def dumps(value: Any) -> bytes:
    """``value`` as UTF-8 JSON."""
    if orjson:
        return orjson.dumps(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Answers:
    """Writes answers as JSON, and remembers the texts of the items that pages of Query and Scan held lately.

    An item that is stored is never changed, a write replaces it: so its text holds for as long as it is the same object.
    Turning an item into text takes longer than finding it, above all where the parts of 50 items lie scattered in memory.
    """

    def __init__(self) -> None:
        self._texts: dict[int, tuple[Any, Any]] = {}

    def dumps(self, answer: dict[str, Any]) -> bytes:
        """``answer`` as UTF-8 JSON."""
        items = answer.get("Items")
        if not orjson or not items:
            return dumps(answer)
        return orjson.dumps({**answer, "Items": [self._text(item) for item in items]})

    def _text(self, item: Any) -> Any:
        known = self._texts.get(id(item))
        if known and known[0] is item:  # an id alone may be another object's by now
            return known[1]
        text = orjson.dumps(item)
        fragment = orjson.Fragment(text)
        if len(text) <= LARGEST_TEXT:
            if len(self._texts) >= MOST_TEXTS:
                self._texts.clear()
            self._texts[id(item)] = item, fragment
        return fragment


MOST_TEXTS, LARGEST_TEXT = 8192, 4096
"""How many texts are remembered, and bytes of the largest: at most 32 MB, and the items themselves."""
