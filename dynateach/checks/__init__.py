"""The graded tasks, one folder a lesson, one file a task. This is for those who write them.

A task is a ``checks.task.Task``: data, and three plain functions.

    inputs(seed)         plain inputs, the smallest first. Draw them with ``Randomness(seed)``: an answer that was copied
                         or hard-coded must fail. Begin with the inputs on which the likely mistakes show.
    prepare(input)       the ``Case`` for one input: a fresh Lab with its data, and the calls to make. What happened before
                         the learner's turn goes in ``with lab.trace.paused()``.
                         A call may die on its way (``dies_after``), and a consumer may make it (``drive``).
    judge(case, replies) the first ``Fault``, or None. It sees plain data and the Lab's trace, and may send requests of its
                         own to the Lab. It must cope with every value, so test the type first (``checks.plain.kind``).

To add a task to a lesson:

1.  Write down the wrong answers that a good learner would give. Each gets a line in ``tests/checks/``, with the words that
    the check must find for it. A check that lets one through is a bug.
2.  Write the three functions and the ``Task`` in a file of the folder ``lesson_NN``, and name it in that folder's ``TASKS``.
    A new folder is found by its name. The id is the lesson's number, a dot, the task's number.
3.  A fault says what was found in one line (``what``), what was ``expected``, and in ``why`` the idea that the mistake
    betrays, never the answer itself. The call, its result and the trace are added to it.
4.  Three hints: what to look at; what to do; how to write it.
5.  In ``solutions/``, the task has four cells: ``task-NN-N`` (what is wanted, with an example call), ``answer-NN-N``
    (metadata ``{"dynateach": {"answer": "NN.N"}}``, the answer between solution markers), ``check-NN-N`` (metadata
    ``{"dynateach": {"check": "NN.N"}}``, tag ``nbval-check-output``, its output stored) and ``hint-NN-N``.
    ``dynateach record`` stores the outputs, ``dynateach release`` makes the exercise.

``inputs`` yields plain data, ``prepare`` and ``judge`` keep nothing between each other but the case: so the same three
serve a notebook, and a judge that runs the answer in another process.

Tasks may live outside this package too, in a course's folder ``checks``: see ``checks.own``, and ``docs/teaching.md``.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from dynateach.checks.own import NONE, Sources, loaded
from dynateach.checks.task import Task
from dynateach.errors import CourseError, TaskError


def find(id: str, own: Sources = NONE) -> Task:
    """The task with that id, such as "01.5": ours, or one of a course's ``own``.

    Raises ``TaskError``, naming those there are, if there is none, and ``CourseError`` if the course's checks cannot be used.
    """
    known = {task.id: task for task in tasks()}
    for task, path in loaded(own):
        if known.setdefault(task.id, task) is not task:
            raise CourseError(
                f"dynateach has a task {task.id} already",
                where=path,
                next="Give yours the number of a lesson that dynateach does not have.",
            )
    if not isinstance(id, str) or id not in known:
        raise TaskError(f"there is no task {id!r}", next=f"The tasks: {', '.join(known)}.{'' if own else _ELSEWHERE}")
    return known[id]


_ELSEWHERE = " Is it a course's own? Then its folder checks is needed: beside the notebook, one folder above, or in the folder that --course names."


def tasks() -> Iterator[Task]:
    """All tasks of this package, in the order of the lessons."""
    for module in sorted(iter_modules(__path__), key=lambda module: module.name):
        if module.name.startswith("lesson_"):
            yield from import_module(f"{__name__}.{module.name}").TASKS
