"""What topics are made of, and share.

    traffic         the requests of hashing, resizing, sharding; ``hot_traffic`` those that heat partitions, ``hot_lanes`` tells of them
    read_price      what reading back takes, once a key is spread
    budgets         what a fleet may spend; ``positions`` where its keys land, ``shortage`` who is served when it does not last
    one_item        one item and its clients, for the topics on consistency; ``replicas`` its three zones as lanes
    indexed_orders  the table of the topics on indexes
    stream_table    the table of the topics on streams
    bank, deposits  what two clients write to, and how
    sessions        the table whose items expire
    herd            clients that retry
    orders          the table that is queried and scanned

Files called film, notes or picture hold what is drawn and said of one topic.
"""
