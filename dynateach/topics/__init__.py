"""The topics. Each is a file with ``simulate`` (numbers in, a finished result out), ``draw`` (that in, a figure out) and ``explore`` (controls).

    hashing          where keys land, and which partition gets hot   (its ``explore`` holds all three)
    resizing         which keys move when a partition is split
    sharding         one hot key spread by suffixes, and what reads then cost

    writes           lost updates, optimistic locks, atomic counters, tokens, transactions that meet
    expiry           time to live: what has expired and is still there, and a filter that hides it

    consistency      stale reads of three replicas, and zones that fail  (its ``explore`` holds all four)
    staleness        how long after a write a read may miss it
    promises         monotonic reads and read your writes, broken and repaired
    histories        linearizable or not, and the few requests that show it

    query_or_scan    one question asked in five ways of a growing table

    cost             a month's bill, six ways to pay it              (its ``explore`` holds both)
    scaled_day       a day of auto scaling, and what it costs

``traffic`` makes the requests, ``fleet`` makes them by the million, as arrays (``positions``, ``budgets`` and ``shortage`` are its
parts), ``orders`` is the table that is queried and scanned, ``ring`` holds the two models that DynamoDB is compared with; ``one_item``
and ``replicas`` are what the topics on consistency share; ``bank`` and ``deposits`` are what two clients write to and how, ``sessions`` is
the table that expires. None is imported before it is asked for.
"""
