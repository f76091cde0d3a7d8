"""Store in a solution what its checks say, for nbval to compare: what ``dynateach record`` does.

The notebook is run from the top in a fresh kernel. The outputs of the cells tagged ``nbval-check-output`` stay, all else that
running leaves is dropped.
"""

from copy import deepcopy
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat import NotebookNode

from dynateach.errors import NotebookError
from dynateach.grading.notebook import COMPARED, encode, forget_results, read
from dynateach.jupyter.kernel import OwnKernelManager


def record(path: Path, *, timeout: int = 60) -> None:
    """Run the notebook at ``path``, at most ``timeout`` seconds a cell, and store the outputs of its compared cells in it.

    Raises NotebookError, and stores nothing, if a cell fails or takes too long.
    """
    notebook = read(path)
    forget_results(notebook)
    for cell, ran in zip(notebook.cells, executed(notebook, path, timeout).cells, strict=True):
        if COMPARED in cell.metadata.get("tags", []):
            cell.outputs = ran.outputs
            cell.execution_count = _HAS_RUN
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = None
    path.write_bytes(encode(notebook))


def executed(notebook: NotebookNode, path: Path, timeout: int) -> NotebookNode:
    """A copy that was run: running also notes down the version of Python, and that must not get into the file.

    Raises NotebookError if a cell fails or takes more than ``timeout`` seconds.
    """
    client = NotebookClient(
        deepcopy(notebook),
        timeout=timeout,
        kernel_name="python3",
        kernel_manager_class=OwnKernelManager,
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        return client.execute()
    except (CellExecutionError, CellTimeoutError) as error:
        raise NotebookError(f"A cell fails: {error}", where=str(path), next="Mend it, then run this again.") from error


_HAS_RUN = 1
"""nbval refuses to compare a cell that was never run; the true count would be noise."""
