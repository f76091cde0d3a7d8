"""Where keys land: every number in the picture is recomputed here from the trace."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dynateach import IDEAL, Lab, LabError
from dynateach.topics import hashing
from dynateach.topics.hashing import Heat, draw, location, simulate
from dynateach.trace import ItemRead, ItemWritten, RequestServed
from tests.drawing.widgets import alternative, control, figure, words

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("design", ["user ids", "order ids", "tenants", "order status", "today's date"])
@pytest.mark.parametrize("partitions", [1, 5, 16])
def test_the_title_states_what_the_trace_says(design: str, partitions: int) -> None:
    heat = simulate(design, partitions, 600)
    units = Counter[str]()
    for event in heat.lab.trace.of(ItemWritten):
        units[event.partition] += int(event.units)
    busiest, load = max(units.items(), key=lambda pair: pair[1])
    title = _title(draw(heat))

    assert _figure_of(title, load), title
    assert busiest in title or list(units.values()).count(load) > 1
    assert _ratio_of(title) == pytest.approx(load / 1000, abs=0.05)
    assert ("all 600 writes" in title) == (load == 600)


def test_a_partition_over_its_ceiling_is_named_with_the_ceiling() -> None:
    heat = simulate("today's date", 4, 2_000)
    (partition,) = {event.partition for event in heat.lab.trace.of(ItemWritten)}

    assert _title(draw(heat)) == f"{partition} takes all 2,000 writes: 2.0× its ceiling of 1,000 WCU/s"


def test_an_even_load_is_called_even_and_a_lopsided_one_is_not() -> None:
    assert _title(draw(simulate("order ids", 4, 2_000))).startswith("The load is even")
    assert not _title(draw(simulate("order status", 4, 500))).startswith("The load is even")


def test_near_the_ceiling_the_title_counts_units() -> None:
    over = simulate("today's date", 1, 1_047)
    under = simulate("today's date", 1, 960)

    assert _title(draw(over)) == "p0 takes all 1,047 writes: 47 over its ceiling of 1,000 WCU/s"
    assert _title(draw(under)) == "p0 takes all 960 writes: 40 under its ceiling of 1,000 WCU/s"


def test_without_a_headline_the_reader_has_to_find_the_hottest_partition() -> None:
    heat = simulate("today's date", 4, 500)
    picture = draw(heat, headline=False)
    _, band = heat.hottest

    assert _title(picture) == "One second of writes on orders"
    assert band.name not in picture.layout.title.text
    assert "500" not in picture.layout.title.text
    assert picture.layout.meta["alternative"].startswith("One second of writes on orders.")


def test_few_keys_are_named_and_many_are_not() -> None:
    statuses = {"DELIVERED", "SHIPPED", "PENDING"}

    assert statuses <= {note.text for note in draw(simulate("order status", 4, 500)).layout.annotations}
    assert "tenant-01" not in {note.text for note in draw(simulate("tenants", 4, 500)).layout.annotations}


def test_a_key_that_is_asked_about_is_named_once() -> None:
    named = [note.text for note in draw(simulate("order status", 4, 500), "SHIPPED").layout.annotations]

    assert [text for text in named if "SHIPPED" in text] == ["<b>SHIPPED</b>"]


def test_reads_are_measured_against_the_read_ceiling() -> None:
    heat = simulate("today's date", 4, 3_000, "reads")

    assert len(heat.lab.trace.of(ItemRead)) == 3_000
    assert _title(draw(heat)).endswith("takes all 3,000 reads: exactly its ceiling of 3,000 RCU/s")


def test_with_both_kinds_the_title_tells_of_the_worse() -> None:
    heat = simulate("today's date", 4, 4_000, "half and half")
    writes = len(heat.lab.trace.of(ItemWritten))

    assert f"takes all {writes:,} writes: {writes / 1000:.1f}× its ceiling of 1,000 WCU/s" in _title(draw(heat))


def test_every_request_went_through_the_lab() -> None:
    heat = simulate(requests=250)

    served = [event.operation for event in heat.lab.trace.of(RequestServed)]
    assert Counter(served) == {"CreateTable": 1, "PutItem": 250}


def test_the_bars_are_the_loads_of_the_trace_under_the_ranges_of_the_table() -> None:
    heat = simulate("tenants", 6, 900)
    units = Counter[str]()
    for event in heat.lab.trace.of(ItemWritten):
        units[event.partition] += int(event.units)

    ranges, served, beyond, _ = _traces(draw(heat))[2:6]
    parts = heat.lab.inspect(hashing.TABLE).partitions

    assert [name for name, _, _ in ranges["customdata"]] == [part.id for part in parts]
    assert [low for _, low, _ in ranges["customdata"]] == [part.low for part in parts]
    assert [one + more for one, more in zip(served["y"], beyond["y"], strict=True)] == [
        units[part.id] for part in parts
    ]


def test_the_stems_are_the_distinct_keys_of_the_trace() -> None:
    heat = simulate("tenants", 4, 900)
    named = Counter(event.key for event in heat.lab.trace.of(ItemWritten))
    stems = _traces(draw(heat))[0]

    assert dict(zip(stems["text"], stems["y"], strict=True)) == named


def test_the_ceiling_lines_are_those_of_the_kinds_of_requests() -> None:
    assert _ceilings(simulate(requests=100)) == [1_000]
    assert _ceilings(simulate(requests=100, kind="reads")) == [3_000]
    assert _ceilings(simulate(requests=100, kind="half and half")) == [1_000, 3_000]


def test_the_ring_shares_out_the_same_requests() -> None:
    heat = simulate("order status", 5, 900)
    load = Counter[str]()
    for event in heat.lab.trace.of(ItemWritten):
        load[heat.ring.owner(event.hash)] += 1
    busiest, most = max(sorted(load.items()), key=lambda pair: pair[1])

    named = [note.text for note in draw(heat).layout.annotations if note.text.startswith("<b>n")]

    assert named == [f"<b>{busiest}<br>{round(most / 9)}\u202f%</b>"]


def test_a_typed_key_is_marked_on_the_line_and_on_the_ring() -> None:
    heat = simulate(requests=200)
    place = heat.lab.inspect(hashing.TABLE).locate("my own key").position
    traces = _traces(draw(heat, "my own key"))

    assert traces[1]["x"] == [place, place]
    assert len(traces[-1]["x"]) == 1
    assert _traces(draw(heat))[1].get("x", []) == []


def test_a_typed_key_says_where_it_lands() -> None:
    heat = simulate(partitions=3, requests=200)
    found = heat.lab.inspect(hashing.TABLE).locate("<i>")

    line = location(heat, "<i>")

    assert found.digest[:8] in line
    assert f"<b>{found.position:.4f}</b>" in line
    assert f"<b>{found.partition}</b>" in line
    assert "Type a key" in location(heat)


def test_a_picture_can_be_drawn_of_any_labs_table() -> None:
    lab = Lab(seed=3, profile=replace(IDEAL, on_demand_partitions=2))
    lab.request(
        "dynamodb",
        "CreateTable",
        {
            "TableName": hashing.TABLE,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        },
    )
    for name in ("ada", "ada", "bob", "ada"):
        lab.request("dynamodb", "PutItem", {"TableName": hashing.TABLE, "Item": {"id": {"S": name}}})

    picture = draw(Heat(lab, "first names", "writes", 4))

    assert "4 writes" in _title(picture)
    assert "first names" in picture.layout.title.text


def test_the_same_arguments_draw_the_same_picture() -> None:
    assert draw(simulate("tenants", 3, 400, seed=7)).to_json() == draw(simulate("tenants", 3, 400, seed=7)).to_json()


def test_another_seed_is_another_second() -> None:
    assert simulate(seed=1, requests=50).lab.trace.digest() != simulate(seed=2, requests=50).lab.trace.digest()


def test_drawing_changes_nothing_in_the_lab() -> None:
    heat = simulate(requests=100)
    before = heat.lab.trace.digest()

    draw(heat, "a key")

    assert heat.lab.trace.digest() == before


def test_an_unknown_design_is_refused() -> None:
    with pytest.raises(LabError, match="no key design"):
        simulate("sprockets")


def test_the_explorer_repaints_what_its_controls_ask_for() -> None:
    widget = hashing.explore(design="order status", partitions=4, requests=500)
    assert "order status" in figure(widget).layout.title.text

    tab = widget.children[0].children[0]
    control(tab, "partition key").value = "today's date"
    control(tab, "partitions").value = 1
    control(tab, "requests in 1 s").value = 2_000

    assert "p0 takes all 2,000 writes: 2.0×" in figure(widget).layout.title.text
    assert alternative(widget).startswith("p0 takes all 2,000 writes")


def test_the_explorer_locates_the_learners_key() -> None:
    widget = hashing.explore(requests=200)

    control(widget, "your own key").value = "my-key"

    found = simulate(requests=200).lab.inspect(hashing.TABLE).locate("my-key")
    assert f"<b>{found.position:.4f}</b> of the key space" in words(widget)
    assert figure(widget).data[1].x == (found.position, found.position)


def test_the_explorer_holds_all_three_topics_on_one_figure() -> None:
    widget = hashing.explore(requests=100)
    tabs = widget.children[0]
    titles = []
    for tabs.selected_index in range(3):
        titles.append(figure(widget).layout.title.text)

    assert [" takes " in titles[0], "before any split" in titles[1], "suffixes" in titles[2]] == [True] * 3


def test_importing_a_topic_brings_in_nothing_that_draws() -> None:
    code = "import sys, dynateach.topics.hashing; print({'plotly', 'ipywidgets', 'numpy'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout == "set()\n"


def test_importing_dynateach_leaves_the_topics_alone() -> None:
    code = "import sys, dynateach; print([name for name in sys.modules if name.startswith('dynateach.topics')])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout == "[]\n"


def _title(picture: Any) -> str:
    return str(picture.layout.title.text.split("</b>")[0].removeprefix("<b>"))


def _figure_of(title: str, load: int) -> bool:
    """Whether the title gives that many of 600 as a share."""
    return load == 600 or f"{round(load / 6)}\u202f%" in title


def _ratio_of(title: str) -> float:
    return float(title.split("× its ceiling")[0].split()[-1])


def _traces(picture: Any) -> list[dict[str, Any]]:
    return [_plain(trace._props) for trace in picture.data]


def _plain(trace: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in trace.items()}


def _ceilings(heat: Heat) -> list[float]:
    return [shape.y0 for shape in draw(heat).layout.shapes if shape.type == "line"]
