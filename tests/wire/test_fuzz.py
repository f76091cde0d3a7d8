"""Whatever is sent to the endpoint, it answers as a service does, and what it rejects changes nothing.

``pytest tests/wire/test_fuzz.py`` tries a few hundred requests in some seconds. This takes ten minutes or so:

    DYNATEACH_FUZZ=40000 .venv/bin/pytest tests/wire/test_fuzz.py
"""

import http.client
import json
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dynateach import Lab
from dynateach.wire.http import Endpoint
from tests.tables import everything_in
from tests.wire.made_requests import SERVICES, Made, a_lab, requests

EXAMPLES = int(os.getenv("DYNATEACH_FUZZ", "400"))
AT_LENGTH = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


class Served:
    """An endpoint whose Lab can be replaced."""

    def __init__(self) -> None:
        self.lab = Lab()
        self.endpoint = Endpoint(
            lambda *request, **region: self.lab.request(*request, **region),
            self.lab.clock,
            self.lab.clock.lock,
            "us-east-1",
            host="127.0.0.1",
            port=0,
            wall_time=False,
        )
        self.address = ("127.0.0.1", int(self.endpoint.url.rpartition(":")[2]))
        self._connection = http.client.HTTPConnection(*self.address, timeout=60)

    def ask(self, made: Made) -> tuple[int, Any]:
        """The status and the answer."""
        target = f"{SERVICES[made.service]}.{made.operation}"
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": target}
        self._connection.request("POST", "/", json.dumps(made.params), headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """One endpoint for all examples."""
    serving = Served()
    with serving.endpoint:
        yield serving


@pytest.fixture(autouse=True)
def _nothing_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING] == []


@AT_LENGTH
@given(st.lists(requests(), min_size=1, max_size=4))
def test_a_request_of_any_operation_is_answered_or_rejected_and_a_rejected_one_changes_nothing(
    served: Served, made: list[Made]
) -> None:
    served.lab = lab = a_lab()
    for request in made:
        before = everything_in(lab)
        status, answer = served.ask(request)

        assert status in (200, 400)
        assert isinstance(answer, dict)
        if status == 400:
            assert answer["__type"] != "dynateach#Defect", answer
            assert everything_in(lab) == before


@AT_LENGTH
@given(
    start=st.sampled_from([b"", b"POST / HTTP/1.1\r\n", b"GET / HTTP/1.0\r\n", b"HEAD "]),
    headers=st.lists(
        st.sampled_from(
            [b"Content-Length: 2", b"Content-Length: -1", b"Content-Length: 9999", b"Transfer-Encoding: chunked", b"Host",
             b"Content-Type: application/json", b"X-Amz-Target: DynamoDB_20120810.ListTables", b"Expect: 100-continue",
             b"Connection: close", b": x", b" folded: x", b"Content-Length: 2, 2", b"Transfer-Encoding: gzip"]
        ),
        max_size=4,
    ),
    body=st.sampled_from([b"{}", b"2\r\n{}\r\n0\r\n\r\n", b"1\r\n{}\r\n", b"\n\n", b"zz\r\n"]) | st.binary(max_size=200),
)  # fmt: skip
def test_bytes_of_any_kind_are_no_server_error_and_harm_nobody(
    served: Served, start: bytes, headers: list[bytes], body: bytes
) -> None:
    with socket.create_connection(served.address, timeout=10) as raw:
        raw.sendall(start + b"".join(line + b"\r\n" for line in headers) + b"\r\n" + body)
        raw.shutdown(socket.SHUT_WR)
        said = b""
        with suppress(ConnectionResetError):
            while more := raw.recv(65536):
                said += more

    assert not said.startswith(b"HTTP/1.1 5")
    assert served.ask(Made("dynamodb", "ListTables", {}))[0] == 200
