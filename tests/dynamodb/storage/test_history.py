"""The memory behind point-in-time recovery, against a model that keeps every state."""

from random import Random

from dynateach.dynamodb.rules.schema import KeyAttribute, KeySchema
from dynateach.dynamodb.storage.history import History, contents
from dynateach.dynamodb.storage.keyspace import KeySpace, Stored

SCHEMA = KeySchema(KeyAttribute("pk", "N"))
DAY = 24 * 3600 * 1_000_000


def test_every_state_can_be_found_again() -> None:
    random = Random(7)
    keyspace, history = KeySpace(3), History(since=0)
    states = {}
    for now in range(300):
        for _ in range(random.randrange(3)):
            item = {"pk": {"N": str(random.randrange(20))}, "n": {"N": str(now)}}
            place = SCHEMA.place_of_item(item)
            partition = keyspace.partition_of(place)
            old = partition.get(place)
            if random.random() < 0.3:
                partition.remove(place)
            else:
                partition.put(place, Stored(item, 10))
            history.note(now, place, old)
        states[now] = contents(keyspace)
    for now, state in states.items():
        assert history.contents(keyspace, now) == state


def test_what_is_too_old_is_forgotten() -> None:
    history = History(since=0)
    history.days = 2
    place = SCHEMA.place_of_item({"pk": {"N": "1"}})
    for day in range(10):
        history.note(day * DAY, place, None)
    assert len(history._replaced) == 3
    assert history.earliest(9 * DAY) == 7 * DAY
