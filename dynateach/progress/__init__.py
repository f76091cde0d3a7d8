"""What a learner has chosen and solved: kept in one file of the workbook's folder, shown in a table, taken along.

    lessons, checks ─▶ notes ─▶ store ─▶ .dynateach-progress.json
                                  └────▶ report ─▶ dynateach progress · the card of notebook 00 · an export

It is never in the way: what cannot be kept costs one sentence, not a cell.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dynateach.progress.card import Card

__all__ = ["progress"]


def progress() -> "Card":
    """What you have done so far in this workbook, and what to do next."""
    from dynateach.progress.card import card  # it reads every lesson, which those who only take notes need not

    return card()
