"""DynamoDB's expression language: conditions, filters, key conditions, projections and updates.

``bind`` takes the expressions of a request with their placeholders and answers with a ``Bound``, whose parts
test, select from and rewrite items. To follow an expression on its way:

    tokens        a text becomes tokens
    grammar       tokens become a tree, by one precedence climber for all kinds; tree says what is in one
    context       placeholders become names and values
    soundness     which conditions make sense, with which functions
    conditions    a tree becomes a test; comparisons say what its operators mean
    keys          a tree becomes a range of keys
    projections   paths become a part of an item
    updates       actions become edits of an item
    binding       the request as a whole, and what is kept for the next one
    messages      every error text
"""

from dynateach.dynamodb.rules.expressions.binding import Bound, bind
from dynateach.dynamodb.rules.expressions.conditions import Test
from dynateach.dynamodb.rules.expressions.context import Values
from dynateach.dynamodb.rules.expressions.keys import KeyCondition, KeyRange, SortCondition
from dynateach.dynamodb.rules.expressions.projections import Projection
from dynateach.dynamodb.rules.expressions.updates import Update

__all__ = ["Bound", "KeyCondition", "KeyRange", "Projection", "SortCondition", "Test", "Update", "Values", "bind"]
