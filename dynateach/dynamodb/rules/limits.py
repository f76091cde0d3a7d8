"""DynamoDB's limits, each in one place. Documented (Developer Guide, *Constraints* and *Quotas*,
text of April 2026) unless a line says otherwise.
"""

KB = 1024
"""DynamoDB's kilobyte: 1,024 bytes, everywhere."""

ITEM_BYTES = 400 * KB
"""An item, attribute names and values together."""

PARTITION_KEY_BYTES = 2048
"""A partition key value; it has at least one byte."""
SORT_KEY_BYTES = 1024
"""A sort key value; it has at least one byte."""

NUMBER_DIGITS = 38
"""Significant digits of a number; a 39th is rejected, not rounded."""
NUMBER_MAX_EXPONENT = 125
"""The largest magnitude is below 10 to the power 126."""
NUMBER_MIN_EXPONENT = -130
"""The smallest magnitude is 10 to the power −130."""

NESTING_LEVELS = 32
"""How deep lists and maps may be nested."""

PAGE_BYTES = 1024 * KB
"""What one Query or Scan reads before it stops and hands out a LastEvaluatedKey; counted before any filter."""

BATCH_WRITE_ITEMS = 25
"""Puts and deletes in one BatchWriteItem."""
BATCH_GET_KEYS = 100
"""Keys in one BatchGetItem."""
BATCH_GET_BYTES = 16 * 1024 * KB
"""What one BatchGetItem answers at most; further keys come back as unprocessed."""

TRANSACTION_ITEMS = 100
"""Actions in one TransactWriteItems, or keys in one TransactGetItems."""
TRANSACTION_BYTES = 4 * 1024 * KB
"""All items of one transaction together."""
TRANSACTION_TOKEN_SECONDS = 10 * 60
"""How long a ClientRequestToken protects against writing twice."""

SCAN_SEGMENTS = 1_000_000
"""Segments of a parallel scan."""
LIST_TABLES_PAGE = 100
"""Table names in one answer of ListTables."""

TABLES_PER_REGION = 2_500
"""Initial quota; AWS raises it on request, to 10,000 at most."""

PARTITION_READ_UNITS = 3_000
"""Read capacity units a second that one partition serves, in both capacity modes."""
PARTITION_WRITE_UNITS = 1_000
"""Write capacity units a second that one partition serves, in both capacity modes."""

ON_DEMAND_READ_UNITS = 12_000
"""Read units a second that a new on-demand table can take at once."""
ON_DEMAND_WRITE_UNITS = 4_000
"""Write units a second that a new on-demand table can take at once."""

TABLE_READ_UNITS = 40_000
"""Initial quota of read units a second for one table."""
TABLE_WRITE_UNITS = 40_000
"""Initial quota of write units a second for one table."""

EXPRESSION_BYTES = 4 * KB
"""The text of one expression."""
EXPRESSION_PLACEHOLDER_BYTES = 255
"""One placeholder, such as `#name` or `:value`."""
EXPRESSION_SUBSTITUTION_BYTES = 2 * 1024 * KB
"""All substitution variables of one expression together."""
UPDATE_OPERATORS = 300
"""Operators and functions in one UpdateExpression."""
IN_OPERANDS = 100
"""Choices of one IN."""
