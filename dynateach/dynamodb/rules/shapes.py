"""Request shapes: what AWS's own service model says about each operation's parameters, compiled
once per operation.

botocore ships the model that AWS generates its SDKs from: members, types, bounds, patterns,
enumerations. ``Shape.accepts`` is the quick verdict for the many good requests; only when it says
no does ``Shape.judged`` find out which of DynamoDB's texts applies. Attribute values are left to
``values``, which checks them as it makes them canonical.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, StructureShape
from botocore.model import Shape as ModelShape

from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.values import canonical, java_text, json_token
from dynateach.errors import ServiceError

Test = Callable[[Any], bool]

MAX_PROBLEMS = 10
"""DynamoDB lists no more than ten constraint violations (measured by others on the live service)."""

_JAVA = {"string": "String", "integer": "Integer", "long": "Long", "double": "Double", "boolean": "Boolean"}
_PYTHON: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float),
    "blob": (str,),
}
_TABLE_NAME = re.compile(r"[a-zA-Z0-9_.-]+")
_TABLE_NAME_LENGTH = (3, 255)


class Shape:
    """The parameters of one operation."""

    def __init__(self, model: ModelShape) -> None:
        self._model = model
        self.accepts: Test = _compiled(model)
        """Whether the parameters have the right types and satisfy every constraint of the model."""

    def judged(self, params: Any) -> dict[str, Any]:
        """Parameters that ``accepts`` turned down, without their nulls, which mean the same as absence.

        Raises what DynamoDB answers if that leaves anything wrong with them.
        """
        if not isinstance(params, dict):
            raise errors.serialization("")
        _require_types(self._model, params)
        judged: dict[str, Any] = _without_nulls(self._model, params)
        problems = list(_problems(self._model, judged, ""))[:MAX_PROBLEMS]
        if problems:
            plural = "s" if len(problems) > 1 else ""
            raise errors.validation(f"{len(problems)} validation error{plural} detected: {'; '.join(problems)}")
        return judged

    def require_types(self, params: Any) -> None:
        """Raise DynamoDB's SerializationException if a value anywhere has the wrong JSON type.

        DynamoDB parses a request before it judges it, so this error wins over every other.
        """
        _require_types(self._model, params)


@cache
def shape_of(operation: str) -> Shape:
    """The shape of an operation's parameters."""
    input_shape = _service_model().operation_model(operation).input_shape
    assert input_shape is not None
    return Shape(input_shape)


@cache
def _service_model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("dynamodb", "service-2"), "dynamodb")


def _compiled(model: ModelShape) -> Test:
    if model.name in _LEFT_TO_VALUES:
        return _anything
    if isinstance(model, StructureShape):
        return _compiled_structure(model)
    if isinstance(model, MapShape):
        return _compiled_map(model)
    if isinstance(model, ListShape):
        return _compiled_list(model)
    return _compiled_scalar(model)


def _compiled_structure(model: StructureShape) -> Test:
    tests = {name: _compiled(member) for name, member in model.members.items()}
    required = frozenset(_required(model))

    def accepts(value: Any) -> bool:
        if type(value) is not dict or not required <= value.keys():
            return False
        for name, part in value.items():
            test = tests.get(name, _anything)
            if part is None or not test(part):
                return False
        return True

    return accepts


def _compiled_map(model: MapShape) -> Test:
    member = _compiled(model.value)
    if member is _anything:
        return lambda value: type(value) is dict
    key = _compiled(model.key)
    low, high = _bounds(model)

    def accepts(value: Any) -> bool:
        return (
            type(value) is dict
            and low <= len(value) <= high
            and all(map(key, value))
            and all(map(member, value.values()))
        )

    return accepts


def _compiled_list(model: ListShape) -> Test:
    member = _compiled(model.member)
    low, high = _bounds(model)
    return lambda value: type(value) is list and low <= len(value) <= high and all(map(member, value))


def _compiled_scalar(model: ModelShape) -> Test:
    types = _PYTHON[model.type_name]
    if model.type_name == "string":
        return _compiled_string(model)
    low, high = _bounds(model)
    if model.type_name == "boolean":
        return lambda value: type(value) is bool
    return lambda value: type(value) in types and low <= value <= high


def _compiled_string(model: ModelShape) -> Test:
    choices = frozenset(getattr(model, "enum", ()))
    if choices:
        return lambda value: type(value) is str and value in choices
    low, high = _bounds(model)
    pattern = model.metadata.get("pattern")
    if model.name == "TableArn":
        return lambda value: type(value) is str and _names_a_table(value)
    if pattern is None:
        return lambda value: type(value) is str and low <= len(value) <= high
    matches = re.compile(pattern).fullmatch
    return lambda value: type(value) is str and low <= len(value) <= high and matches(value) is not None


def _anything(value: Any) -> bool:
    return True


_LEFT_TO_VALUES = frozenset({"AttributeValue"})


def _names_a_table(value: str) -> bool:
    return value.startswith("arn:") or _is_table_name(value)


def _is_table_name(value: str) -> bool:
    low, high = _TABLE_NAME_LENGTH
    return low <= len(value) <= high and _TABLE_NAME.fullmatch(value) is not None


def _bounds(model: ModelShape) -> tuple[float, float]:
    return model.metadata.get("min", float("-inf")), model.metadata.get("max", float("inf"))


def _required(model: StructureShape) -> list[str]:
    return list(model.required_members)


def _problems(model: ModelShape, value: Any, path: str) -> Iterator[str]:
    """Each violated constraint below ``path``, in the model's order."""
    if model.name in _LEFT_TO_VALUES:
        return
    if isinstance(model, StructureShape):
        yield from _structure_problems(model, value, path)
        return
    yield from _own_problems(model, value, path)
    if isinstance(model, ListShape):
        for index, part in enumerate(value, 1):
            yield from _problems(model.member, part, f"{path}.{index}.member")
    elif isinstance(model, MapShape):
        yield from _key_problems(model, value, path)
        for key, part in value.items():
            yield from _problems(model.value, part, f"{path}.{key}.member")


def _key_problems(model: MapShape, value: dict[str, Any], path: str) -> Iterator[str]:
    """DynamoDB does not say which key is bad: it lists all that keys must satisfy."""
    if model.key.name == "TableArn" and not all(map(_names_a_table, value)):
        low, high = _TABLE_NAME_LENGTH
        yield (
            f"Value '{java_text(value)}' at '{path}' failed to satisfy constraint: Map keys must satisfy constraint: "
            f"[Member must have length less than or equal to {high}, Member must have length greater than or equal to "
            f"{low}, Member must satisfy regular expression pattern: {_TABLE_NAME.pattern}]"
        )


def _structure_problems(model: StructureShape, value: dict[str, Any], path: str) -> Iterator[str]:
    required = _required(model)
    for name, member in model.members.items():
        where = f"{path}.{name[0].lower()}{name[1:]}".lstrip(".")
        part = value.get(name)
        if part is not None:
            yield from _problems(member, part, where)
        elif name in required:
            yield f"Value null at '{where}' failed to satisfy constraint: Member must not be null"


def _own_problems(model: ModelShape, value: Any, path: str) -> Iterator[str]:
    for constraint in _violated(model, value):
        yield f"Value '{java_text(value)}' at '{path}' failed to satisfy constraint: {constraint}"


def _violated(model: ModelShape, value: Any) -> Iterator[str]:
    low, high = _bounds(model)
    pattern = model.metadata.get("pattern")
    if model.name == "TableArn":
        if value.startswith("arn:"):
            return
        (low, high), pattern = _TABLE_NAME_LENGTH, _TABLE_NAME.pattern
    choices = getattr(model, "enum", ())
    if choices and value not in choices:
        yield f"Member must satisfy enum value set: [{', '.join(choices)}]"
    if pattern and not re.fullmatch(pattern, value):
        yield f"Member must satisfy regular expression pattern: {pattern}"
    sized = isinstance(value, str | list | dict)
    measure = len(value) if sized else value
    quantity = "length" if sized else "value"
    if not isinstance(value, bool) and measure < low:
        yield f"Member must have {quantity} greater than or equal to {low}"
    if not isinstance(value, bool) and measure > high:
        yield f"Member must have {quantity} less than or equal to {high}"


def _without_nulls(model: ModelShape, value: Any) -> Any:
    if model.name in _LEFT_TO_VALUES:
        return value
    if isinstance(model, StructureShape):
        given = {name: part for name, part in value.items() if part is not None}
        return {
            name: _without_nulls(model.members[name], part) if name in model.members else part
            for name, part in given.items()
        }
    if isinstance(model, MapShape):
        return {key: _without_nulls(model.value, part) for key, part in value.items() if part is not None}
    if isinstance(model, ListShape):
        return [_without_nulls(model.member, part) for part in value if part is not None]
    return value


def _require_types(model: ModelShape, value: Any) -> None:
    """Raise the SerializationException for the first value whose JSON type is not the model's."""
    if value is None:
        return
    if model.name == "AttributeValue":
        _require_attribute_value(value)
    elif isinstance(model, StructureShape):
        _require_collection(value, dict, model.name)
        for name, member in model.members.items():
            _require_types(member, value.get(name))
    elif isinstance(model, MapShape):
        _require_collection(value, dict, _java_map(model))
        for part in value.values():
            _require_types(model.value, part)
    elif isinstance(model, ListShape):
        if not isinstance(value, list):
            raise _misplaced(value)
        for part in value:
            _require_types(model.member, part)
    else:
        _require_scalar(model, value)


def _require_attribute_value(value: Any) -> None:
    """Let ``values`` judge, and pass on only what it says about JSON types."""
    try:
        canonical(value)
    except ServiceError as error:
        if error.code == "SerializationException":
            raise


def _require_collection(value: Any, kind: type, java: str) -> None:
    if isinstance(value, kind):
        return
    if isinstance(value, list):
        prefix = "" if java.startswith("java") else "class com.amazonaws.dynamodb.v20120810."
        raise errors.serialization(f"Unrecognized collection type {prefix}{java}")
    raise errors.serialization("Unexpected field type")


def _java_map(model: MapShape) -> str:
    value = model.value.name
    java = "java.lang.String" if model.value.type_name == "string" else f"com.amazonaws.dynamodb.v20120810.{value}"
    return f"java.util.Map<java.lang.String, {java}>"


def _misplaced(value: Any) -> ServiceError:
    if isinstance(value, dict):
        return errors.serialization("Start of structure or map found where not expected")
    return errors.serialization("Unexpected field type")


def _require_scalar(model: ModelShape, value: Any) -> None:
    if type(value) in _PYTHON[model.type_name]:
        return
    java = _JAVA.get(model.type_name, "String")
    if isinstance(value, list):
        raise errors.serialization(f"Unrecognized collection type class java.lang.{java}")
    if isinstance(value, dict):
        raise errors.serialization("Start of structure or map found where not expected")
    raise errors.serialization(f"{json_token(value)} cannot be converted to {java}")
