"""The topics. Each is a file with ``simulate`` (numbers in, a finished result out), ``draw`` (that in, a figure out) and ``explore`` (controls).

    hashing          where keys land, and which partition gets hot  (its ``explore`` holds all three)
    resizing         which keys move when a partition is split
    sharding         one hot key spread by suffixes, and what reads then cost

    hot_partitions   what a burst spends, and which budget refuses  (its ``explore`` holds all three)
    heat_splits      when a hot partition splits, and when that would not help
    remedies         what helps a hot partition, and what its readers pay

    writes           lost updates, optimistic locks, atomic counters, tokens, transactions that meet
    expiry           time to live: what has expired and is still there, and a filter that hides it

    consistency      stale reads of three replicas, and zones that fail  (its ``explore`` holds all four)
    staleness        how long after a write a read may miss it
    promises         monotonic reads and read your writes, broken and repaired
    histories        linearizable or not, and the few requests that show it

    index_lag        what a global index gets of each write, and when  (its ``explore`` holds all four)
    index_behind     how long after a write a query of the index may miss it
    index_starved    an index with too few write units, and the writes that its table then refuses
    index_costs      what each kind of write costs an index, by what that projects

    stream_records   which writes leave a record, and in what order it is read  (its ``explore`` holds all three)
    iterators        where a reader of a stream begins, and what it gets
    poison           a record that a function cannot take, and what waits behind it

    retries          a herd of clients after an outage, and how it comes back  (its ``explore`` holds both)
    strategies       all ways to retry, side by side

    query_or_scan    one question asked in five ways of a growing table

    cost             a month's bill, six ways to pay it  (its ``explore`` holds both)
    scaled_day       a day of auto scaling, and what it costs

``fleet`` makes requests by the million, as arrays; ``ring`` holds the two models that DynamoDB is compared with; ``catalogue`` lists the
topics, ``parts`` has what they are made of. None is imported before it is asked for.
"""
