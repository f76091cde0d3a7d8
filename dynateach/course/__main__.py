"""Run lessons, and write anew what is made from them: ``python -m dynateach.course [05 …]`` (default: every lesson).

A lesson takes some ten seconds. The tests run every lesson anyway, and fail if what it makes is not what is stored.
"""

import json
import sys

from nbformat.v4 import new_code_cell

from dynateach.course.lessons import Lesson, lessons
from dynateach.course.made import store
from dynateach.grading.notebook import forget_results, read
from dynateach.grading.record import executed


def run(lesson: Lesson) -> dict[str, str]:
    """What a lesson makes, run from the top in a fresh kernel. Raises NotebookError if one of its cells fails."""
    notebook = read(lesson.path)
    forget_results(notebook)
    notebook.cells.append(new_code_cell(_ASK.format(number=lesson.number)))  # type: ignore[no-untyped-call]
    ran = executed(notebook, lesson.path, timeout=120)
    made: dict[str, str] = json.loads("".join(one.text for one in ran.cells[-1].outputs if one.get("name") == "stdout"))
    return made


_ASK = """\
import json
from dynateach.course import made
print(json.dumps(made.make({number!r}, globals())))"""


if __name__ == "__main__":
    for lesson in lessons():
        if not sys.argv[1:] or lesson.number in sys.argv[1:]:
            store(lesson.number, run(lesson))
