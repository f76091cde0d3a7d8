"""Notebooks as they are after a run: made here without a kernel, from widgets of this process."""

import json
from pathlib import Path
from typing import Any

import nbformat.v4
from ipywidgets import Widget

from dynateach.export import Exported, export


def stored(*shown: Any, text: str = "# A lesson", state: bool = True) -> dict[str, Any]:
    """``text``, and a cell for each thing shown: a widget, or the data of an output. Without ``state`` no widget's model is kept."""
    cells = [nbformat.v4.new_markdown_cell(text), *map(_cell, shown)]  # type: ignore[no-untyped-call]
    widgets = {"application/vnd.jupyter.widget-state+json": Widget.get_manager_state()} if state else {}
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "widgets": widgets}
    return json.loads(json.dumps(nbformat.v4.new_notebook(cells=cells, metadata=metadata)))  # type: ignore[no-any-return, no-untyped-call]


def exported(folder: Path, notebook: dict[str, Any]) -> tuple[Exported, str]:
    """What exporting it without a run says, and the page."""
    path = folder / "lesson.ipynb"
    path.write_text(json.dumps(notebook))
    done = export(path, None, run=False)
    return done, done.path.read_text("utf-8")


def _cell(shown: Any) -> Any:
    data = (
        shown if isinstance(shown, dict) else {"application/vnd.jupyter.widget-view+json": {"model_id": shown.model_id}}
    )
    output = nbformat.v4.new_output("display_data", data=data)  # type: ignore[no-untyped-call]
    return nbformat.v4.new_code_cell("shown", outputs=[output], execution_count=1)  # type: ignore[no-untyped-call]
