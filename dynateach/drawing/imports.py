"""How plotly is imported in half the time.

Plotly's widgets import nbformat, for its version; that imports jsonschema; and that, where JupyterLab is installed, ``rfc3987_syntax``,
which builds a grammar of international addresses for a second or more. Nothing here checks such an address against a schema.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(module: str) -> Iterator[None]:
    """While the block is run, an optional import of that module finds it missing, unless it has been imported before."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # what Python itself takes as "not to be had"
    try:
        yield
    finally:
        del sys.modules[module]
