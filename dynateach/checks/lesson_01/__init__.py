"""Lesson 01, where keys land: five tasks, one file each."""

from dynateach.checks.lesson_01 import partition_key, picture, sharded_day, skew, suffixes
from dynateach.checks.lesson_01.picture import second_of_traffic

__all__ = ["TASKS", "second_of_traffic"]

TASKS = (picture.TASK, skew.TASK, partition_key.TASK, suffixes.TASK, sharded_day.TASK)
