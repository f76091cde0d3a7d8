"""What learners are asked, in interviews and at work: the ground that the workbook has to cover.

Lessons name these ids in the metadata of their interview questions; ``docs/questions.md`` says where each is answered.
"""

from typing import NamedTuple


class Group(NamedTuple):
    """Questions of one kind: a title, and each question by its id."""

    title: str
    questions: dict[str, str]


GROUPS = (
    Group(
        "Core concepts",
        {
            "C1": "Partition key alone or composite: when which",
            "C2": "Hot partitions: causes, signs, prevention",
            "C3": "GSI or LSI: differences and trade-offs",
            "C4": "Eventual consistency, and when to pay for strong reads",
            "C5": "Single-table design: gain and pain",
            "C6": "Streams: view types, ordering, uses",
            "C7": "Transactions: guarantees, limits, cost",
            "C8": "Provisioned or on-demand",
            "C9": "Optimistic locking",
            "C10": "Adaptive capacity and its limits",
        },
    ),
    Group(
        "Data-structure drills",
        {
            "D1": "LRU cache in front of reads",
            "D2": "Hash set to de-duplicate a batch",
            "D3": "Sliding window over a time series",
            "D4": "Pairs in a result that sum to a target",
            "D5": "Min-heap by priority or time, merging sorted shard results",
            "D6": "Trie for key prefixes",
            "D7": "Undo stack for item changes",
            "D8": "Ring buffer that batches writes by 25",
            "D9": "Bloom filter before reads",
            "D10": "Binary search tree as an in-memory sorted view",
        },
    ),
    Group(
        "System design",
        {
            "S1": "URL shortener",
            "S2": "Social feed (fan-out on write, celebrities)",
            "S3": "Chat (order, receipts, unread counts)",
            "S4": "Session store (TTL, multi-Region, log-out everywhere)",
            "S5": "Inventory without overselling (reservation, many warehouses)",
            "S6": "Job queue (priority, delay, dead letters, claims, heartbeats)",
            "S7": "Multi-tenant SaaS (isolation, per-tenant limits, tiers)",
            "S8": "Leaderboard (top N, percentile, periods, friends)",
            "S9": "Document versions (conflicts, branches, deltas)",
            "S10": "Distributed rate limiter (token buckets, several windows)",
        },
    ),
    Group(
        "Coding and debugging",
        {
            "K1": "Paginated query with back-off",
            "K2": "Batch write that loses items silently",
            "K3": "Optimistic lock helper",
            "K4": "Profile and tame a scan (parallel scan)",
            "K5": "Query returns nothing though the data is there (types, case, index, filter time)",
            "K6": "All-or-nothing transfer",
            "K7": "Find and fix a hot partition",
            "K8": "Stream consumer with error handling",
            "K9": "Memory blow-up on large results (generators)",
            "K10": "Retries with exponential back-off and jitter",
        },
    ),
    Group(
        "Behavioural",
        {
            "B1": "Sped up a slow table",
            "B2": "Chose DynamoDB or relational",
            "B3": "Planned capacity for a launch",
            "B4": "Migrated table design without downtime",
            "B5": "Resolved throttling in production",
            "B6": "A hard access pattern through GSIs",
            "B7": "Strong-consistency requirement",
            "B8": "Cut the bill",
            "B9": "Multi-tenant schema",
            "B10": "Disaster recovery",
        },
    ),
    Group(
        "Scenarios",
        {
            "Q1": "Multi-tenant table",
            "Q2": "Time series",
            "Q3": "Many-to-many",
            "Q4": "Prevent hot partitions",
            "Q5": "Strong consistency",
            "Q6": "Reduce cost at volume",
            "Q7": "Highly concurrent writes",
            "Q8": "Cross-Region replication",
            "Q9": "Efficient search",
            "Q10": "Automated backup and recovery",
            "Q11": "IoT keys: latest and by time",
            "Q12": "SaaS keys, separate and even",
            "Q13": "A user's posts in order",
            "Q14": "Reviews by product and by rating",
            "Q15": "Users by e-mail and by sign-up range",
            "Q16": "Filter on a non-key attribute across partitions",
            "Q17": "Flash sale: which capacity mode",
            "Q18": "2 KB items at 500 writes/s: how many WCUs, sudden growth",
            "Q19": "Throttled API in provisioned mode: what to check",
            "Q20": "Catalogue read often, rarely changed: DAX",
            "Q21": "Slow checkout look-ups: DAX and code change",
            "Q22": "Leaderboard reads too dear: DAX and its limits",
            "Q23": "Balances must be right",
            "Q24": "Two sellers update stock",
            "Q25": "Flight + hotel + payment together",
            "Q26": "One device floods a partition",
            "Q27": "Hot leaderboard key",
            "Q28": "What adaptive capacity does and does not",
            "Q29": "200 KB logs with small metadata",
            "Q30": "Delete sessions after logout",
            "Q31": "Spiky analytics",
            "Q32": "DynamoDB to Redshift pipeline",
            "Q33": "Global Tables and their challenges",
            "Q34": "SQL through Athena connectors",
        },
    ),
    Group(
        "Depth questions",
        {
            "T1": "Key → partition routing, hot partitions",
            "T2": "Eventual or strong reads",
            "T3": "Consistent hashing",
            "T4": "Capacity modes and break-even",
            "T5": "GSI or LSI",
            "T6": "Sparse indexes",
            "T7": "Stream limits",
            "T8": "TTL and its pitfalls",
            "T9": "DAX or ElastiCache",
            "T10": "Retries with jitter",
            "T11": "Global Tables",
            "T12": "Backup mechanisms compared",
            "T13": "Query or Scan",
            "T14": "Consistency across tables",
            "T15": "Multi-tenancy",
            "T16": "Conflicting concurrent writes",
            "T17": "400 KB limit: S3 pointer or chunks",
            "T18": "CAP",
            "T19": "Monitoring and alarms",
            "T20": "Common mistakes",
        },
    ),
    Group(
        "Around DynamoDB",
        {
            "N1": "Step Functions: Standard or Express; not a queue",
            "N2": "Cognito: user pool or identity pool; direct upload to S3; token refresh; API Gateway authoriser",
            "N3": "Kinesis Data Streams or Firehose; buffering; failed transforms",
            "N4": "SQS, SNS or Amazon MQ",
            "N5": "API Gateway features and limits",
            "N6": "Choosing a database by workload: payments, catalogue, sessions and cache, search, BI, logs in S3, wide-column, time series, graph",
            "N7": "Athena or Redshift; cost by bytes scanned; partitioning",
            "N8": "Keyspaces, Timestream, EMR, Glue, SageMaker: when",
            "N9": "OpenSearch as a derived index",
            "N10": "DAX",
            "N11": "Global Tables",
            "N12": "PITR, backups, export to S3",
            "N13": "Standard-IA table class",
        },
    ),
)

QUESTIONS = {id: words for group in GROUPS for id, words in group.questions.items()}
"""Every question, in order."""
