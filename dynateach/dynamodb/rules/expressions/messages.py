"""Every text with which DynamoDB refuses an expression: search for the words of an error, then for its function's name.

    ExpressionError   the expression itself is wrong; ``bind`` puts "Invalid FilterExpression: " or the like in front
    ServiceError      its placeholders are wrong, a key condition does not fit the table, an update does not fit the item

We have not asked the live service. The texts are those of AWS's own DynamoDB Local and of emulators that were tested
against the service; where these disagree, the one that was tested last.
"""

from collections.abc import Iterable, Sequence

from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.limits import ATTRIBUTE_NAME_BYTES, EXPRESSION_OPERATORS
from dynateach.dynamodb.rules.values import AttributeValue
from dynateach.errors import ServiceError


class ExpressionError(Exception):
    """An expression breaks a rule. The text does not yet say which of the request's expressions."""


class _Empty(ExpressionError):
    """There is no expression."""


class _Clash(ExpressionError):
    """Parts of an update are at odds with each other."""


class _Undefined(ExpressionError):
    """There is no such placeholder."""


class _WrongType(ExpressionError):
    """An operand has a type that the operator or function does not take."""


class _TooLong(ExpressionError):
    """More text than is allowed; ``str`` leaves out how much."""

    def __init__(self, text: str, size: int) -> None:
        super().__init__(text)
        self.size = size


def refusal(parameter: str, flaw: ExpressionError) -> ServiceError:
    """The error for an expression that is wrong: what the request is told."""
    text = f"Invalid {parameter}: {flaw}"
    if isinstance(flaw, _TooLong):
        shown = f"{text} expression size: {flaw.size}" if parameter in _SIZE_SHOWN else text
        return errors.Counted(shown, text, not_by="DeleteItem")
    if isinstance(flaw, _Empty | _Clash) or (isinstance(flaw, _Undefined) and parameter == "ConditionExpression"):
        return errors.counted(text)
    if isinstance(flaw, _Undefined | _WrongType) and parameter == "KeyConditionExpression":
        return errors.foremost(text)
    return errors.validation(text)


_SIZE_SHOWN = frozenset({"ConditionExpression", "KeyConditionExpression"})


# What is written wrongly


def empty_expression() -> ExpressionError:
    """There is nothing in it."""
    return _Empty("The expression can not be empty;")


def syntax_error(token: str, near: str) -> ExpressionError:
    """No expression begins with the tokens up to and including ``token``; ``near`` also shows its neighbours."""
    return ExpressionError(f'Syntax error; token: "{token}", near: "{near}"')


def redundant_parentheses() -> ExpressionError:
    """Two pairs of parentheses around the same thing."""
    return ExpressionError("The expression has redundant parentheses;")


def reserved_word(word: str) -> ExpressionError:
    """An attribute name that needs a placeholder."""
    return ExpressionError(f"Attribute name is a reserved keyword; reserved keyword: {word}")


def repeated_section(section: str) -> ExpressionError:
    """SET, REMOVE, ADD and DELETE may stand once each, with a list of actions."""
    return _Clash(f'The "{section}" section can only be used once in an update expression;')


# Functions and operators


def unknown_function(name: str) -> ExpressionError:
    """No such function; function names are case-sensitive."""
    return ExpressionError(f"Invalid function name; function: {name}")


def function_misplaced(name: str) -> ExpressionError:
    """A condition used as an operand, or ``size`` used as a condition."""
    return ExpressionError(f"The function is not allowed to be used this way in an expression; function: {name}")


def wrong_number_of_operands(name: str, count: int) -> ExpressionError:
    """Too few or too many operands for the function."""
    return ExpressionError(
        f"Incorrect number of operands for operator or function; operator or function: {name}, number of operands: {count}"
    )


def path_required(name: str) -> ExpressionError:
    """The function's first operand must be a document path, no value."""
    return ExpressionError(f"Operator or function requires a document path; operator or function: {name}")


def wrong_operand_type(name: str, kind: str) -> ExpressionError:
    """A value of a type that the function or operator does not take."""
    return _WrongType(
        f"Incorrect operand type for operator or function; operator or function: {name}, operand type: {kind}"
    )


def wrong_action_type(section: str, kind: str) -> ExpressionError:
    """ADD takes numbers and sets, DELETE sets; ``kind`` is spelt out here (STRING, LIST, …). That DELETE speaks of ADD
    is the service's own slip.
    """
    return ExpressionError(
        f"Incorrect operand type for operator or function; operator: {section}, operand type: {_SPELT_OUT[kind]}, "
        "typeSet: ALLOWED_FOR_ADD_OPERAND"
    )


def unknown_type_name(name: str) -> ExpressionError:
    """``attribute_type`` asks for a type that does not exist."""
    return ExpressionError(
        f"Invalid attribute type name found; type: {name}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}"
    )


def operands_not_distinct(name: str, first: Sequence[str | int]) -> ExpressionError:
    """An attribute compared with itself."""
    return ExpressionError(
        "The first operand must be distinct from the remaining operands for this operator or function; "
        f"operator: {name}, first operand: {_shown(first)}"
    )


def bounds_of_different_types(low: AttributeValue, high: AttributeValue) -> ExpressionError:
    """BETWEEN a number and a string, say."""
    return ExpressionError(
        f"The BETWEEN operator requires same data type for lower and upper bounds; {_bounds(low, high)}"
    )


def bounds_out_of_order(low: AttributeValue, high: AttributeValue) -> ExpressionError:
    """BETWEEN 2 and 1."""
    return ExpressionError(
        f"The BETWEEN operator requires upper bound to be greater than or equal to lower bound; {_bounds(low, high)}"
    )


# Placeholders and document paths


def undefined_name(placeholder: str) -> ExpressionError:
    """A ``#name`` that ExpressionAttributeNames does not define."""
    return _Undefined(
        f"An expression attribute name used in the document path is not defined; attribute name: {placeholder}"
    )


def undefined_value(placeholder: str) -> ExpressionError:
    """A ``:value`` that ExpressionAttributeValues does not define."""
    return _Undefined(
        f"An expression attribute value used in expression is not defined; attribute value: {placeholder}"
    )


def paths_overlap(one: Sequence[str | int], two: Sequence[str | int]) -> ExpressionError:
    """Two paths of which one lies inside the other, or which are the same."""
    return _two_paths("overlap", one, two)


def paths_conflict(one: Sequence[str | int], two: Sequence[str | int]) -> ExpressionError:
    """Two paths that take the same thing for a list and for a map."""
    return _two_paths("conflict", one, two)


def names_without_expression() -> ServiceError:
    """ExpressionAttributeNames in a request that has no expression."""
    return errors.validation("ExpressionAttributeNames can only be specified when using expressions")


def values_without_expression(parameters: Sequence[str]) -> ServiceError:
    """ExpressionAttributeValues without an expression to use them; ``parameters`` are those that could have been there."""
    verb = "are" if len(parameters) > 1 else "is"
    return errors.validation(
        "ExpressionAttributeValues can only be specified when using expressions: "
        f"{' and '.join(parameters)} {verb} null"
    )


def no_placeholders(parameter: str) -> ServiceError:
    """ExpressionAttributeNames or ExpressionAttributeValues is there, but empty."""
    return errors.counted(f"{parameter} must not be empty")


def invalid_placeholder(parameter: str, placeholder: str) -> ServiceError:
    """A placeholder that is not ``#`` or ``:`` followed by letters, digits and underscores."""
    return errors.validation(f'{parameter} contains invalid key: Syntax error; key: "{placeholder}"')


def unused_placeholders(parameter: str, placeholders: Iterable[str]) -> ServiceError:
    """Placeholders that are defined and occur in no expression."""
    return errors.counted(f"Value provided in {parameter} unused in expressions: keys: {{{', '.join(placeholders)}}}")


# Key conditions


def operator_not_for_keys(name: str) -> ServiceError:
    """OR, NOT, IN, <> and most functions can't select by key."""
    return errors.validation(f"Invalid operator used in KeyConditionExpression: {name}")


def nested_operation_in_key_condition() -> ServiceError:
    """``size`` inside a key condition."""
    return errors.validation("KeyConditionExpressions cannot contain nested operations")


def nested_attribute_in_key_condition() -> ServiceError:
    """A key attribute is a scalar: there is nothing inside it."""
    return errors.validation("KeyConditionExpressions cannot have conditions on nested attributes")


def key_attribute_must_be_first(name: str) -> ServiceError:
    """BETWEEN and begins_with take the key attribute on their left."""
    return _key_condition(f"{name} operator must have the key attribute as its first operand")


def several_attributes_in_one_condition() -> ServiceError:
    """A key attribute is compared with a value, not with another attribute."""
    return _key_condition("Multiple attribute names used in one condition")


def no_key_attribute() -> ServiceError:
    """A comparison between two values."""
    return _key_condition("No key attribute specified")


def several_conditions_on_one_key() -> ServiceError:
    """The same key attribute twice."""
    return errors.validation(
        "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key"
    )


def too_many_key_conditions(count: int, keys: int) -> ServiceError:
    """More conditions than there are key attributes."""
    return errors.validation(
        f"The number of query conditions ({count}) exceeds the number of key attributes defined in the schema ({keys})"
    )


def missing_key_condition(attribute: str) -> ServiceError:
    """The conditions leave out a key attribute that they need."""
    return errors.validation(f"Query condition missed key schema element: {attribute}")


def unsupported_key_condition() -> ServiceError:
    """A partition key not compared by ``=``, or a condition on what is no key."""
    return errors.validation("Query key condition not supported")


def no_equality_before(last: str, lacking: Iterable[str]) -> ServiceError:
    """A sort key of several attributes is given from left to right, and all but the last of them by ``=``."""
    return errors.validation(
        f"RANGE key attributes {', '.join(lacking)} must have equality conditions specified in the query "
        f"because a condition is present on key attribute {last}"
    )


# Updates that do not fit the item


def invalid_document_path() -> ServiceError:
    """The path's parent is not there, or is no list or map."""
    return errors.validation("The document path provided in the update expression is invalid for update")


def missing_attribute() -> ServiceError:
    """A SET reads an attribute that the item does not have."""
    return errors.validation("The provided expression refers to an attribute that does not exist in the item")


def incorrect_data_type() -> ServiceError:
    """Arithmetic on a string, list_append to a map, ADD of a number to a set."""
    return errors.validation("An operand in the update expression has an incorrect data type")


# Functions of the other kind, and limits


def function_of_conditions(name: str) -> ExpressionError:
    """A function that only conditions have, in an update."""
    return ExpressionError(f"The function is not allowed in an update expression; function: {name}")


def function_of_updates(name: str) -> ExpressionError:
    """A function that only updates have, in a condition."""
    return ExpressionError(f"The function is not allowed in a condition expression; function: {name}")


def too_many_choices(count: int) -> ExpressionError:
    """IN takes 100 choices; the service counts what it looks for as well."""
    return ExpressionError(f"The IN operator is provided with too many operands; number of operands: {count}")


def expression_too_long(size: int) -> ExpressionError:
    """More than 4 KB of text."""
    return _TooLong("Expression size has exceeded the maximum allowed size;", size)


def too_many_operators() -> ExpressionError:
    """More than 300 operators and functions; nobody counts any further."""
    return ExpressionError(f"The expression contains too many operators; operator count: {EXPRESSION_OPERATORS + 1}")


def nested_too_deeply() -> ExpressionError:
    """Ours: so many parentheses, NOTs or functions inside each other that Python could not follow."""
    return ExpressionError("The expression has too many levels of nesting;")


def path_too_deep(levels: int) -> ExpressionError:
    """A path into more levels than an item can have."""
    return ExpressionError(f"The document path has too many nesting levels; nesting levels: {levels}")


def index_out_of_range(index: str) -> ExpressionError:
    """A list index that no list can reach."""
    return ExpressionError(f"List index is not within the allowable range; index: [{index}]")


def placeholder_too_long(parameter: str, size: int) -> ServiceError:
    """A placeholder of more than 255 bytes."""
    return errors.validation(
        f"{parameter} contains invalid key: The expression attribute map contains a key that is too long; "
        f"size of key: {size}"
    )


def empty_name(placeholder: str) -> ServiceError:
    """A ``#name`` that stands for nothing."""
    return _invalid_name("Empty attribute name", placeholder)


def name_too_long(placeholder: str) -> ServiceError:
    """A ``#name`` that stands for more than 64 KB."""
    return _invalid_name(
        f"Attribute name is too large, must be less than {ATTRIBUTE_NAME_BYTES + 1} bytes", placeholder
    )


def invalid_value(placeholder: str, what: str) -> ServiceError:
    """A ``:value`` that is no attribute value."""
    return errors.validation(f"ExpressionAttributeValues contains invalid value: {what} for key {placeholder}")


def values_too_large() -> ServiceError:
    """More than 2 MB of ExpressionAttributeValues."""
    return errors.validation("ExpressionAttributeValues exceeds max size")


def _invalid_name(what: str, placeholder: str) -> ServiceError:
    return errors.validation(f"ExpressionAttributeNames contains invalid value: {what} for key {placeholder}")


_SPELT_OUT = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "NULL": "NULL",
    "BOOL": "BOOLEAN",
    "L": "LIST",
    "M": "MAP",
}


def _two_paths(verb: str, one: Sequence[str | int], two: Sequence[str | int]) -> ExpressionError:
    return _Clash(
        f"Two document paths {verb} with each other; must remove or rewrite one of these paths; "
        f"path one: {_shown(one)}, path two: {_shown(two)}"
    )


def _key_condition(text: str) -> ServiceError:
    return errors.validation(f"Invalid condition in KeyConditionExpression: {text}")


def _bounds(low: AttributeValue, high: AttributeValue) -> str:
    return f"lower bound operand: {_value_shown(low)}, upper bound operand: {_value_shown(high)}"


def _value_shown(value: AttributeValue) -> str:
    ((kind, content),) = value.items()
    return f"AttributeValue: {{{kind}:{content}}}"


def _shown(path: Sequence[str | int]) -> str:
    return f"[{', '.join(f'[{step}]' if isinstance(step, int) else step for step in path)}]"
