"""Request shapes: what AWS's own service model says about each operation's parameters, compiled
once per operation.

botocore ships the model that AWS generates its SDKs from: members, types, bounds, patterns,
enumerations. ``Shape.accepts`` is the quick verdict for the many good requests; only when it says
no does ``Shape.judged`` find out which of DynamoDB's texts applies. Attribute values are left to
``values``, which checks them as it makes them canonical.
"""

import re
from collections.abc import Callable
from functools import cache
from math import isfinite
from typing import Any

from botocore.model import ListShape, MapShape, ServiceModel, StructureShape
from botocore.model import Shape as ModelShape

from dynateach import models
from dynateach.dynamodb.rules import constraints, errors, json_types
from dynateach.dynamodb.rules.values import canonical
from dynateach.errors import ServiceError

Test = Callable[[Any], bool]

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
_WHOLE = frozenset({"integer", "long"})


class Shape:
    """The parameters of one operation."""

    def __init__(self, operation: str, model: StructureShape) -> None:
        self._operation = operation
        self._model = model
        self.accepts: Test = _compiled(model)
        """Whether the parameters have the right types and satisfy every constraint of the model."""

    def judged(self, params: Any) -> dict[str, Any]:
        """Parameters that ``accepts`` turned down, as DynamoDB's parser understands them.

        Raises what DynamoDB answers if that leaves anything wrong with them.
        """
        if not isinstance(params, dict):
            raise errors.serialization("")
        _require_types(self._model, params)
        parsed: dict[str, Any] = _parsed(self._model, params)
        complaint = constraints.complaint(self._operation, self._model, parsed)
        if complaint:
            raise errors.validation(complaint)
        return parsed

    def require_types(self, params: Any) -> None:
        """Raise DynamoDB's SerializationException if a value anywhere has the wrong JSON type.

        DynamoDB parses a request before it judges it, so this error wins over every other.
        """
        _require_types(self._model, params)


@cache
def shape_of(operation: str, service: str = "dynamodb") -> Shape:
    """The shape of an operation's parameters."""
    input_shape = _service_model(service).operation_model(operation).input_shape
    assert isinstance(input_shape, StructureShape)
    return Shape(operation, input_shape)


@cache
def operations_of(service: str = "dynamodb") -> frozenset[str]:
    """Every operation that the service has, whether or not a Lab simulates it."""
    return frozenset(_service_model(service).operation_names)


@cache
def _service_model(service: str = "dynamodb") -> ServiceModel:
    return ServiceModel(models.loader().load_service_model(service, "service-2"), service)


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
        return lambda value: type(value) is str and constraints.names_a_table(value)
    if pattern is None:
        return lambda value: type(value) is str and low <= len(value) <= high
    matches = re.compile(pattern).fullmatch
    return lambda value: type(value) is str and low <= len(value) <= high and matches(value) is not None


def _anything(value: Any) -> bool:
    return True


_LEFT_TO_VALUES = frozenset({"AttributeValue"})


def _bounds(model: ModelShape) -> tuple[float, float]:
    return model.metadata.get("min", float("-inf")), model.metadata.get("max", float("inf"))


def _required(model: StructureShape) -> list[str]:
    return list(model.required_members)


def _parsed(model: ModelShape, value: Any) -> Any:
    """A value of the right type as DynamoDB's parser understands it: nulls count as absent, words as booleans, and
    integers lose what follows their point.
    """
    if model.name in _LEFT_TO_VALUES:
        return value
    if isinstance(model, StructureShape):
        members = {name: part for name, part in value.items() if part is not None}
        return {
            name: _parsed(model.members[name], part) if name in model.members else part
            for name, part in members.items()
        }
    if isinstance(model, MapShape):
        return {key: _parsed(model.value, part) for key, part in value.items() if part is not None}
    if isinstance(model, ListShape):
        return [_parsed(model.member, part) for part in value if part is not None]
    if model.type_name == "boolean" and isinstance(value, str):
        return json_types.boolean(value)
    return int(value) if model.type_name in _WHOLE else value


def _require_types(model: ModelShape, value: Any, nested: bool = False) -> None:
    """Raise the SerializationException for the first value whose JSON type is not the model's; ``nested`` if it is an
    element of a list or map.
    """
    if value is None:
        return
    if model.name == "AttributeValue":
        _require_attribute_value(value)
    elif isinstance(model, StructureShape):
        if not isinstance(value, dict):
            raise json_types.not_a_structure(value, model.name, nested)
        for name, member in model.members.items():
            _require_types(member, value.get(name))
    elif isinstance(model, MapShape):
        if not isinstance(value, dict):
            raise json_types.not_a_map(value, _java(model.value), nested)
        for part in value.values():
            _require_types(model.value, part, nested=True)
    elif isinstance(model, ListShape):
        if not isinstance(value, list):
            raise json_types.not_a_list(value, nested)
        for part in value:
            _require_types(model.member, part, nested=True)
    else:
        _require_scalar(model, value)


def _require_attribute_value(value: Any) -> None:
    """Let ``values`` judge, and pass on only what it says about JSON types."""
    try:
        canonical(value)
    except ServiceError as error:
        if error.code == "SerializationException":
            raise


def _java(model: ModelShape) -> str:
    if isinstance(model, ListShape):
        return f"java.util.List<{_java(model.member)}>"
    return "java.lang.String" if model.type_name == "string" else f"{json_types.MODEL}.{model.name}"


def _require_scalar(model: ModelShape, value: Any) -> None:
    if type(value) in _PYTHON[model.type_name]:
        return
    if model.type_name == "boolean" and isinstance(value, str):
        json_types.boolean(value)
    elif model.type_name == "blob":
        raise json_types.not_bytes(value)
    elif model.type_name not in _WHOLE or not isinstance(value, float) or not isfinite(value):
        raise json_types.not_a_scalar(value, _JAVA.get(model.type_name, "String"))
