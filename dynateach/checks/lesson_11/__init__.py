"""Lesson 11, capacity and cost: six tasks, one file each."""

from dynateach.checks.lesson_11 import design, mode, picture, report, sizes, units
from dynateach.checks.lesson_11.asked import ten_requests
from dynateach.checks.lesson_11.beliefs import number_bytes
from dynateach.checks.lesson_11.days import follow
from dynateach.checks.lesson_11.parcels import bill
from dynateach.checks.lesson_11.picture import draw
from dynateach.checks.lesson_11.rush import three_rushes

__all__ = ["TASKS", "bill", "draw", "follow", "number_bytes", "ten_requests", "three_rushes"]

TASKS = (units.TASK, picture.TASK, sizes.TASK, report.TASK, mode.TASK, design.TASK)
