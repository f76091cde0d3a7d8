"""Lesson 09, streams: six tasks, one file each."""

from dynateach.checks.lesson_09 import by_hand, expired, no_record, poison, view, whole_stream
from dynateach.checks.lesson_09.by_hand import listed, one_shard

__all__ = ["TASKS", "listed", "one_shard"]

TASKS = (no_record.TASK, by_hand.TASK, whole_stream.TASK, view.TASK, poison.TASK, expired.TASK)
