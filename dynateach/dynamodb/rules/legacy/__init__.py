"""The parameters that came before expressions, which older programs still send.

AWS documents them as legacy, *Legacy conditional parameters*, and still serves them. Each says a part of what an
expression can say, so each becomes the same tree as an expression would, and is bound and evaluated by the same code.
What differs from expressions, this folder says: the rules for what may be sent, their texts, and three meanings
(NOT_CONTAINS, ADD to a list, the error of an ADD or DELETE of another type).

    parameters    which they are; old and new ones can't be mixed
    placeholders  names and values, as if they stood in an expression
    comparisons   a comparison operator and its arguments become a condition
    expected      Expected, ConditionalOperator
    updates       AttributeUpdates
    writes        both together, for PutItem, UpdateItem and DeleteItem
    reads         AttributesToGet, QueryFilter, ScanFilter, KeyConditions
    messages      every error text
"""

from dynateach.dynamodb.rules.legacy.parameters import require_one_kind, uses
from dynateach.dynamodb.rules.legacy.reads import bind_projection, bind_read
from dynateach.dynamodb.rules.legacy.writes import bind_write

__all__ = ["bind_projection", "bind_read", "bind_write", "require_one_kind", "uses"]
