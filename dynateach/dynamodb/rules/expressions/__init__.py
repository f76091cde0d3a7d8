"""DynamoDB's expression language: conditions, filters, key conditions, projections and updates.

``bind`` takes the expressions of a request with their placeholders and answers with a ``Bound``, whose parts
test, select from and rewrite items. To follow an expression on its way:

    tokens        text to tokens
    grammar       tokens to a tree, by one precedence climber for all kinds
    soundness     which conditions make sense; functions and context help it
    conditions    a tree to a test, from the comparisons of canonical values
    keys          a tree to a range of keys
    projections   paths to a selection of an item's parts
    updates       actions to edits of an item
    binding       the request as a whole, and what is kept for the next one
    messages      every error text
"""

from dynateach.dynamodb.rules.expressions.binding import Bound, bind
from dynateach.dynamodb.rules.expressions.conditions import Test
from dynateach.dynamodb.rules.expressions.context import Values
from dynateach.dynamodb.rules.expressions.keys import KeyCondition, KeyRange, SortCondition
from dynateach.dynamodb.rules.expressions.paths import Selection
from dynateach.dynamodb.rules.expressions.updates import Update

__all__ = ["Bound", "KeyCondition", "KeyRange", "Selection", "SortCondition", "Test", "Update", "Values", "bind"]
