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
