"""The pages of ``docs/`` that lessons fill: where each question is answered, and what became of each claim."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from dynateach.course.lessons import Lesson, Question
from dynateach.course.questions import GROUPS, QUESTIONS
from dynateach.lessons import Verdict

CLAIMS_HEAD = """\
# Claims you will hear

From blogs, colleagues and study notes, true and false mixed. Each verdict is what a run of its lesson says: the cell named
beside it decides. The source begins with how sure it is: documented by AWS, published in a paper, measured in this engine,
or assumed."""

Answers = Mapping[str, Sequence[tuple[Lesson, Question]]]


def claims_page(sections: Mapping[str, str]) -> str:
    """The whole page, from the sections of its lessons by number."""
    return "\n\n".join([CLAIMS_HEAD, *(sections[number] for number in sorted(sections))]) + "\n"


def sections_of(page: str) -> dict[str, str]:
    """The sections of such a page, by number."""
    _, *sections = page.rstrip("\n").split("\n\n## ")
    return {section[:2]: f"## {section}" for section in sections}


def claims_section(lesson: Lesson, verdicts: Mapping[str, Verdict]) -> str:
    """One lesson's claims, with what its run has revealed. Raises ``KeyError`` for a claim that was not."""
    head = [
        f"## {lesson.number} {lesson.title}",
        "",
        "| claim | verdict | why | source | cell |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*head, *(_claim_row(lesson, name, verdicts[name]) for name in lesson.claims)])


def _claim_row(lesson: Lesson, name: str, verdict: Verdict) -> str:
    cell = lesson.claim_cell(name)
    link = f"[`{cell['id']}`](../notebooks/{lesson.path.name})" if cell else ""
    parts = (_cell(verdict.question), verdict.answer, _cell(verdict.because), _cell(lesson.source_of(name)), link)
    return f"| {' | '.join(parts)} |"


def questions_page(lessons: Sequence[Lesson]) -> str:
    """Every question with the places that answer it; those not yet covered are said plainly."""
    full, part = _answers(lessons, "answers"), _answers(lessons, "answers_in_part")
    groups = (
        "\n".join([f"## {group.title}", "", "| | question | where |", "|---|---|---|"])
        + "".join(
            f"\n| {id} | {_cell(words)} | {_where(full[id], part[id])} |" for id, words in group.questions.items()
        )
        for group in GROUPS
    )
    return "\n\n".join(["# Questions, and where they are answered", _summary(full, part), *groups]) + "\n"


def _answers(lessons: Iterable[Lesson], field: str) -> Answers:
    found: defaultdict[str, list[tuple[Lesson, Question]]] = defaultdict(list)
    for lesson in lessons:
        for question in lesson.questions:
            for id in getattr(question, field):
                found[id].append((lesson, question))
    return found


def _summary(full: Answers, part: Answers) -> str:
    in_full = sum(bool(full[id]) for id in QUESTIONS)
    in_part = sum(bool(part[id]) and not full[id] for id in QUESTIONS)
    missing = [id for id in QUESTIONS if not full[id] and not part[id]]
    return (
        f"Of {len(QUESTIONS)} questions {in_full} are answered in full, {in_part} more in part, {len(missing)} not yet.\n"
        "Each answer names the cells of its lesson that prove it.\n\n"
        f"Not yet: {', '.join(missing) or 'none'}."
    )


def _where(full: Sequence[tuple[Lesson, Question]], part: Sequence[tuple[Lesson, Question]]) -> str:
    told = [_answer(*one) for one in full] + [f"In part: {_answer(*one)}" for one in part]
    return "<br>".join(told) or "**Not yet.**"


def _answer(lesson: Lesson, question: Question) -> str:
    proof = ", ".join(f"`{cell}`" for cell in question.proof)
    return f"[{lesson.number} {lesson.title}](../notebooks/{lesson.path.name}): *{_cell(question.heading)}* {proof}"


def _cell(text: str) -> str:
    """A text as one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
