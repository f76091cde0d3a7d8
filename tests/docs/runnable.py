"""Pages whose Python blocks can be run, each with what it prints in a text block below it.

python -m tests.docs.runnable        prints anew what the blocks of every such page print
"""

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("how-it-works.md",)

_BLOCK = re.compile(r"```python\n(?P<code>.*?)```(?:\n\n```text\n(?P<printed>.*?)```)?", re.DOTALL)


def run(page: str, names: dict[str, Any] | None = None) -> str:
    """The page as it would be with what its blocks print now; ``names`` are left behind as a notebook would have them."""
    scope = {} if names is None else names

    def renewed(block: re.Match[str]) -> str:
        printed = StringIO()
        with redirect_stdout(printed):
            exec(block["code"], scope)
        code = f"```python\n{block['code']}```"
        return code if block["printed"] is None else f"{code}\n\n```text\n{printed.getvalue()}```"

    return _BLOCK.sub(renewed, page)


def prose(page: str) -> str:
    """The page without its blocks."""
    return _BLOCK.sub("", page)


def printed(page: str) -> str:
    """What the page says that its blocks print."""
    return "".join(block["printed"] or "" for block in _BLOCK.finditer(page))


if __name__ == "__main__":
    for name in PAGES:
        path = DOCS / name
        path.write_text(run(path.read_text()))
