"""Everything replays: the same story, byte for byte, in every process, and in every version until a change is meant."""

import subprocess
import sys
from difflib import unified_diff
from typing import get_args

from dynateach.events import Event
from tests.replay import golden
from tests.replay.story import told

UNTOLD = frozenset({"SplitDeclined"})
"""Events that the story leaves out: it takes hundreds of requests to make a partition so hot that its split is considered."""


def test_a_busy_story_is_the_same_byte_for_byte_whatever_pythons_hash_seed() -> None:
    def trace(hash_seed: str) -> bytes:
        return subprocess.run(
            [sys.executable, "-m", "tests.replay.story", "30"],
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": "."},
            capture_output=True,
            check=True,
        ).stdout

    first, second = trace("0"), trace("4242")
    assert first == second
    assert first.count(b"\n") > 2000


def test_the_story_has_every_kind_of_event() -> None:
    kinds = {kind.__name__ for kind in get_args(Event)}
    assert {type(event).__name__ for chapter in told() for event in chapter.events} == kinds - UNTOLD


def test_the_trace_is_the_one_that_is_kept() -> None:
    kept, now = golden.KEPT.read_text().splitlines(), golden.text().splitlines()
    difference = "\n".join(unified_diff(kept, now, "kept", "now", lineterm=""))
    assert not difference, f"if this is meant, run: python -m tests.replay.golden\n{difference}"
