"""The topics. Each is a file with ``simulate`` (numbers in, a finished result out), ``draw`` (that in, a figure out) and ``explore`` (controls).

    hashing     where keys land, and which partition gets hot      (its ``explore`` holds all three)
    resizing    which keys move when a partition is split
    sharding    one hot key spread by suffixes, and what reads then cost
    hot_partitions   what a burst spends, which budget refuses      (its ``explore`` holds these three)
    heat_splits      when a hot partition splits, and when that would not help
    remedies         what helps a hot partition, and what its readers pay

``traffic`` makes the requests, ``hot_traffic`` those that heat partitions (``hot_lanes`` and ``hot_notes`` tell of them, ``read_price`` is what
reading back takes), ``fleet`` makes them by the million, as arrays (``positions``, ``budgets`` and ``shortage`` are its
parts), ``ring`` holds the two models that DynamoDB is compared with. None is imported before it is asked for.
"""
