"""A sandbox whose process is replaced by another, as where a task lets it die: what the first one leaves behind, the next never finds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dynateach.grading.sandbox import Boundary, Limits, Process, boundary

sandboxed = pytest.mark.skipif(
    boundary().program is None, reason="no sandbox works here: bubblewrap is missing, or may not"
)
SECONDS = 120.0
OTHERS = "import os\nothers = [int(one) for one in os.listdir('/proc') if one.isdigit() and int(one) not in (1, os.getpid())]"
HIDING = {
    "a file": "open('/tmp/checkpoint', 'w').write('17')",
    "shared memory": "import ctypes\nassert ctypes.CDLL(None).shmget(17, 4096, 0o1666) >= 0",
    "a semaphore": "import ctypes\nassert ctypes.CDLL(None).semget(17, 1, 0o1666) >= 0",
    "a key": "import ctypes\nctypes.CDLL(None).syscall({'x86_64': 248, 'aarch64': 217}[os.uname().machine], b'user', b'mine', b'17', 2, -4)",
}
"""What outlives a process, and shows."""


@pytest.fixture
def process() -> Iterator[Process]:
    begun = Process(boundary(), Limits(), 1)
    assert begun.ready(SECONDS)
    yield begun
    begun.kill()


@sandboxed
def test_the_next_process_knows_no_name_of_the_last_one(process: Process) -> None:
    assert _ran(process, "kept = 17") == ""

    assert process.anew(SECONDS)

    assert "NameError" in _ran(process, "kept")


@sandboxed
def test_whoever_the_last_process_started_is_gone(process: Process) -> None:
    assert (
        _ran(
            process,
            "import os\nfor _ in range(5):\n    if not os.fork():\n        os.setsid()\n        while True: pass",
        )
        == ""
    )
    assert _ran(process, f"{OTHERS}\nassert len(others) == 5, others") == ""

    assert process.anew(SECONDS)

    assert _ran(process, f"{OTHERS}\nassert not others, others") == ""


@sandboxed
@pytest.mark.parametrize("how", HIDING)
def test_a_sandbox_in_which_something_was_hidden_is_not_used_again(process: Process, how: str) -> None:
    if how == "a key" and not Path("/proc/key-users").exists():
        pytest.skip("this kernel keeps no keys")
    assert _ran(process, f"import os\n{HIDING[how]}") == ""

    assert not process.anew(SECONDS)


@sandboxed
def test_nothing_can_be_hidden_in_a_queue_of_messages(process: Process) -> None:
    opened = _ran(process, "import ctypes\nassert ctypes.CDLL(None).mq_open(b'/queue', 0o102, 0o666, None) >= 0")

    assert opened.startswith("AssertionError")


@sandboxed
def test_the_first_process_is_out_of_reach(process: Process) -> None:
    attacks = ("os.kill(1, 9)", "open('/proc/1/mem', 'rb')", "os.listdir('/proc/1/fd')")
    tried = "".join(f"try: {attack}\nexcept OSError: pass\n" for attack in attacks)
    assert _ran(process, f"import os\n{tried}") == ""
    for attack in attacks[1:]:
        assert "PermissionError" in _ran(process, f"import os\n{attack}")

    assert process.anew(SECONDS)


def test_without_walls_no_process_is_replaced_for_others_cannot_be_told_apart() -> None:
    process = Process(Boundary(None), Limits(), 1)
    try:
        assert process.ready(SECONDS)
        assert not process.anew(SECONDS)
    finally:
        process.kill()


def _ran(process: Process, source: str) -> str:
    """What the cell raised, or ""."""
    process.channel.send({"do": "run", "source": source, "cell": "made"})
    return str(process.channel.receive()["error"])
