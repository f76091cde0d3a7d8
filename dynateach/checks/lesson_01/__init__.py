"""Lesson 01, where keys land: seven tasks, one file each."""

from dynateach.checks.lesson_01 import idle_table, launch, partition_key, picture, sharded_day, skew, suffixes
from dynateach.checks.lesson_01.picture import second_of_traffic

__all__ = ["TASKS", "second_of_traffic"]

TASKS = (
    idle_table.TASK,
    picture.TASK,
    skew.TASK,
    partition_key.TASK,
    suffixes.TASK,
    sharded_day.TASK,
    launch.TASK,
)
