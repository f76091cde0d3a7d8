"""HTTP/1.1 itself: how requests arrive, and what is no HTTP."""

import socket
from collections.abc import Iterator

import pytest

from dynateach import Lab
from dynateach.wire.connections import MAX_HEAD
from dynateach.wire.http import MAX_BODY

LIST = b"Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n" + LIST
TABLES = b'{"TableNames":[]}'


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    with Lab().serve() as endpoint:
        yield "127.0.0.1", int(endpoint.url.rpartition(":")[2])


@pytest.fixture
def raw(address: tuple[str, int]) -> Iterator[socket.socket]:
    with socket.create_connection(address, timeout=10) as connection:
        yield connection


def answers(raw: socket.socket, count: int) -> list[tuple[int, bytes, bytes]]:
    """The statuses, heads and bodies of the next responses."""
    found, said = [], b""
    for _ in range(count):
        while b"\r\n\r\n" not in said:
            said += _more(raw)
        head, _, said = said.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(said) < length:
            said += _more(raw)
        found.append((int(head.split(b" ")[1]), head, said[:length]))
        said = said[length:]
    assert said == b""
    return found


def test_requests_that_come_in_one_piece_are_answered_in_order(raw: socket.socket) -> None:
    describe = POST.replace(b"ListTables", b"DescribeTable")
    raw.sendall(
        POST
        + b"Content-Length: 2\r\n\r\n{}"
        + describe
        + b"Content-Length: 2\r\n\r\n{}"
        + POST
        + b"Content-Length: 2\r\n\r\n{}"
    )

    assert [status for status, _, _ in answers(raw, 3)] == [200, 400, 200]


def test_a_request_may_come_byte_by_byte(raw: socket.socket) -> None:
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in POST + b"Content-Length: 2\r\n\r\n{}":
        raw.sendall(bytes([byte]))

    assert answers(raw, 1)[0][2] == TABLES


def test_a_body_in_chunks_is_put_together(raw: socket.socket) -> None:
    chunks = b"1;note=x\r\n{\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n"
    raw.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + POST + b"Content-Length: 2\r\n\r\n{}")

    assert [body for _, _, body in answers(raw, 2)] == [TABLES, TABLES]


def test_chunks_that_are_too_much_together_are_refused(raw: socket.socket) -> None:
    chunk = b"800000\r\n" + b" " * 0x800000 + b"\r\n"
    raw.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * (MAX_BODY // 0x800000 + 1) + b"0\r\n\r\n")

    assert answers(raw, 1)[0][0] == 413


def test_a_client_that_waits_to_be_told_to_go_on_is_told(raw: socket.socket) -> None:
    raw.sendall(POST + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    assert raw.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    raw.sendall(b"{}")

    assert answers(raw, 1)[0][0] == 200


@pytest.mark.parametrize(
    ("version", "wish", "stays"),
    [
        ("1.1", None, True),
        ("1.1", "close", False),
        ("1.1", "Close", False),
        ("1.0", None, False),
        ("1.0", "Keep-Alive", True),
    ],
)
def test_a_connection_stays_open_for_as_long_as_its_client_wishes(
    raw: socket.socket, version: str, wish: str | None, stays: bool
) -> None:
    connection = f"Connection: {wish}\r\n".encode() if wish else b""
    raw.sendall(POST.replace(b"1.1", version.encode()) + connection + b"Content-Length: 2\r\n\r\n{}")

    _, head, _ = answers(raw, 1)[0]
    assert (b"Connection: keep-alive" in head, b"Connection: close" in head) == (stays, not stays)
    if not stays:
        assert raw.recv(1) == b""


@pytest.mark.parametrize(
    "message",
    [
        b"HELLO\r\n\r\n",
        b"POST / HTTP/2.0\r\n\r\n",
        b"POST  / HTTP/1.1\r\n\r\n",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: +2\r\n\r\n{}",
        POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
        POST + b"Transfer-Encoding: gzip\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}}\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nx\r\n",
        POST + b" folded: x\r\n\r\n",
        POST + b"no colon\r\n\r\n",
        POST + b"Name : x\r\n\r\n",
    ],
)
def test_what_is_no_http_is_a_bad_request_and_the_end_of_the_connection(raw: socket.socket, message: bytes) -> None:
    raw.sendall(message)

    assert answers(raw, 1)[0][0] == 400
    assert raw.recv(1) == b""


def test_headers_without_end_are_not_read_to_the_end(raw: socket.socket) -> None:
    raw.sendall(POST + b"X: " + b"x" * (MAX_HEAD + 1))

    try:
        said = raw.recv(1)
    except ConnectionResetError:
        said = b""
    assert said == b""


def _more(raw: socket.socket) -> bytes:
    more = raw.recv(65536)
    assert more, "the connection was closed before the response was complete"
    return more
