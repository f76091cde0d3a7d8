"""A mark for each answer that two submissions share if their code is the same, whatever its comments and blanks. It is a hint, never a verdict."""

import ast
import hashlib
import warnings

from nbformat import NotebookNode

from dynateach.grading.lay import Unreadable, lay

LONGEST = 20_000
"""Letters of an answer that is looked at: what is longer is meant to hurt."""


def marks(content: bytes | str, exercise: NotebookNode) -> dict[str, str]:
    """The marks by task. Left out are answers that define no function, since all who are right give those alike, and what was not filled in."""
    if isinstance(content, str):
        return {}
    try:
        laid = lay(content, exercise)
    except Unreadable:
        return {}
    ours = {cell.id: cell.source for cell in exercise.cells}
    filled = [cell for cell in laid.cells if cell.task and cell.source != ours[cell.id]]
    texts: dict[str, str] = {}
    for cell in filled:
        assert cell.task
        texts[cell.task] = f"{texts.get(cell.task, '')}{cell.source}\n"
    return {task: mark for task, text in texts.items() if (mark := mark_of(text))}


def mark_of(source: str) -> str:
    """SHA-256 of the syntax tree, cut; "" for what is no plain Python, or defines no function."""
    if len(source) > LONGEST:
        return ""
    try:
        with warnings.catch_warnings(action="ignore"):  # of the learner's backslashes: the teacher cannot mend them
            tree = ast.parse(source)
        told = ast.dump(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    if not any(isinstance(node, ast.FunctionDef) for node in tree.body):
        return ""
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]
