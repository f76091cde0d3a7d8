"""How PutItem, UpdateItem and DeleteItem word what is wrong with a request.

Observed by others on the live service in 2026: these three count much of what the request alone gives away as a
validation error, and say so in front. Which, is marked where the texts are: bad numbers, sets that are empty or repeat a
member, too much nesting, placeholders without a use, an empty or too long expression, an update at odds with itself, a
legacy Expected that makes no sense. Reads, batches and transactions tell the same faults without counting.

Assumed: syntax errors, and undefined placeholders in an update, are not counted.
"""

from dynateach.dynamodb.rules import errors
from dynateach.errors import ServiceError


def in_envelope(error: ServiceError, operation: str) -> ServiceError:
    """The error as one of the three operations answers it."""
    if not isinstance(error, errors.Counted) or error.not_by == operation:
        return error
    return errors.validation(f"1 validation error detected: {error.counted}")
