"""What a kernel's first picture imports: plotly takes half a second in Python, and is needed in the browser alone."""

import subprocess
import sys

import pytest

EXPLORER = "from dynateach.topics import hashing\nhashing.explore()"
ALONE = """
from IPython.core.interactiveshell import InteractiveShell
from dynateach.drawing.picture import Finding, Picture
InteractiveShell.instance()
Picture().figure(Finding("p3 is hot", "", "", ""))._ipython_display_()
"""


@pytest.mark.parametrize("source", [EXPLORER, ALONE], ids=["explorer", "alone"])
def test_a_picture_imports_no_plotly_in_python(source: str) -> None:
    asked = f"{source}\nimport sys\nprint('anywidget' in sys.modules, 'plotly.graph_objects' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout

    assert said.splitlines()[-1] == "True False"
