"""The topics. Each is a file with ``simulate`` (numbers in, a finished result out), ``draw`` (that in, a figure out) and ``explore`` (controls).

    hashing          where keys land, and which partition gets hot  (its ``explore`` holds all three)
    resizing         which keys move when a partition is split
    sharding         one hot key spread by suffixes, and what reads then cost
    query_or_scan    one question asked in five ways of a growing table
    cost             a month's bill, six ways to pay it             (its ``explore`` holds both)
    scaled_day       a day of auto scaling, and what it costs
    retries          a herd that comes back after an outage         (its ``explore`` holds both)
    strategies       all ways to retry side by side

``traffic`` makes the requests, ``fleet`` makes them by the million, as arrays (``positions``, ``budgets`` and ``shortage`` are its
parts), ``orders`` is the table that is queried and scanned, ``herd`` the clients that retry, ``ring`` holds the two models that
DynamoDB is compared with. None is imported before it is asked for.
"""
