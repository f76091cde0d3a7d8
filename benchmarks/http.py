"""What a request costs over HTTP: ``dynateach serve`` beside dynalite and beside moto's server, all on this machine.

    python -m benchmarks.http [--dynalite PATH] [--moto PATH] [--rounds 15]

Each server is started by this program, with the same table of 3,000 items, and asked in turn by the same client, so that a
noisy machine disturbs all alike; the figures are medians of the rounds. The client is a bare socket that is kept open and
sends requests made in advance: boto3 would add its own third of a millisecond to every request and to every server, and so
hide what differs. A server that is not installed is left out (npm install dynalite; pip install 'moto[server]').

What we ask of ourselves: level with the faster of the two in everything, five times as fast in a query.
"""

import argparse
import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.workload import Work, Workload

SAMPLE = 0.05
"""Seconds that one measurement lasts, roughly."""
HEADERS = (
    "POST / HTTP/1.1\r\n"
    "Host: 127.0.0.1\r\n"
    "Content-Type: application/x-amz-json-1.0\r\n"
    "User-Agent: benchmark\r\n"
    "X-Amz-Date: 20260101T000000Z\r\n"
    "Authorization: AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/dynamodb/aws4_request, "
    f"SignedHeaders=host;x-amz-date, Signature={'0' * 64}\r\n"
)


LOAD = Workload(items=3_000)
BARS = {"query, 50 items": 5.0}
"""How many times as fast as the faster of the others we mean to be; 1, unless it stands here."""
CANNOT = {("dynalite", "TransactWriteItems")}


class Server:
    """One server, which listens on ``port``, and a connection to it that stays open for as long as the server likes."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self._port = port
        self._socket: socket.socket | None = None
        self._upcoming = count()

    def can(self, work: Work) -> bool:
        """Whether this server knows the operation."""
        return (self.name, work.operation) not in CANNOT

    def ask(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """The answer. Raises ``RuntimeError`` for any that is no success."""
        head, body = self._exchange(request(operation, params))
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise RuntimeError(f"{self.name}, {operation}: {head!r} {body!r}")
        return dict(json.loads(body))

    def timed(self, work: Work, calls: int) -> float:
        """Seconds that a request takes, on the average of so many calls. The requests are made before. The connection is
        new, since servers hang up on one that was silent for a while, and the first calls do not count.
        """
        requests = [request(work.operation, work.params(next(self._upcoming))) for _ in range(calls)]
        self._hang_up()
        for one in requests[: calls // 5 + 1]:
            self._exchange(one)
        start = time.perf_counter()
        for one in requests:
            self._exchange(one)
        return (time.perf_counter() - start) / calls

    def _exchange(self, sent: bytes) -> tuple[bytes, bytes]:
        if not self._socket:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(sent)
        head, _, body = self._until(lambda said: b"\r\n\r\n" in said, b"").partition(b"\r\n\r\n")
        length = int(_LENGTH.findall(head)[0])
        body = self._until(lambda said: len(said) == length, body)
        if _CLOSING.search(head):
            self._hang_up()
        return head, body

    def _until(self, enough: Callable[[bytes], bool], said: bytes) -> bytes:
        assert self._socket
        while not enough(said):
            more = self._socket.recv(1 << 18)
            if not more:
                raise RuntimeError(f"{self.name} hung up")
            said += more
        return said

    def _hang_up(self) -> None:
        if self._socket:
            self._socket.close()
        self._socket = None


_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSING = re.compile(rb"^HTTP/1.0|\r\nconnection: *close", re.IGNORECASE)


def request(operation: str, params: dict[str, Any]) -> bytes:
    """A whole HTTP request, as an SDK would send it."""
    body = json.dumps(params)
    return f"{HEADERS}X-Amz-Target: DynamoDB_20120810.{operation}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def main() -> None:
    """Start the servers, measure, print the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--dynalite", help="path of the program dynalite", default=shutil.which("dynalite"))
    arguments.add_argument("--moto", help="path of the program moto_server", default=_beside_python("moto_server"))
    arguments.add_argument("--rounds", type=int, default=15)
    chosen = arguments.parse_args()
    with ExitStack() as running:
        servers = [running.enter_context(started(name, *command)) for name, command in _commands(chosen)]
        for server in servers:
            fill(server)
        report(servers, measure(servers, chosen.rounds))


def _commands(chosen: argparse.Namespace) -> Iterator[tuple[str, list[str]]]:
    yield "dynateach", [sys.executable, "-m", "dynateach", "serve", "--port"]
    if chosen.dynalite:
        yield "dynalite", [chosen.dynalite, "--createTableMs", "0", "--port"]
    if chosen.moto:
        yield "moto", [chosen.moto, "--port"]


def _beside_python(name: str) -> str | None:
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() and _has_flask() else shutil.which(name)


def _has_flask() -> bool:
    from importlib.util import find_spec

    return find_spec("flask") is not None


@contextmanager
def started(name: str, *command: str) -> Iterator[Server]:
    """The server that ``command`` starts, once it listens; the command ends with the option for a port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([*command, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(port)
        yield Server(name, port)
    finally:
        process.terminate()
        process.wait()


def _await(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nothing listens on port {port}")


def fill(server: Server) -> None:
    """Create the tables and put their items into them."""
    for operation, params in LOAD.setup():
        server.ask(operation, params)
        while server.ask("DescribeTable", {"TableName": params["TableName"]})["Table"]["TableStatus"] != "ACTIVE":
            time.sleep(0.05)
    for operation, params in LOAD.filling():
        server.ask(operation, params)


def measure(servers: list[Server], rounds: int) -> dict[tuple[str, str], float]:
    """The median seconds of each piece of work on each server, taken in turns."""
    pairs = [(work, server) for work in LOAD.work for server in servers if server.can(work)]
    for work, server in pairs:
        server.ask(work.operation, work.params(0))
    calls = {(work.name, server.name): max(1, round(SAMPLE / server.timed(work, 5))) for work, server in pairs}
    samples: dict[tuple[str, str], list[float]] = {(work.name, server.name): [] for work, server in pairs}
    for _ in range(rounds):
        for work, server in pairs:
            samples[work.name, server.name].append(server.timed(work, calls[work.name, server.name]))
    return {pair: statistics.median(taken) for pair, taken in samples.items()}


def report(servers: list[Server], medians: dict[tuple[str, str], float]) -> None:
    """Print a line for each piece of work: µs a request, and how many times as long the faster of the others takes."""
    for work in LOAD.work:
        figures = {server.name: medians[work.name, server.name] for server in servers if server.can(work)}
        ours = figures["dynateach"]
        others = [figure for name, figure in figures.items() if name != "dynateach"]
        line = " | ".join(f"{name} {figure * 1e6:9.0f} µs" for name, figure in figures.items())
        verdict = f"×{min(others) / ours:.2f} of the faster, wanted ×{BARS.get(work.name, 1):g}" if others else ""
        print(f"{work.name:22} {line} | {verdict}")


if __name__ == "__main__":
    main()
