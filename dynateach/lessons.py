"""What a lesson asks before it shows: predictions, claims to judge, and the score at the end.

    lesson("01")
    predict("orders", "How many of the four partitions take the writes?", [1, 2, 4])
    claims(split="A split cures every hot partition.")
    reveal("orders", 1)                                 # what was chosen, beside what happened
    reveal("split", False, "It cannot cut one item.")
    score()

A cell that reveals runs unattended too: without a choice it says what happened and counts nothing. In the workbook's folder
choices are kept (``dynateach.progress``) and shown again by a later kernel; elsewhere they live as long as the kernel does.
Widgets are imported only where one is shown.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from dynateach.progress import notes

TRUE_OR_FALSE = (True, False)


@dataclass(frozen=True)
class Guess:
    """One question: its options as shown, which of them was chosen, and which proved right (both None until then)."""

    question: str
    options: tuple[str, ...]
    chosen: str | None = None
    answer: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What was chosen beside what happened; in a notebook the question stands above."""

    question: str
    chosen: str | None
    answer: str
    because: str = ""

    @property
    def right(self) -> bool:
        """Whether the choice was the answer."""
        return self.chosen == self.answer

    def __str__(self) -> str:
        return "".join(self._parts())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        said, happened, reason = map(escape, self._parts())
        question = f'<div style="color: var(--jp-ui-font-color2)">{escape(self.question)}</div>'
        return f'<div style="{_PROSE}">{question}{said}<b>{happened}</b>{reason}</div>'

    def _parts(self) -> tuple[str, str, str]:
        reason = f" {self.because}" if self.because else ""
        if self.chosen is None:
            return "You made no choice. ", f"It is {self.answer}.", reason
        if self.right:
            return f"You chose {self.chosen}. ", "Right.", reason
        return f"You chose {self.chosen}. ", f"It is {self.answer}.", reason


@dataclass(frozen=True)
class Score:
    """How many of the questions revealed so far were answered, and how many of those rightly."""

    revealed: int
    answered: int
    right: int
    missed: tuple[str, ...]

    def __str__(self) -> str:
        if not self.answered:
            return "No choices made yet."
        return f"{self.right} of {self.answered} right."

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{escape(question)}</li>" for question in self.missed)
        again = f"<br>Worth another look:<ul>{rows}</ul>" if rows else ""
        return f'<div style="{_PROSE}"><b>{escape(str(self))}</b>{again}</div>'


_PROSE = "max-width: 80ch; line-height: 1.4"
_guesses: dict[str, Guess] = {}
_revealed: dict[str, Verdict] = {}
_current = ""


def lesson(number: str) -> None:
    """Say which lesson this notebook is, such as "05": its questions belong to that lesson from then on.

    In a kernel this also prepares its pictures: what they need is on its way to the browser from then on.
    """
    global _current
    _current = number
    if number and _has_a_page():
        from dynateach.drawing.kernel import prepare

        prepare()


def current() -> str:
    """The lesson that this notebook said it is, or "" before it did."""
    return _current


def predict(name: str, question: str, options: Sequence[object]) -> Any:
    """Ask for a prediction: radio buttons, one for each option, none chosen at first.

    Shown again, it keeps what was chosen. Raises ``ValueError`` for fewer than two different options.
    """
    import ipywidgets

    from dynateach.drawing.widgets import lean

    guess = _ask(name, question, options)
    title = lean(ipywidgets.HTML, f'<div style="{_PROSE}"><b>Predict.</b> {escape(question)}</div>')
    buttons = lean(ipywidgets.RadioButtons, options=guess.options, value=guess.chosen, layout={"width": "max-content"})
    buttons.observe(_note(name), "value")
    return ipywidgets.VBox([title, buttons])


def claims(**texts: str) -> Any:
    """Ask whether each claim is true or false: a row each, nothing chosen at first. ``texts`` are the claims by name."""
    import ipywidgets

    rows = [_row(name, text) for name, text in texts.items()]
    return ipywidgets.VBox(rows, layout={"grid_gap": "4px"})


def reveal(name: str, answer: object, because: str = "") -> Verdict:
    """What happened, beside what was chosen; ``because`` says why in a sentence.

    Raises ``ValueError`` if the question was asked and the answer is none of its options.
    """
    shown = _shown(answer)
    guess = _asked(name) or Guess("", (shown,))
    if shown not in guess.options:
        raise ValueError(f"{shown} is no answer to {name!r}: its options are {', '.join(guess.options)}")
    _guesses[name] = replace(guess, answer=shown)
    _revealed[name] = Verdict(guess.question, guess.chosen, shown, because)
    if guess.chosen is not None:
        notes.note_reveal(_current, name, _revealed[name].right)
    return _revealed[name]


def revealed() -> dict[str, Verdict]:
    """What has been revealed in this kernel, by name: the docs of the claims are made from it."""
    return dict(_revealed)


def score() -> Score:
    """The score so far: over all questions whose answers have been revealed."""
    revealed = [guess for guess in _guesses.values() if guess.answer is not None]
    answered = [guess for guess in revealed if guess.chosen is not None]
    missed = tuple(guess.question for guess in answered if guess.chosen != guess.answer)
    return Score(len(revealed), len(answered), len(answered) - len(missed), missed)


def choose(name: str, option: object) -> None:
    """What a click on that option does. Raises ``ValueError`` for a question not asked, or none of its options."""
    guess, shown = _asked(name), _shown(option)
    if guess is None or shown not in guess.options:
        raise ValueError(f"{shown} is no option of {name!r}")
    _guesses[name] = replace(guess, chosen=shown)
    notes.note_choice(_current, name, shown)


def forget() -> None:
    """Forget the lesson, every question and every choice, as a new kernel would."""
    lesson("")
    _guesses.clear()
    _revealed.clear()


def _ask(name: str, question: str, options: Sequence[object]) -> Guess:
    shown = tuple(map(_shown, options))
    if len(set(shown)) < max(len(shown), 2):
        raise ValueError(f"{name!r} needs two options or more, all different: {', '.join(shown)}")
    before = _asked(name)
    chosen = before.chosen if before else notes.chosen(_current, name)
    _guesses[name] = Guess(question, shown, chosen if chosen in shown else None)
    return _guesses[name]


def _has_a_page() -> bool:
    """Whether this runs in a kernel, for somebody who looks at it in a browser."""
    ipython = sys.modules.get("IPython")
    return bool(ipython and hasattr(ipython.get_ipython(), "kernel"))


def _asked(name: str) -> Guess | None:
    """The question, unless its answer alone was revealed."""
    guess = _guesses.get(name)
    return guess if guess and guess.question else None


def _row(name: str, text: str) -> Any:
    import ipywidgets

    from dynateach.drawing.widgets import lean

    guess = _ask(name, text, TRUE_OR_FALSE)
    buttons = lean(
        ipywidgets.RadioButtons,
        options=guess.options,
        value=guess.chosen,
        orientation="horizontal",
        layout={"flex": "0 0 auto", "width": "136px"},
    )
    buttons.observe(_note(name), "value")
    words = lean(ipywidgets.HTML, f'<div style="line-height: 1.4">{escape(text)}</div>', layout={"flex": "1 1 0"})
    return lean(ipywidgets.HBox, [buttons, words], layout={"align_items": "baseline", "max_width": "95ch"})


def _note(name: str) -> Callable[[Any], None]:
    def note(change: Any) -> None:
        if change.new is not None:
            choose(name, change.new)

    return note


def _shown(value: object) -> str:
    """An option as a learner reads it: ``2,000``, ``true``, or the words themselves."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:,}" if isinstance(value, int) else str(value)
