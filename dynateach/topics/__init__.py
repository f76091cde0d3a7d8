"""The topics. Each is a file with ``simulate`` (numbers in, a finished result out), ``draw`` (that in, a figure out) and ``explore`` (controls).

    hashing          where keys land, and which partition gets hot  (its ``explore`` holds all three)
    resizing         which keys move when a partition is split
    sharding         one hot key spread by suffixes, and what reads then cost
    query_or_scan    one question asked in five ways of a growing table
    cost             a month's bill, six ways to pay it             (its ``explore`` holds both)
    scaled_day       a day of auto scaling, and what it costs
    stream_records   which writes leave a record, and in what order it is read  (its ``explore`` holds all three)
    iterators        where a reader of a stream begins, and what it gets
    poison           a record that a function cannot take, and what waits behind it

``traffic`` makes the requests, ``fleet`` makes them by the million, as arrays (``positions``, ``budgets`` and ``shortage`` are its
parts), ``orders`` is the table that is queried and scanned, ``stream_table`` the one whose changes are read (what is drawn and said of it lies
in files called film and notes), ``ring`` holds the two models that DynamoDB is compared with. None is
imported before it is asked for.
"""
