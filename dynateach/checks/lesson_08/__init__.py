"""Lesson 08, indexes: six tasks, one file each."""

from dynateach.checks.lesson_08 import by_hand, design, index_reads, late, one_account, sparse
from dynateach.checks.lesson_08.by_hand import six_changes

__all__ = ["TASKS", "six_changes"]

TASKS = (late.TASK, by_hand.TASK, index_reads.TASK, sparse.TASK, one_account.TASK, design.TASK)
