"""Read and write notebooks, and find the checks in them."""

import json
import warnings
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from dynateach.errors import NotebookError

COMPARED = "nbval-check-output"

_FRESH = "Check the path, or get a fresh copy: dynateach lab NEW_FOLDER"


def read(path: Path) -> NotebookNode:
    """The notebook at ``path``, in format 4.

    Raises NotebookError if there is none, or what is there is not a notebook.
    """
    if path.is_dir():
        held = ", ".join(sorted(found.name for found in path.glob("*.ipynb"))) or "none"
        raise NotebookError(
            "This is a folder, not a notebook", where=str(path), next=f"Name one of its notebooks: {held}."
        )
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise NotebookError(f"No notebook can be read: {error.strerror}", where=str(path), next=_FRESH) from error
    except ValueError as error:
        raise NotebookError("This file is not valid JSON, as notebooks are", where=str(path), next=_FRESH) from error
    if not isinstance(content, dict) or "nbformat" not in content:
        raise NotebookError("This file is JSON, but not a notebook", where=str(path), next=_FRESH)
    return _as_format_4(content, path)


def encode(notebook: NotebookNode) -> bytes:
    """The notebook's bytes, the same for the same notebook: keys in order, indent 1, a newline at the end."""
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return f"{text.rstrip()}\n".encode()


def task_of(cell: NotebookNode) -> str | None:
    """The task that a check cell decides (metadata ``{"dynateach": {"check": "01.1"}}``), or None for any other cell."""
    ours = cell.metadata.get("dynateach", {})
    return str(ours["check"]) if cell.cell_type == "code" and isinstance(ours, dict) and "check" in ours else None


def answered_by(cell: NotebookNode) -> str | None:
    """The task that an answer cell answers (metadata ``{"dynateach": {"answer": "01.1"}}``), or None for any other cell."""
    ours = cell.metadata.get("dynateach", {})
    return str(ours["answer"]) if cell.cell_type == "code" and isinstance(ours, dict) and "answer" in ours else None


def forget_results(notebook: NotebookNode) -> None:
    """Drop what running has left in the notebook: outputs, counts, timings, the state of widgets."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None


def _as_format_4(content: dict[str, object], path: Path) -> NotebookNode:
    try:
        with warnings.catch_warnings(action="ignore"):  # older formats lack cell ids; nbformat adds them and says so
            notebook: NotebookNode = nbformat.reads(json.dumps(content), as_version=4)  # type: ignore[no-untyped-call]
            nbformat.validate(notebook)
    except (
        Exception
    ) as error:  # nbformat fails in many ways on what is no notebook; the reader needs only the first line
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise NotebookError(f"This file is not a valid notebook: {reason}", where=str(path), next=_FRESH) from error
    return notebook
