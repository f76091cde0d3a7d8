"""Token buckets and peaks, against the arithmetic that they promise."""

from hypothesis import given
from hypothesis import strategies as st

from dynateach.clock import SECOND
from dynateach.dynamodb.storage.admission import READ, WRITE, Budgets, Terms
from dynateach.dynamodb.storage.buckets import Bucket, Peak

HALF_HOUR = 30 * 60 * SECOND


@given(
    rate=st.integers(1, 5000),
    seconds=st.integers(1, 300),
    requests=st.lists(st.tuples(st.integers(0, 20 * SECOND), st.integers(1, 400)), max_size=60),
)
def test_a_bucket_never_serves_more_than_rate_times_time_and_burst_and_one_request(
    rate: int, seconds: int, requests: list[tuple[int, int]]
) -> None:
    bucket = Bucket(rate, rate * seconds, 0)
    now, served, largest = 0, 0, 0
    for pause, units in requests:
        now += pause
        if bucket.level(now) > 0:
            bucket.take(units, now)
            served += units
            largest = max(largest, units)
        assert served <= rate * now / SECOND + rate * seconds + largest


@given(rate=st.integers(1, 100), pauses=st.lists(st.integers(0, 3 * SECOND), max_size=40))
def test_looking_at_a_bucket_changes_nothing(rate: int, pauses: list[int]) -> None:
    watched, left_alone = Bucket(rate, 10 * rate, 0, tokens=0), Bucket(rate, 10 * rate, 0, tokens=0)
    now = 0
    for pause in pauses:
        now += pause
        watched.level(now)
    assert watched.level(now) == left_alone.level(now)


def test_provisioned_budgets_keep_300_seconds_of_unused_capacity_as_documented() -> None:
    budgets = Budgets(WRITE, Terms(False, 10), None, 0)
    [at_first, _] = budgets.levels(["p0"], 0)
    [after_299, _] = budgets.levels(["p0"], 299 * SECOND)
    [after_300, _] = budgets.levels(["p0"], 300 * SECOND)
    [after_a_day, _] = budgets.levels(["p0"], 86_400 * SECOND)
    assert (at_first.level, after_299.level, after_300.level, after_a_day.level) == (10, 3000, 3000, 3000)


def test_the_last_of_300_saved_seconds_comes_in_exactly_when_it_is_due() -> None:
    budgets = Budgets(READ, Terms(False, 7), None, 0)
    budgets.take("p0", 7, 0)
    [just_before, _] = budgets.levels(["p0"], 300 * SECOND - 1)
    [then, _] = budgets.levels(["p0"], 300 * SECOND)
    assert just_before.level < 2100 == then.level


@given(rate=st.integers(1, 5000), taken=st.integers(0, 9000), units=st.integers(1, 900))
def test_the_wait_for_units_is_exactly_how_long_they_take_to_come(rate: int, taken: int, units: int) -> None:
    bucket = Bucket(rate, 1000, 0)
    bucket.take(taken, 0)
    wait = bucket.wait(units, 0)
    assert bucket.level(max(wait - 1, 0)) < units or wait == 0
    assert bucket.level(wait) >= units


def test_a_peak_counts_when_it_is_30_minutes_old_and_not_before() -> None:
    peak = Peak()
    for _ in range(5):
        peak.note(1000, 10 * SECOND)
    assert list(peak.come(10 * SECOND + HALF_HOUR - 1)) == []
    assert list(peak.come(11 * SECOND + HALF_HOUR)) == [(10 * SECOND + HALF_HOUR, 5000)]


def test_a_peak_is_the_busiest_single_second() -> None:
    peak = Peak()
    for second, units in enumerate([100, 300, 200, 300]):
        peak.note(units, second * SECOND)
    assert [units for _, units in peak.come(HALF_HOUR + 10 * SECOND)] == [100, 300]


@given(st.lists(st.tuples(st.integers(0, 4 * HALF_HOUR), st.integers(1, 9000)), max_size=40))
def test_a_peak_is_what_a_plain_look_over_all_traffic_finds(traffic: list[tuple[int, int]]) -> None:
    peak, busy = Peak(), dict[int, int]()
    for at, units in sorted(traffic):
        peak.note(units, at)
        busy[at // SECOND] = busy.get(at // SECOND, 0) + units
    now = 3 * HALF_HOUR if not traffic else max(at for at, _ in traffic) + HALF_HOUR // 2
    counting = [units for second, units in busy.items() if second <= now // SECOND - 1800]
    assert [units for _, units in peak.come(now)][-1:] == sorted(counting)[-1:]


def test_an_on_demand_table_serves_double_its_previous_peak() -> None:
    budgets = Budgets(WRITE, Terms(True, 4000), None, 0)
    budgets.take("p0", 3500, 0)
    [before, _] = budgets.levels(["p0"], HALF_HOUR - 1)
    [after, _] = budgets.levels(["p0"], HALF_HOUR)
    assert (before.rate, after.rate) == (4000, 7000)


@given(looks=st.lists(st.integers(0, 3 * HALF_HOUR), max_size=20))
def test_a_budget_grows_at_the_same_moment_whoever_looks(looks: list[int]) -> None:
    watched, left_alone = (Budgets(WRITE, Terms(True, 4000), None, 0) for _ in range(2))
    for budgets in (watched, left_alone):
        budgets.take("p0", 3500, 0)
        budgets.take("p0", 4000, HALF_HOUR // 2)
    for moment in sorted(one for one in looks if one >= HALF_HOUR // 2):
        list(watched.levels(["p0"], moment))
    assert list(watched.levels(["p0"], 3 * HALF_HOUR)) == list(left_alone.levels(["p0"], 3 * HALF_HOUR))


def test_a_halved_share_halves_rate_and_savings() -> None:
    budgets = Budgets(WRITE, Terms(False, 800), {"p0": 0.5, "p1": 0.5}, 0)
    budgets.divide("p1", ("p2", "p3"), 9 * SECOND)
    levels = {one.partition: one for one in budgets.levels([], 9 * SECOND)}
    assert {name: one.rate for name, one in levels.items()} == {"p0": 400, "p2": 200, "p3": 200}
    assert {name: one.level for name, one in levels.items()} == {"p0": 4000, "p2": 2000, "p3": 2000}
