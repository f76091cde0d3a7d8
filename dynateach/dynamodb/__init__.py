"""The engine: DynamoDB as it behaves on the outside, and as it keeps its promises on the inside.

Three floors, each resting on the one below: ``operations`` (what the API does), ``storage`` (state
over time) and ``rules`` (pure functions). A reader who wants the whole story starts at
``service.DynamoDB.request``.
"""

from dynateach.dynamodb.service import DynamoDB

__all__ = ["DynamoDB"]
