"""One topic full-window: JupyterLab on a notebook of one cell, in a folder that is thrown away, with all but the picture hidden.

The page that the reader opens is ours (``web/show.html``). It frames JupyterLab, whose widgets and kernel make the controls live, runs the cell, and
scales what it shows to the window.
"""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dynateach.jupyter import launch
from dynateach.topics.catalogue import Topic

_ROUTE = "/dynateach/show"
_NOTEBOOK = "topic.ipynb"
_EXTENSION = (
    "dynateach.jupyter.show_page"  # not imported here: what it imports reads the configuration that launch sets
)
_THEMES = "settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings"
_CELLS = "settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"


def start(topic: Topic, *, port: int | None, browser: bool, ready: Callable[[str], None]) -> None:
    """Show the topic until Ctrl-C. The arguments are those of ``launch.start``; raises JupyterError as that does."""
    launch.refuse_if_taken(port)
    with tempfile.TemporaryDirectory(prefix="dynateach-") as name:
        folder = Path(name)
        _write(folder / _NOTEBOOK, _notebook(topic))
        _write(folder / _THEMES, {"adaptive-theme": True})  # JupyterLab follows the system, light or dark
        _write(folder / _CELLS, {"windowingMode": "none"})
        more = (
            f"--LabApp.user_settings_dir={folder / 'settings'}",
            f"--LabApp.workspaces_dir={folder / 'workspaces'}",
            "--LabApp.expose_app_in_browser=True",
            f"--ServerApp.jpserver_extensions={{'{_EXTENSION}': True}}",
        )
        launch.serve(folder, _ROUTE, more, port=port, browser=browser, ready=ready)


def _notebook(topic: Topic) -> dict[str, Any]:
    source = f"from dynateach.topics import {topic.name}\n\n{topic.name}.explore()"
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "topic",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _write(file: Path, content: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content), encoding="utf-8")
