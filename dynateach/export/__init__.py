"""A notebook as one HTML page for a hand-out: it needs no kernel and no network, its films play and its figures answer the mouse.

    export(Path("notebooks/01_partition_hashing.ipynb"))        # Exported(path=…/01_partition_hashing.html, figures=1, films=0, …)

``pictures`` turns the widgets that a run has left behind into HTML, ``page`` puts the page together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from dynateach.errors import NotebookError
from dynateach.export.page import page
from dynateach.export.pictures import Pictures
from dynateach.grading.notebook import forget_results, read
from dynateach.grading.run import execute

_NO_RUN = "Mend the cell, or leave it out; --no-run exports the outputs that the notebook was saved with"


@dataclass(frozen=True)
class Exported:
    """A page that was written: where, how many figures and films it shows, and how many cells had outputs."""

    path: Path
    figures: int
    films: int
    shown: int


def export(path: Path, out: Path | None = None, *, run: bool = True, timeout: int = 60) -> Exported:
    """Write the notebook at ``path`` as a page to ``out`` (default: beside it, with the ending .html).

    The notebook is run from the top in a fresh kernel, in its own folder, at most ``timeout`` seconds a cell; without ``run`` the page shows the
    outputs that it was saved with. The notebook's file is never written. Raises NotebookError if there is no such notebook, if a cell fails,
    or if the page cannot be written.
    """
    notebook = read(path)
    out = out or path.with_suffix(".html")
    _refuse_a_notebook(out)
    if run:
        _run(notebook, path, timeout)
    pictures = Pictures(notebook, path.name)
    pictures.thaw()
    _write(out, page(notebook, path, pictures.needs()))
    return Exported(out, pictures.figures, pictures.films, sum(bool(cell.outputs) for cell in _code(notebook)))


def _refuse_a_notebook(out: Path) -> None:
    if out.suffix == ".ipynb":
        raise NotebookError(
            "A page is never written over a notebook", where=str(out), next="Give --out a name that ends in .html"
        )


def _run(notebook: NotebookNode, path: Path, timeout: int) -> None:
    forget_results(notebook)
    stopped = execute(notebook, path.parent, timeout) or next(_failures(notebook), "")
    if stopped:
        raise NotebookError(f"The notebook does not run: {stopped.rstrip('.')}", where=str(path), next=_NO_RUN)


def _failures(notebook: NotebookNode) -> Iterator[str]:
    for cell in _code(notebook):
        if "raises-exception" in cell.metadata.get("tags", ()):
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"cell {cell.get('id', '?')} raised {output.ename}: {_first_line(output.evalue)}"


def _first_line(words: str) -> str:
    return next(iter(words.strip().splitlines()), "")


def _code(notebook: NotebookNode) -> Iterator[NotebookNode]:
    return (cell for cell in notebook.cells if cell.cell_type == "code")


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise NotebookError(
            f"The page cannot be written: {error.strerror}", where=str(out), next="Name another place: --out FILE"
        ) from error
