"""What a kernel's first picture imports."""

import subprocess
import sys

import pytest

from dynateach.drawing.imports import without

LIVE = "from dynateach.topics import hashing\nhashing.explore()"
ALONE = """
from IPython.core.interactiveshell import InteractiveShell
from dynateach.drawing.picture import Finding, Picture
InteractiveShell.instance()
Picture().figure(Finding("p3 is hot", "", "", ""))._ipython_display_()
"""


def test_an_explorer_imports_no_plotly_in_python() -> None:
    assert _imported(LIVE, "anywidget", "plotly.graph_objects", "jsonschema") == "True False False"


def test_a_figure_that_stands_alone_builds_no_grammar_of_addresses() -> None:
    assert _imported(ALONE, "jsonschema", "rfc3987_syntax") == "True False"


def _imported(source: str, *modules: str) -> str:
    asked = f"{source}\nimport sys\nprint(*(name in sys.modules for name in {modules}))"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    return said.splitlines()[-1]


def test_a_module_is_missing_only_within_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)

    with pytest.raises(ModuleNotFoundError), without("colorsys"):
        import colorsys

    import colorsys

    assert sys.modules["colorsys"] is colorsys


def test_what_has_been_imported_stays() -> None:
    with without("json"):
        import json

    assert sys.modules["json"] is json
