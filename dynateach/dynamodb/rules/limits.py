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
"""How deep an item may be nested; a top-level attribute is the first level."""

ATTRIBUTE_NAME_BYTES = 64 * KB - 1
"""An attribute name; it has at least one byte. Names of index keys are shorter."""

PAGE_BYTES = 1024 * KB
"""What one Query or Scan reads before it stops and hands out a LastEvaluatedKey; counted before any filter."""

ITEM_COLLECTION_BYTES = 10 * 1024**3
"""All items of one partition key, entries in local indexes included, in a table that has a local index."""

GLOBAL_INDEXES = 20
"""Global secondary indexes of one table; AWS raises it on request."""
LOCAL_INDEXES = 5
"""Local secondary indexes of one table."""
INDEX_KEY_ATTRIBUTES = 4
"""Partition key attributes, and sort key attributes, of one global secondary index."""
PROJECTED_ATTRIBUTES = 20
"""NonKeyAttributes of one index."""
TABLE_PROJECTED_ATTRIBUTES = 100
"""NonKeyAttributes of all indexes of a table together."""

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

STREAM_RETENTION_SECONDS = 24 * 3600
"""How long a record stays in a stream, and a stream stays readable after it was disabled."""
SHARD_ITERATOR_SECONDS = 15 * 60
"""How long a shard iterator can be used."""
GET_RECORDS_RECORDS = 1_000
"""Records in one answer of GetRecords."""
GET_RECORDS_BYTES = 1024 * KB
"""What one GetRecords answers at most."""
LIST_STREAMS_PAGE = 100
"""Streams in one answer of ListStreams."""
DESCRIBE_STREAM_PAGE = 100
"""Shards in one answer of DescribeStream."""

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
ON_DEMAND_GROWTH = 2
"""How many times its previous peak an on-demand table takes at once."""
ON_DEMAND_GROWTH_SECONDS = 30 * 60
"""How long growth beyond that may take: traffic that grows faster may be throttled."""
BURST_SECONDS = 300
"""Seconds' worth of unused capacity that a table keeps for a burst; best effort."""

TABLE_READ_UNITS = 40_000
"""Initial quota of read units a second for one table."""
TABLE_WRITE_UNITS = 40_000
"""Initial quota of write units a second for one table."""
ACCOUNT_READ_UNITS = 80_000
"""Initial quota of provisioned read units a second, over all tables and global indexes of a region."""
ACCOUNT_WRITE_UNITS = 80_000
"""Initial quota of provisioned write units a second, over all tables and global indexes of a region."""

BANKED_DECREASES = 4
"""Decreases of provisioned throughput in the bank at midnight UTC; one more comes with each hour, up to as many again."""
ON_DEMAND_SWITCHES_PER_DAY = 4
"""Switches of one table to on-demand within 24 hours."""
TABLE_CLASS_CHANGES_PER_MONTH = 2
"""Changes of one table's class within 30 days."""

TAGS = 50
"""Tags of one table."""
BACKUPS_PAGE = 100
"""Backups in one answer of ListBackups."""
EXPIRY_YEARS = 5
"""How long ago an item may have expired; one whose time to live passed longer ago is never deleted by it."""
RECOVERY_DAYS = 35
"""How far back point-in-time recovery reaches, unless fewer days are asked for; also how long a system backup stays."""

STATEMENT_CHARACTERS = 8192
"""The text of one PartiQL statement."""
STATEMENT_KEYS = 50
"""Partition keys that a PartiQL IN names."""
BATCH_STATEMENTS = 25
"""PartiQL statements in one BatchExecuteStatement; an ExecuteTransaction has as many as other transactions."""
EXPRESSION_BYTES = 4 * KB
"""The text of one expression."""
EXPRESSION_PLACEHOLDER_BYTES = 255
"""One placeholder, such as `#name` or `:value`."""
EXPRESSION_SUBSTITUTION_BYTES = 2 * 1024 * KB
"""All substitution variables of one expression together."""
EXPRESSION_OPERATORS = 300
"""Operators and functions in one UpdateExpression; DynamoDB Local holds conditions to it as well."""
IN_OPERANDS = 100
"""Choices of one IN."""
