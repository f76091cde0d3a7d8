"""The topics. Each is a file with ``simulate`` (numbers in, a finished result out), ``draw`` (that in, a figure out) and ``explore`` (controls).

    hashing     where keys land, and which partition gets hot      (its ``explore`` holds all three)
    resizing    which keys move when a partition is split
    sharding    one hot key spread by suffixes, and what reads then cost

    index_lag      what a global index gets of each write, and when     (its ``explore`` holds all four)
    index_behind   how long after a write a query of the index may miss it
    index_starved  an index with too few write units, and the writes that its table then refuses
    index_costs    what each kind of write costs an index, by what that projects

``traffic`` makes the requests, ``fleet`` makes them by the million, as arrays (``positions``, ``budgets`` and ``shortage`` are its
parts), ``ring`` holds the two models that DynamoDB is compared with, ``orders`` is the table that the topics on indexes share. None is
imported before it is asked for.
"""
