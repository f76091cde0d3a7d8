"""Every text with which DynamoDB refuses a PartiQL statement.

    ServiceError          a value in the statement, or a parameter, is wrong
    └── StatementError    the statement itself can't be processed; in a transaction its number goes in front

The texts are those that others observed on the live service, except those of the last section: there the rule is
documented, but its wording is assumed, or known at third hand only.
"""

from collections.abc import Iterable

from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.partiql.tree import Span
from dynateach.errors import ServiceError


class StatementError(ServiceError):
    """A ValidationException about a statement, whatever its table holds."""

    def __init__(self, text: str) -> None:
        plain = errors.validation(text)
        super().__init__(plain.code, text, namespace=plain.namespace)


# How it is written


def malformed(what: str) -> StatementError:
    """It is no PartiQL statement; ``what`` is the parser's complaint, empty for a sign that it can't read."""
    return StatementError(f"Statement wasn't well formed, can't be processed: {what}")


def empty_name() -> StatementError:
    """``FROM ""``."""
    return StatementError("Path component cannot be an empty string")


def too_many_names() -> StatementError:
    """``FROM a.b.c``: there are only tables and their indexes."""
    return StatementError("A path may contain at most 2 components in the FROM clause")


def alias() -> StatementError:
    """``FROM table AS t``."""
    return StatementError("Aliasing is not supported")


def unexpected_column(span: Span) -> StatementError:
    """A function among the columns."""
    return StatementError(f"Unexpected path component at {span}")


def unsupported_operation(name: str) -> StatementError:
    """An operator of PartiQL that DynamoDB does not have."""
    return StatementError(f"Unsupported operation: {name}")


def unrecognised_function(name: str, span: Span) -> StatementError:
    """No such function."""
    return StatementError(f"Unrecognized function: {name} at {span}")


def unsupported_value(name: str, span: Span) -> StatementError:
    """A function in an item."""
    return StatementError(f"Unsupported data type: {name} under key root at {span}")


def write_on_index() -> StatementError:
    """``UPDATE "table"."index"``."""
    return StatementError("This operation is not supported on an index")


def operands_of_set_function(name: str, span: Span) -> StatementError:
    """``set_add(a)``."""
    return StatementError(f"{name} must have exactly two arguments at {span}")


def target_of_set_function(name: str, span: Span) -> StatementError:
    """``SET a = set_add(b, …)``."""
    return StatementError(f"The first argument to {name} must equal the assignment value at {span}")


def members_of_set_function(name: str, span: Span) -> StatementError:
    """``set_add(a, 'x')``; the place is that of the first argument."""
    return StatementError(f"The second argument to {name} must be a value with type SET at {span}")


def invalid_returning_of_delete(clause: str) -> ServiceError:
    """A DELETE returns the old item or nothing."""
    return errors.validation(
        f"Invalid returning clause: RETURNING {clause}. Only RETURNING ALL OLD * is allowed in DELETE statements."
    )


def invalid_returning(clause: str) -> ServiceError:
    """An UPDATE returns ALL or MODIFIED, OLD or NEW, always ``*``."""
    return errors.validation(f"Invalid returning clause: RETURNING {clause} is not supported")


# Values


def wrong_number_of_parameters() -> ServiceError:
    """Not as many parameters as question marks."""
    return errors.validation("Number of parameters in request and statement don't match.")


def empty_bag() -> ServiceError:
    """``<<>>``: there are no empty sets."""
    return errors.validation("Empty bags are not supported")


def duplicates_in_bag(members: Iterable[str]) -> ServiceError:
    """``<<1, 1>>``."""
    return errors.invalid_parameter(f"Input collection [{', '.join(members)}] contains duplicates.")


def under(flaw: ServiceError, place: str) -> ServiceError:
    """What is wrong with a number, and where it stands in the item."""
    return errors.validation(f"{flaw.message} under {place}")


# What it needs of a table


def mandatory_equality() -> StatementError:
    """An UPDATE or DELETE names one item by its whole key."""
    return StatementError("Where clause does not contain a mandatory equality on all key attributes")


def overlapping_conditions() -> ServiceError:
    """An OR of which one side bounds the sort key and another side filters."""
    return errors.validation("Overlapping conditions with range keys are not supported in where clause")


def several_key_attributes() -> ServiceError:
    """An index whose partition or sort key has more than one attribute."""
    return errors.validation(
        "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE keys."
    )


def filter_not_projected(index: str, names: Iterable[str]) -> ServiceError:
    """A query of an index filters by what the index does not hold."""
    return errors.invalid_parameter(
        f"Secondary index {index} does not project one or more filter attributes: [{', '.join(names)}]"
    )


def columns_not_projected(index: str, names: Iterable[str]) -> ServiceError:
    """A read of a global index asks for what the index does not hold."""
    return errors.invalid_parameter(f"Global secondary index {index} does not project [{', '.join(names)}]")


def consistent_read_of_index() -> ServiceError:
    """Global indexes are eventually consistent."""
    return errors.validation("Strongly consistent read is not supported on Global Secondary Indexes")


def invalid_token() -> ServiceError:
    """A NextToken that was given out for another statement, or not at all."""
    return errors.validation("The provided NextToken is invalid")


# Several statements


def select_without_key(operation: str) -> StatementError:
    """In a batch or a transaction a SELECT reads one item."""
    return StatementError(f"Select statements within {operation} must specify the primary key in the where clause.")


def index_in_transaction() -> StatementError:
    """Transactions read tables only."""
    return StatementError("Reads on indices are not supported within transactions.")


def returning_in_transaction() -> StatementError:
    """Transactions return nothing of what they write."""
    return StatementError("RETURNING clause is not supported in ExecuteTransaction.")


def exists_without_condition() -> StatementError:
    """EXISTS names one item and says something more about it."""
    return StatementError("EXISTS() must contain a single item read with additional condition")


def numbered(flaw: StatementError, number: int) -> ServiceError:
    """The flaw of one statement of a transaction, counted from 0."""
    return errors.validation(f"Validation failed in TransactStatements[{number}]: {flaw.message}")


# Rules whose wording is not certain


def exists_alone() -> StatementError:
    """EXISTS belongs into a transaction."""
    return StatementError("EXISTS() is only supported in ExecuteTransaction")


def unsupported_clause(name: str, span: Span) -> StatementError:
    """SQL's LIMIT: the request has a parameter of that name instead."""
    return StatementError(f"Unsupported clause: {name} at {span}")


def incomplete_returning() -> StatementError:
    """RETURNING, and nothing after it."""
    return malformed("Expected ( MODIFIED | ALL ) ( NEW | OLD ) in each returning element.")


def too_many_keys(count: int) -> ServiceError:
    """IN names 50 partition keys at most."""
    return errors.validation(f"The IN operator is provided with too many operands; number of operands: {count}")


def order_without_where() -> StatementError:
    """ORDER BY needs to know the partition."""
    return StatementError("Must have WHERE clause in the statement when using ORDER BY clause.")


def order_without_partition() -> ServiceError:
    """ORDER BY needs to know the partition."""
    return errors.validation(
        "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."
    )


def order_by_other_attribute(name: str) -> ServiceError:
    """ORDER BY takes a key attribute of the table or index."""
    return errors.validation(f"Variable reference {name} in ORDER BY clause must be part of the primary key")


def reads_and_writes(operation: str) -> ServiceError:
    """A batch or transaction reads or writes."""
    return errors.validation(f"{operation} API does not support both read and write operations in the same request.")


def nested_too_deeply() -> StatementError:
    """Ours: so many parentheses or NOTs inside each other that Python could not follow."""
    return malformed("The statement has too many levels of nesting")
