"""The course as data: what its lessons offer, read from the notebooks and the checks themselves.

notebooks, checks ─▶ lessons() ─▶ progress, docs/questions.md, the tests of every lesson
a lesson's run    ─▶ made      ─▶ docs/claims.md, the cheat sheets
"""

from dynateach.course.lessons import Lesson, Question, lessons

__all__ = ["Lesson", "Question", "lessons"]
