"""Lesson 05, what reads may miss: six tasks, one file each."""

from dynateach.checks.lesson_05 import back_in_time, lost_zone, picture, right_read, session, stock
from dynateach.checks.lesson_05.picture import draw, two_writes

__all__ = ["TASKS", "draw", "two_writes"]

TASKS = (back_in_time.TASK, picture.TASK, right_read.TASK, session.TASK, stock.TASK, lost_zone.TASK)
