"""What a learner has chosen and solved: kept in one file of the workbook's folder, shown in a table, taken along.

    lessons, checks ─▶ notes ─▶ store ─▶ .dynateach-progress.json
                                  └────▶ report ─▶ dynateach progress · the card of notebook 00 · an export

It is never in the way: what cannot be kept costs one sentence, not a cell.
"""

from dynateach.progress.card import progress

__all__ = ["progress"]
