"""JSON of the wrong type: what DynamoDB's parser says before anybody looks at what a request means.

Each function takes a value that is not what was wanted, and gives the SerializationException for it. The texts are those
of an emulator whose tests ran against the live service.
"""

from typing import Any

from dynateach.dynamodb.rules import errors
from dynateach.errors import ServiceError

MODEL = "com.amazonaws.dynamodb.v20120810"
"""The Java package of DynamoDB's own types."""


def not_a_scalar(value: Any, java: str) -> ServiceError:
    """A String, Boolean, Integer, Long or Double was wanted."""
    if isinstance(value, list):
        return _wrong_collection(f"class java.lang.{java}")
    if isinstance(value, dict):
        return _misplaced_structure()
    return errors.serialization(f"{_token(value)} cannot be converted to {java}")


def not_bytes(value: Any) -> ServiceError:
    """A binary was wanted, which is sent as a base64 string."""
    if isinstance(value, list):
        return _wrong_collection("class java.nio.ByteBuffer")
    if isinstance(value, dict):
        return _misplaced_structure()
    return errors.serialization("only base-64-encoded strings are convertible to bytes")


def not_a_list(value: Any, nested: bool = False) -> ServiceError:
    """A list was wanted; ``nested`` if as an element of another collection."""
    if isinstance(value, dict):
        return _misplaced_structure()
    return _unexpected_field(nested)


def not_a_map(value: Any, members: str, nested: bool = False) -> ServiceError:
    """A map was wanted whose ``members`` are of that Java type; ``nested`` if as an element of another collection."""
    if isinstance(value, list):
        return _wrong_collection(f"java.util.Map<java.lang.String, {members}>")
    return _unexpected_field(nested)


def not_a_structure(value: Any, name: str, nested: bool = False) -> ServiceError:
    """A structure of that name was wanted; ``nested`` if as an element of a collection."""
    if isinstance(value, list):
        return _wrong_collection(f"class {MODEL}.{name}")
    return errors.serialization("Unexpected value type in payload" if nested else "Unexpected field type")


def boolean(text: str) -> bool:
    """The boolean that a string stands for: a few words will do. Raises the SerializationException for any other."""
    if text.lower() not in _BOOLEANS:
        raise errors.serialization("Unexpected token received from parser")
    return _BOOLEANS[text.lower()]


_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def _wrong_collection(java: str) -> ServiceError:
    return errors.serialization(f"Unrecognized collection type {java}")


def _misplaced_structure() -> ServiceError:
    return errors.serialization("Start of structure or map found where not expected")


def _unexpected_field(nested: bool) -> ServiceError:
    return errors.serialization(_CAST if nested else "Unexpected field type")


_PARAMETERIZED = "sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl"
_CAST = (
    f"class {_PARAMETERIZED} cannot be cast to class java.lang.Class ({_PARAMETERIZED} and java.lang.Class "
    "are in module java.base of loader 'bootstrap')"
)
"""A slip of the service itself: it meets a generic Java type where it did not think of one."""


def _token(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    if isinstance(value, str):
        return "STRING_VALUE"
    return "NUMBER_VALUE" if isinstance(value, int) else "DECIMAL_VALUE"
