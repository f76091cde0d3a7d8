"""What a learner sees of our own errors in a notebook."""

import subprocess
import sys
from pathlib import Path

LOOK = """\
from dynateach import Lab

def look(table):
    return Lab(seed=1).inspect(table)

look("ordres")
"""


def test_a_mistake_is_told_in_words_with_the_line_of_the_cell_and_no_traceback(tmp_path: Path) -> None:
    assert _told(LOOK, tmp_path) == [
        "there is no table 'ordres' in us-east-1. The tables there: none yet.",
        "line 4: return Lab(seed=1).inspect(table)",
    ]


def test_a_check_is_told_in_words_alone(tmp_path: Path) -> None:
    (said,) = _told("from dynateach import check\ncheck('99.1', 1)", tmp_path)

    assert said.startswith("there is no task '99.1'")


def _told(cell: str, folder: Path) -> list[str]:
    """The lines that IPython prints when it runs the cell."""
    run = "from IPython.core.interactiveshell import InteractiveShell as Shell; Shell.instance().run_cell({!r})"
    command = [sys.executable, "-c", run.format(cell)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=folder, check=True)
    return done.stdout.strip().splitlines()
