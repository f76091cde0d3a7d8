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
from secrets import randbelow
from time import monotonic

import dynateach
from dynateach.errors import GradingError
from dynateach.grading.channel import Broken, Channel, Late

MB = 1024 * 1024
READY = "ready"
"""The first word of a process that has started."""
FORK, ALONE = b"f", b"a"
"""What the judge asks of a sandbox's first process: another process, or that all of them end."""
FULL = b"m"
"""What it says unasked: together they had more memory than they may, and were ended."""
_PACKAGE = Path(dynateach.__file__).resolve().parent
_BOOT = "import gc, sys; gc.disable(); sys.path.insert(0, sys.argv[1]); from dynateach.grading.worker import main; main(int(sys.argv[2]), {})"


@dataclass(frozen=True)
class Limits:
    """What one submission may use: bytes of ``memory`` a process, and ``together`` (where bubblewrap tells them from others), bytes of a ``file``,
    ``processes``, seconds of ``cpu`` a process.

    ``user`` is the lowest number of the users that processes become where grading runs as root, another for each sandbox: the system counts processes
    by user, and keeps keys for users, and one submission shall neither use up another's nor find what it left.
    """

    memory: int = 2048 * MB
    together: int = 3072 * MB
    file: int = 16 * MB
    processes: int = 64
    cpu: int = 120
    user: int = 60_000


_USERS = 5_000
_DEVICES = "null", "zero", "full", "random", "urandom", "tty"
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
    """A submission's process in a sandbox of its own, and the ``channel`` to it."""

    def __init__(self, behind: Boundary, limits: Limits, hash_seed: int) -> None:
        self._sandbox, theirs = socket.socketpair()
        number = theirs.fileno()
        own = replace(limits, user=limits.user and limits.user + randbelow(_USERS))
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
        self.channel = self._forked()

    def ready(self, seconds: float) -> bool:
        """Whether it has started within so many seconds."""
        try:
            return bool(self.channel.receive(monotonic() + seconds) == READY)
        except (Late, Broken):
            return False

    def anew(self, seconds: float) -> bool:
        """End it, with all it has started, and start another in its sandbox, if nothing was left there and it takes no longer than so many
        seconds. Without bubblewrap that cannot be known.
        """
        self.channel.close()
        self._sandbox.settimeout(seconds)
        try:
            self._sandbox.send(ALONE)
            if self._sandbox.recv(1) != ALONE:
                return False
            self.channel = self._forked()
        except OSError:
            return False
        return self.ready(seconds)

    def was_full(self) -> bool:
        """Whether it ended because all processes of its sandbox together had too much memory. To be asked once, when it has ended."""
        self._sandbox.setblocking(False)
        try:
            return self._sandbox.recv(1) == FULL
        except OSError:
            return False

    def kill(self) -> None:
        """End the sandbox, with all that runs in it, and wait until it is gone."""
        self.channel.close()
        self._sandbox.close()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _forked(self) -> Channel:
        ours, theirs = socket.socketpair()
        with theirs, suppress(OSError):  # a sandbox that is gone already: nobody will be there
            socket.send_fds(self._sandbox, [FORK], [theirs.fileno()])
        return Channel(ours)


def _walls(behind: Boundary) -> Iterator[str]:
    if behind.program is None:
        return
    yield behind.program
    # Root needs no user namespace, and without one the process can become a user that nobody else is.
    apart = ("ipc", "pid", "net", "uts", "cgroup-try", *(() if os.getuid() == 0 else ("user",)))
    yield from (f"--unshare-{what}" for what in apart)
    yield from ("--as-pid-1", "--die-with-parent", "--new-session", "--hostname", "submission")
    # Before the places that are read, one of which may lie in it.
    yield from ("--size", str(64 * MB), "--perms", "1777", "--tmpfs", "/tmp")
    for place in _read_only():
        for above in reversed(Path(place).parents[:-1]):
            yield from ("--perms", "0755", "--dir", str(above))
        yield from ("--ro-bind", place, place)
    yield from ("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev", "--remount-ro", "/")
    # They are the machine's own: the time at which one was last touched would be seen in every sandbox.
    for device in _DEVICES:
        yield from ("--remount-ro", f"/dev/{device}")
    yield from ("--chdir", "/tmp")


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
