"""Solutions with small mistakes, the same for the same number."""

import ast
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

from nbformat import NotebookNode

from dynateach.grading.notebook import answered_by


def mutant(solution: NotebookNode, number: int) -> NotebookNode:
    """The solution with one mistake in one answer, chosen by the number."""
    chance = Random(f"mutant {number}")
    notebook = deepcopy(solution)
    _spoil(chance.choice([cell for cell in notebook.cells if _places(cell)]), chance)
    return notebook


def mutant_everywhere(solution: NotebookNode, number: int) -> NotebookNode:
    """The solution with one mistake in the answer to each task, chosen by the number."""
    chance = Random(f"mutant everywhere {number}")
    notebook = deepcopy(solution)
    by_task: dict[str | None, list[NotebookNode]] = {}
    for cell in filter(_places, notebook.cells):
        by_task.setdefault(answered_by(cell), []).append(cell)
    for cells in by_task.values():
        _spoil(chance.choice(cells), chance)
    return notebook


def _spoil(cell: NotebookNode, chance: Random) -> None:
    tree = ast.parse(cell.source)
    change, node = chance.choice(list(_spots(tree)))
    change(node)
    cell.source = ast.unparse(ast.fix_missing_locations(tree))


def _places(cell: NotebookNode) -> bool:
    return answered_by(cell) is not None and bool(_spots(ast.parse(cell.source)))


def _spots(tree: ast.AST) -> list[tuple[Callable[[Any], None], ast.AST]]:
    return [(change, node) for node in ast.walk(tree) for kind, change in _CHANGES if _applies(kind, node)]


def _applies(kind: type[ast.AST], node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node, kind) and isinstance(node.value, (int, str)) and node.value != ""
    if isinstance(node, ast.Call):
        return isinstance(node, kind) and len(node.args) > 1
    if isinstance(node, (ast.FunctionDef, ast.For, ast.If)):
        return isinstance(node, kind) and len(node.body) > 1
    return isinstance(node, kind)


def _constant(node: ast.Constant) -> None:
    if isinstance(node.value, str):
        node.value = node.value[:-1]
    elif isinstance(node.value, bool):
        node.value = not node.value
    elif isinstance(node.value, int):
        node.value += 1


def _operator(node: ast.BinOp) -> None:
    node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()


def _comparison(node: ast.Compare) -> None:
    node.ops[0] = ast.NotEq() if isinstance(node.ops[0], ast.Eq) else ast.LtE()


def _arguments(node: ast.Call) -> None:
    node.args[0], node.args[1] = node.args[1], node.args[0]


def _statement(node: Any) -> None:
    del node.body[-1]


def _condition(node: Any) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


_CHANGES: tuple[tuple[type[ast.AST], Callable[[Any], None]], ...] = (
    (ast.Constant, _constant),
    (ast.BinOp, _operator),
    (ast.Compare, _comparison),
    (ast.Call, _arguments),
    (ast.FunctionDef, _statement),
    (ast.For, _statement),
    (ast.If, _condition),
)
