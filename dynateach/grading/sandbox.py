"""What stands between a submission's process and everything else.

With bubblewrap, a process has no network, sees nothing but Python's own files, read-only, and a small private /tmp, has process numbers of its own,
and goes with all it has started when it is killed. Limits of memory, processor time, processes and file sizes hold with it or without; where it is
missing they are all there is, and a report says so.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from time import monotonic

import dynateach
from dynateach.errors import GradingError
from dynateach.grading.channel import Broken, Channel, Late

MB = 1024 * 1024
READY = "ready"
"""The first word of a process that has started."""
_PACKAGE = Path(dynateach.__file__).resolve().parent
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); from dynateach.grading.worker import main; main(int(sys.argv[2]), {})"
)


@dataclass(frozen=True)
class Limits:
    """What one submission may use: bytes of ``memory`` a process, bytes of a ``file``, ``processes``, seconds of ``cpu`` a process.

    ``user`` is the lowest number of the users that processes become where grading runs as root, one for each judge that works at the same time:
    the system counts processes by user, and one submission shall not use up another's.
    """

    memory: int = 2048 * MB
    file: int = 16 * MB
    processes: int = 64
    cpu: int = 120
    user: int = 60_000


_JUDGES = 5_000
# BLAS would start a thread for each core, and a large machine has more of them than a submission may have.
_ENVIRONMENT = {
    "LANG": "C.UTF-8", "HOME": "/tmp", "PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Boundary:
    """What keeps submissions apart, and how a report says it."""

    program: str | None

    @property
    def words(self) -> str:
        """In one sentence."""
        if self.program:
            return "bubblewrap: no network, a read-only system without the submissions, processes and a /tmp of its own; limits of memory and time"
        return "none but limits of memory, time and file size: submissions ran with the rights of whoever graded them"


def boundary(*, required: bool = False) -> Boundary:
    """The best boundary that this machine offers. Raises GradingError if a sandbox is ``required`` and none works."""
    program = _bubblewrap()
    if required and program is None:
        raise GradingError(
            "No sandbox works here, and one was required",
            next="Install bubblewrap (Debian: apt install bubblewrap), or leave out --require-sandbox.",
        )
    return Boundary(program)


class Process:
    """A submission's process behind its boundary, and the ``channel`` to it."""

    def __init__(self, behind: Boundary, limits: Limits, hash_seed: int) -> None:
        ours, theirs = socket.socketpair()
        number = theirs.fileno()
        own = replace(limits, user=limits.user and limits.user + os.getpid() % _JUDGES)
        inner = [sys.executable, "-I", "-c", _BOOT.format(asdict(own)), str(_PACKAGE.parent), str(number)]
        environment = {"PYTHONHASHSEED": str(hash_seed), **_ENVIRONMENT}
        with theirs:
            self._process = subprocess.Popen(
                [*_walls(behind), *inner],
                pass_fds=(number,),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd="/",
                start_new_session=True,
            )
        self.channel = Channel(ours)

    def ready(self, seconds: float) -> bool:
        """Whether it has started within so many seconds."""
        try:
            return bool(self.channel.receive(monotonic() + seconds) == READY)
        except (Late, Broken):
            return False

    def kill(self) -> None:
        """End it, with all it has started, and wait until it is gone."""
        self.channel.close()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _walls(behind: Boundary) -> Iterator[str]:
    if behind.program is None:
        return
    yield behind.program
    # Root needs no user namespace, and without one the process can become a user that nobody else is.
    apart = ("ipc", "pid", "net", "uts", "cgroup-try", *(() if os.getuid() == 0 else ("user",)))
    yield from (f"--unshare-{what}" for what in apart)
    yield from ("--die-with-parent", "--new-session", "--hostname", "submission")
    # Before the places that are read, one of which may lie in it.
    yield from ("--size", str(64 * MB), "--perms", "1777", "--tmpfs", "/tmp")
    for place in _read_only():
        for above in reversed(Path(place).parents[:-1]):
            yield from ("--perms", "0755", "--dir", str(above))
        yield from ("--ro-bind", place, place)
    yield from ("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp")


@cache
def _read_only() -> tuple[str, ...]:
    """Python, its packages, this one, and the system's libraries; links of the system's own, such as /lib, as what they lead to."""
    system = [place for place in ("/usr", "/lib", "/lib64", "/bin") if Path(place).exists()]
    python = [sys.prefix, sys.base_prefix, str(_PACKAGE)]
    return tuple(dict.fromkeys([*system, *(place for place in python if not place.startswith("/usr/"))]))


@cache
def _bubblewrap() -> str | None:
    """Where it is, if it can make a sandbox here: in many containers it cannot."""
    program = shutil.which("bwrap")
    if program is None:
        return None
    trial = subprocess.run(
        [*_walls(Boundary(program)), sys.executable, "-I", "-c", ""], capture_output=True, check=False
    )
    return program if trial.returncode == 0 else None
