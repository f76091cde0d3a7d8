"""A sandbox whose process is replaced by another, as where a task lets it die: what the first one leaves behind, the next never finds."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dynateach.grading.sandbox import Boundary, Limits, Process, boundary

sandboxed = pytest.mark.skipif(
    boundary().program is None, reason="no sandbox works here: bubblewrap is missing, or may not"
)
SECONDS = 120.0
HIDING = {
    "a process": "if not os.fork():\n    os.setsid()\n    while True: pass",
    "a file": "open('/tmp/checkpoint', 'w').write('17')",
    "shared memory": "import ctypes\nassert ctypes.CDLL(None).shmget(17, 4096, 0o1666) >= 0",
    "a semaphore": "import ctypes\nassert ctypes.CDLL(None).semget(17, 1, 0o1666) >= 0",
    "a key": "import ctypes\nctypes.CDLL(None).syscall({'x86_64': 248, 'aarch64': 217}[os.uname().machine], b'user', b'mine', b'17', 2, -4)",
}
"""What outlives a process, and shows."""
GONE = {
    "processes": "for _ in range(17):\n    child = os.fork() or os._exit(0)\n    os.waitpid(child, 0)",
    "threads": "import threading\none = threading.Thread(target=int)\none.start()\none.join()",
    "a file": "open('/tmp/x', 'w').close()\nos.unlink('/tmp/x')",
    "a file without a name": "os.close(os.open('/tmp', os.O_TMPFILE | os.O_RDWR))",
    "shared memory": "import ctypes\nl = ctypes.CDLL(None)\nl.shmctl(l.shmget(0, 4096, 0o600), 0, None)",
    "a semaphore": "import ctypes\nl = ctypes.CDLL(None)\nl.semctl(l.semget(0, 1, 0o600), 0, 0)",
    "a queue": "import ctypes\nl = ctypes.CDLL(None)\nl.msgctl(l.msgget(0, 0o600), 0, None)",
    "a packet": "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'17', ('127.0.0.1', 9))",
    "a packet that found no way": "import socket\n"
    "try: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'17', ('10.0.0.1', 9))\nexcept OSError: pass",
    "a connection": "import socket\nserver = socket.create_server(('127.0.0.1', 10017))\n"
    "client = socket.create_connection(server.getsockname())\nserver.accept()[0].close()\nclient.close()\nserver.close()",
}
"""What is gone with its process, or before: how many there were still shows, in the number that the next one gets, or in what the kernel counts."""
OF_THE_FIRST = {
    "a time of its folder": "os.utime('/tmp', ns=(17, 17))",
    "a mode of its folder": "os.chmod('/tmp', 0o717)",
    "an attribute of its folder": "os.setxattr('/tmp', 'user.kept', b'17')",
    "a limit": "import resource\nresource.prlimit(1, resource.RLIMIT_MEMLOCK, (17, 17))",
    "a priority": "os.setpriority(os.PRIO_PROCESS, 1, 17)",
    "processors": "os.sched_setaffinity(1, [max(os.sched_getaffinity(1))])",
    "a policy": "os.sched_setscheduler(1, os.SCHED_BATCH, os.sched_param(0))",
    "a priority at the disk": "import ctypes\nassert not ctypes.CDLL(None).syscall({'x86_64': 251, 'aarch64': 30}[os.uname().machine], 1, 1, 16389)",
}
"""What processes of the same user can change of the first one, and the next one has from it."""


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
@pytest.mark.parametrize("how", HIDING)
def test_a_sandbox_in_which_something_was_hidden_is_not_used_again(process: Process, how: str) -> None:
    if how == "a key" and not Path("/proc/key-users").exists():
        pytest.skip("this kernel keeps no keys")
    assert _ran(process, f"import os\n{HIDING[how]}") == ""

    assert not process.anew(SECONDS)


@sandboxed
@pytest.mark.parametrize("what", GONE)
def test_nobody_counts_what_the_last_process_had(process: Process, what: str) -> None:
    assert _ran(process, f"import os\n{GONE[what]}") == ""

    assert not process.anew(SECONDS)


@sandboxed
@pytest.mark.skipif(os.getuid() == 0, reason="root's sandboxes have a first process of another user")
@pytest.mark.parametrize("what", OF_THE_FIRST)
def test_nothing_can_be_hidden_in_the_first_process(process: Process, what: str) -> None:
    if what == "processors" and os.cpu_count() == 1:
        pytest.skip("there is no choice of processors")
    assert _ran(process, f"import os\n{OF_THE_FIRST[what]}") == ""

    assert not process.anew(SECONDS)


@sandboxed
@pytest.mark.parametrize("device", ["null", "zero", "full", "random", "urandom", "tty"])
def test_the_devices_of_the_machine_keep_no_time(process: Process, device: str) -> None:
    assert "Read-only" in _ran(process, f"import os\nos.utime('/dev/{device}')")


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
