"""Run a notebook from the top in a fresh kernel and report what its checks say."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from dynateach.errors import NotebookError
from dynateach.grading.notebook import forget_results, read, task_of
from dynateach.jupyter.kernel import OwnKernelManager

Verdict = Literal["passed", "failed", "not reached"]


@dataclass(frozen=True)
class Outcome:
    """What became of one task; ``message`` is the check's own words, empty unless it failed."""

    task: str
    verdict: Verdict
    message: str = ""


@dataclass(frozen=True)
class Report:
    """All tasks of a notebook, in its order.

    ``stumble`` is the first error of a cell that checks nothing: often the cause of what failed after it. ``stopped`` says
    why the run ended early. Both are empty if there was no such thing.
    """

    outcomes: tuple[Outcome, ...]
    stumble: str = ""
    stopped: str = ""

    @property
    def passed(self) -> bool:
        """Whether every task passed."""
        return all(outcome.verdict == "passed" for outcome in self.outcomes)


def run(path: Path, *, timeout: int) -> Report:
    """Run the notebook at ``path`` in its own folder, at most ``timeout`` seconds a cell, changing nothing on disk.

    A cell that fails does not stop the cells after it; one that takes too long, or ends the kernel, does.
    Raises NotebookError if there is no such notebook, or it has no checks.
    """
    notebook = read(path)
    if not any(task_of(cell) for cell in notebook.cells):
        raise NotebookError("This notebook has no checks", where=str(path), next="Name one from exercises/.")
    forget_results(notebook)
    run_cells: set[int] = set()
    stopped = execute(notebook, path.parent, timeout, run_cells.add)
    return Report(_by_task(notebook, run_cells), _stumble(notebook), stopped)


def execute(notebook: NotebookNode, folder: Path, timeout: int, ran: Callable[[int], None] = lambda _: None) -> str:
    """Run all cells in ``folder``, at most ``timeout`` seconds each, and put what comes of them into the notebook.

    Cells that fail are no reason to stop. Returns why the run ended early, or "". ``ran`` is told the place of each cell that has ended.
    """
    started: list[NotebookNode] = []
    client = NotebookClient(
        notebook,
        timeout=timeout,
        allow_errors=True,
        kernel_name="python3",
        kernel_manager_class=OwnKernelManager,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=lambda cell, cell_index: started.append(cell),
        on_cell_executed=lambda cell, cell_index, execute_reply: ran(cell_index),
    )
    try:
        client.execute()
    except CellTimeoutError:
        return f"Cell {started[-1].get('id', '?')} took more than {timeout} s. Look there for a loop that never ends."
    except DeadKernelError:
        return f"Cell {started[-1].get('id', '?')} ended the kernel."
    return ""


def _by_task(notebook: NotebookNode, run_cells: set[int]) -> tuple[Outcome, ...]:
    worst: dict[str, Outcome] = {}
    for index, cell in enumerate(notebook.cells):
        task = task_of(cell)
        if task and (task not in worst or worst[task].verdict == "passed"):
            worst[task] = _outcome(task, cell, reached=index in run_cells)
    return tuple(worst.values())


def _outcome(task: str, cell: NotebookNode, *, reached: bool) -> Outcome:
    if not reached:
        return Outcome(task, "not reached")
    error = _error_of(cell)
    return Outcome(task, "failed", error.removeprefix("CheckFailed: ")) if error else Outcome(task, "passed")


def _stumble(notebook: NotebookNode) -> str:
    ordinary = (cell for cell in notebook.cells if cell.cell_type == "code" and not task_of(cell))
    errors = ((cell.get("id", "?"), _error_of(cell)) for cell in ordinary)
    return next((f"Cell {name} raised {error}" for name, error in errors if error), "")


def _error_of(cell: NotebookNode) -> str:
    errors = (output for output in cell.outputs if output.output_type == "error")
    return next((f"{error.ename}: {error.evalue}" for error in errors), "")
