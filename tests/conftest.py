"""What every test shares: a summary that nobody can overlook if the browser tests did not run, and one more cell for each lesson."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say in red, above pytest's last line, that the browser tests were skipped."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "NO CHROMIUM" in str(report.longrepr)]
    if skipped:
        terminalreporter.section("BROWSER TESTS SKIPPED", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests did not run: {skipped[0].longrepr[2]}", red=True)


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """After a lesson's last cell comes one that fails if the pages made from this lesson are not what this run makes.

    nbval runs the lessons anyway: so no lesson has to be run a second time to hold its pages up to date.
    """
    cells = Counter(item.parent for item in items if type(item).__name__ == "IPyNbCell")
    for file, count in cells.items():
        if count == _code_cells(file) and (number := _lesson(file.path)):
            last = max(place for place, item in enumerate(items) if item.parent is file)
            items.insert(last + 1, _verifying_cell(items[last], number))


def _code_cells(file: Any) -> int:
    return sum(cell.cell_type == "code" for cell in file.nb.cells)


def _lesson(notebook: Path) -> str:
    """The number that a lesson gives itself; "" for exercises, solutions, and notebooks made for a test."""
    from dynateach.course import lessons

    return next((one.declared for one in lessons() if one.path.samefile(notebook)), "")


def _verifying_cell(last: Any, number: str) -> Any:
    from nbformat.v4 import new_code_cell

    code = f"from dynateach.course import made\nmade.verify({number!r}, made.make({number!r}, globals()))"
    return type(last).from_parent(
        last.parent,
        name=f"Cell {last.cell_num + 1}, what is made from this lesson",
        cell_num=last.cell_num + 1,
        cell=new_code_cell(code),  # type: ignore[no-untyped-call]
        options=defaultdict(bool),
    )


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may find AWS credentials or a region on the machine it runs on."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
