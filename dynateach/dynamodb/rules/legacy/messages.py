"""Every text with which DynamoDB refuses a legacy parameter.

We have not asked the live service. The texts are those of AWS's own DynamoDB Local and of an emulator whose tests ran
against the service; where only one of the two has a rule, its function says so.
"""

from collections.abc import Sequence

from dynateach.dynamodb.rules import errors
from dynateach.errors import ServiceError


def both_kinds(old: Sequence[str], new: Sequence[str]) -> ServiceError:
    """A legacy parameter in a request that has an expression."""
    return errors.validation(
        "Can not use both expression and non-expression parameters in the same request: "
        f"Non-expression parameters: {{{', '.join(old)}}} Expression parameters: {{{', '.join(new)}}}"
    )


# Comparisons


def wrong_number_of_arguments(operator: str) -> ServiceError:
    """Too few or too many values for the comparison operator."""
    return errors.counted_parameter(f"Invalid number of argument(s) for the {operator} ComparisonOperator")


def arguments_of_several_types() -> ServiceError:
    """IN or BETWEEN with a string and a number, say."""
    return errors.counted_parameter("AttributeValues inside AttributeValueList must be of same type")


def wrong_argument_type(operator: str, kind: str) -> ServiceError:
    """A value of a type that the comparison operator does not take."""
    return errors.counted_parameter(f"ComparisonOperator {operator} is not valid for {kind} AttributeValue type")


def bounds_out_of_order() -> ServiceError:
    """BETWEEN 2 and 1."""
    return errors.counted(
        "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
    )


def operator_without_conditions() -> ServiceError:
    """AND or OR with nothing to join. Only DynamoDB Local has the rule."""
    return errors.validation("ConditionalOperator cannot be used without Filter or Expected")


def operator_for_one_condition() -> ServiceError:
    """AND or OR with one condition only."""
    return errors.validation("ConditionalOperator can only be used when Filter or Expected has two or more elements")


# Expected


def value_and_list(attribute: str) -> ServiceError:
    """Two ways to give the arguments at once."""
    return errors.counted_parameter(f"Value and AttributeValueList cannot be used together for Attribute: {attribute}")


def exists_and_operator(attribute: str) -> ServiceError:
    """Two ways to say what is expected at once."""
    return errors.counted_parameter(f"Exists and ComparisonOperator cannot be used together for Attribute: {attribute}")


def operator_without_arguments(operator: str, attribute: str) -> ServiceError:
    """A comparison operator that needs an argument, and no parameter that gives one."""
    return errors.counted_parameter(
        f"Value or AttributeValueList must be used with ComparisonOperator: {operator} for Attribute: {attribute}"
    )


def list_without_operator(attribute: str) -> ServiceError:
    """Arguments, and nothing to do with them."""
    return errors.counted_parameter(
        f"AttributeValueList can only be used with a ComparisonOperator for Attribute: {attribute}"
    )


def value_missing(exists: bool | None, attribute: str) -> ServiceError:
    """An attribute is to exist, but with which value?"""
    shown = "null" if exists is None else "true"
    return errors.counted_parameter(f"Value must be provided when Exists is {shown} for Attribute: {attribute}")


def value_of_nothing(attribute: str) -> ServiceError:
    """An attribute is to be absent, and to have a value."""
    return errors.counted_parameter(f"Value cannot be used when Exists is false for Attribute: {attribute}")


# AttributeUpdates


def action_without_value() -> ServiceError:
    """PUT or ADD of nothing."""
    return errors.counted_parameter("Only DELETE action is allowed when no attribute value is specified")


def wrong_added_type(kind: str) -> ServiceError:
    """ADD takes numbers, sets and lists."""
    return errors.counted_parameter(f"ADD action is not supported for the type {kind}")


def wrong_deleted_type(kind: str) -> ServiceError:
    """DELETE with a value takes sets."""
    return errors.counted_parameter(f"DELETE action with value is not supported for the type {kind}")


def type_mismatch() -> ServiceError:
    """The attribute to ADD to, or to DELETE from, is of another type."""
    return errors.validation("Type mismatch for attribute to update")


# AttributesToGet and KeyConditions


def duplicate_attribute(name: str) -> ServiceError:
    """The same attribute twice."""
    return errors.invalid_parameter(f"Duplicate value in attribute name: {name}")


def wrong_number_of_key_conditions() -> ServiceError:
    """None at all, or more than a partition key and a sort key can have."""
    return errors.validation("Conditions can be of length 1 or 2 only")


def operator_not_for_keys() -> ServiceError:
    """NE, IN and the like can't select by key."""
    return errors.validation("Attempted conditional constraint is not an indexable operation")
