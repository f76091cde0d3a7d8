"""What a kernel's first picture imports."""

import subprocess
import sys

import pytest

from dynateach.drawing.imports import without

LIVE = "import dynateach.drawing.sheet"
ALONE = """
from IPython.core.interactiveshell import InteractiveShell
from dynateach.drawing.picture import Finding, Picture
InteractiveShell.instance()
Picture().figure(Finding("p3 is hot", "", "", ""))._ipython_display_()
"""


@pytest.mark.parametrize("source", [LIVE, ALONE], ids=["live", "alone"])
def test_the_first_picture_builds_no_grammar_of_addresses(source: str) -> None:
    asked = f"{source}\nimport sys\nprint('jsonschema' in sys.modules, 'rfc3987_syntax' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout

    assert said.splitlines()[-1] == "True False"


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
