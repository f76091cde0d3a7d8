"""What a write costs: none, one or two writes to an index, by what changes and by what the index projects.

costs = simulate(note=2)
draw(costs, show="index writes")
explore()                       # the same with controls
"""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from dynateach.drawing.captions import number
from dynateach.drawing.palette import BLUE, INK, PURPLE, QUIET
from dynateach.drawing.picture import Finding, Panel, Picture
from dynateach.drawing.still import Still
from dynateach.dynamodb.rules.limits import ITEM_BYTES
from dynateach.errors import LabError
from dynateach.events import IndexQueued, RequestServed
from dynateach.lab import Lab
from dynateach.profile import REALISTIC
from dynateach.topics.parts.indexed_orders import Attributes, Orders, lab_without_waiting, wire

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

PROJECTIONS: dict[str, dict[str, Any]] = {
    "KEYS_ONLY": {"ProjectionType": "KEYS_ONLY"},
    "INCLUDE": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]},
    "ALL": {"ProjectionType": "ALL"},
}
"""The three indexes on the status of the orders; each is called as its projection."""

HIDDEN, WRITES, UNITS = "nothing: guess first", "index writes", "write units"
SHOWS = HIDDEN, WRITES, UNITS


class Change(NamedTuple):
    """One kind of write, in the learner's words: the order ``before`` it and after it, without its note, None for none. ``notes`` are
    the note's letters before and after.
    """

    words: str
    before: Attributes | None
    after: Attributes | None
    notes: str = "nn"


OPEN: Attributes = {"status": "OPEN", "total": 1}
BARE: Attributes = {"total": 1}
CHANGES = (
    Change("new order, has a status", None, OPEN),
    Change("new order, no status", None, BARE),
    Change("put again, just as it was", OPEN, OPEN),
    Change("the note changes", OPEN, OPEN, "nm"),
    Change("the total changes", OPEN, {**OPEN, "total": 2}),
    Change("the status changes", OPEN, {**OPEN, "status": "SHIPPED"}),
    Change("gets a status", BARE, OPEN),
    Change("loses its status", OPEN, BARE),
    Change("deleted, had a status", OPEN, None),
    Change("deleted, had no status", BARE, None),
)


class Cost(NamedTuple):
    """What one write cost: ``units`` of the table, and for each index how many ``index_writes`` and ``index_units``."""

    change: Change
    units: float
    index_writes: dict[str, int]
    index_units: dict[str, float]


@dataclass(frozen=True)
class Costs:
    """What every kind of write cost in a Lab, for orders with a note of so many KB."""

    note: int
    lab: Lab
    all: list[Cost]

    def of(self, words: str) -> Cost:
        """What that kind of write cost."""
        return next(cost for cost in self.all if cost.change.words == words)


def simulate(note: int = 2) -> Costs:
    """Make every kind of write to a table with three indexes; each order has a note of ``note`` KB, which only the index ALL holds.

    Raises ``LabError`` for notes that an item can't hold.
    """
    if not 1 <= note < ITEM_BYTES // 1024:
        raise LabError(f"an order cannot have a note of {note} KB", next=f"Give 1 to {ITEM_BYTES // 1024 - 1}.")
    table = Orders(lab_without_waiting(REALISTIC, admission="off"))
    table.ask("CreateTable", **_DEFINITION)
    return Costs(note, table.lab, [_cost(table, change, f"o{i + 1}", note) for i, change in enumerate(CHANGES)])


def draw(costs: Costs, show: str = WRITES) -> Still:
    """A matrix: a row for each kind of write, a column for the table and for each index."""
    picture = Picture()
    x: dict[str, Any] = {"range": [-0.5, 3.5], "tickvals": [0, 1, 2, 3], "ticktext": COLUMNS, "side": "top"}
    words = [change.words for change in CHANGES]
    y = {"range": [len(words) - 0.5, -0.5], "tickvals": list(range(len(words))), "ticktext": words}
    panel = picture.panel(ACROSS, (0, 0.9), {**x, "tickfont": WORDS}, {**y, "tickfont": WORDS})
    cells = [_cells(cost, show) for cost in costs.all]
    places = [(column, row) for row in range(len(cells)) for column in range(len(COLUMNS))]
    for column, row in places:
        _draw_cell(picture, panel, column, row, cells[row][column])
    _draw_hover(picture, panel, [(column, row, cells[row][column].text) for column, row in places])
    return picture.figure(_finding(costs, show))


def explore(**defaults: Any) -> Any:
    """This topic alone as an explorer; ``defaults`` are note, show."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(note: int = 2, show: str = WRITES) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    simulated = {"note": controls.slider("note, KB", note, 1, 20, width="260px")}
    drawn = {"show": controls.choice("show", SHOWS, show, width="230px")}
    return View(
        "What a write costs",
        simulate,
        draw,
        simulated=simulated,
        drawn=drawn,
        rows=((*simulated.values(), *drawn.values()), ()),
        says=rule,
    )


def rule(costs: Costs, show: str = WRITES) -> str:
    """In one line of HTML, how to tell without counting."""
    if show == HIDDEN:
        return "How many writes does each change cost each index: none, one or two?"
    return "The entry <b>stays as it was, or was never there: 0</b>. It <b>comes, goes or changes: 1</b>. It <b>moves to another key: 2</b>."


def _cost(table: Orders, change: Change, order: str, note: int) -> Cost:
    before, after = ({"id": order, **item} if item is not None else None for item in (change.before, change.after))
    if before:
        table.ask("PutItem", Item=wire({**before, "note": change.notes[0] * note * 1024}))
    if after:
        answer = table.ask("PutItem", Item=wire({**after, "note": change.notes[1] * note * 1024}), **_COUNTED)
    else:
        answer = table.ask("DeleteItem", Key=wire({"id": order}), **_COUNTED)
    return _counted(table.lab, change, answer["ConsumedCapacity"])


def _counted(lab: Lab, change: Change, consumed: dict[str, Any]) -> Cost:
    """The index writes are those that the latest request has queued; the units are those that it was told."""
    latest = lab.trace.of(RequestServed)[-1].request
    queued = Counter(event.index_name for event in lab.trace.of(IndexQueued) if event.request == latest)
    units = consumed.get("GlobalSecondaryIndexes", {})
    return Cost(
        change,
        consumed["Table"]["CapacityUnits"],
        {name: queued[name] for name in PROJECTIONS},
        {name: units[name]["CapacityUnits"] if name in units else 0.0 for name in PROJECTIONS},
    )


class _Cell(NamedTuple):
    text: str
    weight: float
    colour: str


def _cells(cost: Cost, show: str) -> list[_Cell]:
    """The table's cell and one for each index; the more a cell costs, the darker it is."""
    if show == HIDDEN:
        return [_Cell("?", 0, QUIET)] * len(COLUMNS)
    if show == UNITS:
        return [
            _Cell(f"{number(cost.units)} WCU", cost.units, BLUE),
            *(_Cell(f"{number(units)} WCU", units, PURPLE) for units in cost.index_units.values()),
        ]
    return [_Cell("1", 1, BLUE), *(_Cell(str(writes), writes, PURPLE) for writes in cost.index_writes.values())]


def _draw_cell(picture: Picture, panel: Panel, column: int, row: int, cell: _Cell) -> None:
    box = {"x0": column - 0.47, "x1": column + 0.47, "y0": row - 0.44, "y1": row + 0.44}
    look = {"fillcolor": cell.colour, "opacity": min(0.12 + 0.1 * cell.weight, 0.6), "line": {"width": 0}}
    if cell.weight:
        picture.shapes.append({"type": "rect", "layer": "below", **panel.references, **box, **look})
    picture.label(
        panel, column, row, f"<b>{cell.text}</b>" if cell.weight else cell.text, INK if cell.weight else QUIET
    )


def _draw_hover(picture: Picture, panel: Panel, cells: list[tuple[int, int, str]]) -> None:
    """What the pointer is told over each cell."""
    columns, rows, _ = zip(*cells, strict=True)
    words = [f"{CHANGES[row].words}, {COLUMNS[column]}: {text}" for column, row, text in cells]
    marker = {"size": 30, "opacity": 0, "color": INK}
    told = {"text": words, "hovertemplate": "%{text}<extra></extra>"}
    picture.add(panel, type="scatter", mode="markers", x=columns, y=rows, marker=marker, **told)


def _finding(costs: Costs, show: str) -> Finding:
    note = f"Measured on a Lab, for orders with a note of {costs.note} KB."
    title = "What does each write cost each index? Guess, then look"
    if show == WRITES:
        kinds = len(costs.all)
        moves = sum(max(cost.index_writes.values()) == 2 for cost in costs.all)
        free = sum(not any(cost.index_writes.values()) for cost in costs.all)
        title = f"Of {kinds} kinds of write {free} cost no index anything, and {moves} costs 2 writes: the one that moves the entry"
    if show == UNITS:
        move = costs.of("the status changes")
        title = (
            f"A new status costs the table {number(move.units)} WCU, an index of keys {number(move.index_units['KEYS_ONLY'])}"
            f" and one of everything {number(move.index_units['ALL'])}"
        )
    return Finding(title, note, CAPTION, f"{title}. {note}")


ACROSS = (0.16, 1)
WORDS = {"size": 13, "color": INK}
COLUMNS = ["table", *(f"index {name}{' (total)' if name == 'INCLUDE' else ''}" for name in PROJECTIONS)]
_COUNTED = {"ReturnConsumedCapacity": "INDEXES"}
_DEFINITION = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "status")],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [
        {"IndexName": name, "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}], "Projection": projection}
        for name, projection in PROJECTIONS.items()
    ],
}
CAPTION = (
    "A column is the table or an index on the status; a row is one kind of write. One WCU is one write of up to 1 KB; an index"
    " counts the size of its entry, not of the item. An item without a status is in none of the indexes: they are sparse. All documented."
)
