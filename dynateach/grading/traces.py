"""What processes that have ended leave in a sandbox: files, and a good deal that is no file.

Whoever may look twice at what the kernel counts or keeps can tell something to a process that comes later: how many processes there were, how many
files and packets, what a table of shared memory holds.
"""

import ctypes
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_NETWORK = "dev", "snmp", "snmp6", "netstat", "ip6_flowlabel"
_SCHEDULE = {"x86_64": (315, 252), "aarch64": (275, 31)}
"""The numbers of the system calls ``sched_getattr`` and ``ioprio_get``, which no library knows."""


class Ground:
    """The sandbox as it was before the first process of a submission, which becomes ``user``. Made by the sandbox's first process."""

    def __init__(self, user: int) -> None:
        self._user = user
        self._counters = [_Counter(take) for take in (_file, _memory, _semaphore, _queue)]
        self._before = _kept(user)

    def untouched(self, newest: int) -> bool:
        """Whether it is so again, now that all processes have ended; ``newest`` is the number of the last one that the first process started.

        Where that cannot be known it is not.
        """
        return (
            os.uname().machine in _SCHEDULE
            and _last_number() == newest
            and _kept(self._user) == self._before
            and all(counter.is_ours() for counter in self._counters)
        )


@dataclass
class _Counter:
    """Numbers that the kernel gives in order: if the next one does not follow on our last, somebody else has taken some.

    Where they begin anew, as those of shared memory do after 64, nobody need have: then it costs a new sandbox, and no more.
    """

    take: Callable[[], int]

    def __post_init__(self) -> None:
        first, self._last = self.take(), self.take()
        self._step = self._last - first

    def is_ours(self) -> bool:
        before, self._last = self._last, self.take()
        return self._last - before == self._step


def _kept(user: int) -> tuple[object, ...]:
    # The list first: it sets the time at which the folder was last read.
    return os.listdir("/tmp"), _folder(), list(_messages()), _keys_of(user), list(_network()), _inherited()


def _folder() -> tuple[int, ...]:
    told = os.stat("/tmp")  # compared as it is, it leaves out what is less than a second
    return told.st_mode, told.st_atime_ns, told.st_mtime_ns, told.st_ctime_ns


def _last_number() -> int:
    """The last number that a process or thread was given."""
    return int(Path("/proc/loadavg").read_text().split()[-1])


def _messages() -> Iterator[str]:
    """Shared memory, semaphores and queues that nobody holds; the first line of each table says what its columns are."""
    for table in Path("/proc/sysvipc").glob("*"):
        yield from table.read_text().splitlines()[1:]


def _keys_of(user: int) -> str:
    """How many keys the kernel keeps for that user, and how large."""
    users = Path("/proc/key-users")
    lines = (line.split() for line in users.read_text().splitlines()) if users.exists() else ()
    return next((" ".join(counts) for name, _, *counts in lines if name == f"{user}:"), "")


def _network() -> Iterator[str]:
    """Every packet counts, and so does one that could not be sent."""
    for name in _NETWORK:
        with suppress(FileNotFoundError):
            yield (Path("/proc/net") / name).read_text()


def _inherited() -> tuple[object, ...]:
    """What a process of the same user can change in the first one, and its next fork would have."""
    limits = [resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")]
    attributes = ctypes.create_string_buffer(64)
    library, (schedule, disk) = ctypes.CDLL(None), _SCHEDULE.get(os.uname().machine, (-1, -1))
    library.syscall(schedule, 0, attributes, len(attributes), 0)
    return limits, os.sched_getaffinity(0), attributes.raw, library.syscall(disk, 1, 0)


def _file() -> int:
    number = os.open("/tmp", os.O_TMPFILE | os.O_RDWR)
    try:
        return os.fstat(number).st_ino
    finally:
        os.close(number)


def _memory() -> int:
    library = ctypes.CDLL(None)
    number: int = library.shmget(_PRIVATE, 1, 0o600)
    library.shmctl(number, _REMOVE, None)
    return number


def _semaphore() -> int:
    library = ctypes.CDLL(None)
    number: int = library.semget(_PRIVATE, 1, 0o600)
    library.semctl(number, 0, _REMOVE)
    return number


def _queue() -> int:
    library = ctypes.CDLL(None)
    number: int = library.msgget(_PRIVATE, 0o600)
    library.msgctl(number, _REMOVE, None)
    return number


_PRIVATE, _REMOVE = 0, 0
