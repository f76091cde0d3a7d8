"""A Lab over HTTP: what any AWS SDK sends, and what anything else might."""

import http.client
import json
import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import RLock
from typing import Any, NamedTuple
from zlib import crc32

import boto3
import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach import IDEAL, Lab
from dynateach.cli import main
from dynateach.errors import EndpointError
from dynateach.wire import json as wire_json
from dynateach.wire.http import MAX_BODY, Endpoint, WallTime
from tests.wire.test_boto3 import a_program_for_aws, a_table

JSON = "application/x-amz-json-1.0"
BILLED = {"BillingMode": "PAY_PER_REQUEST"}
KEYED = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}


class Reply(NamedTuple):
    """One HTTP response."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["__type"]).partition("#")[2]


@pytest.fixture
def lab() -> Lab:
    return Lab()


@pytest.fixture
def endpoint(lab: Lab) -> Iterator[Endpoint]:
    with lab.serve() as running:
        yield running


@pytest.fixture(scope="module")
def shared() -> Iterator[Endpoint]:
    """One endpoint for all examples of a property."""
    with Lab().serve() as running:
        yield running


@pytest.fixture(autouse=True)
def _nothing_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING] == []


def test_a_program_written_for_aws_runs_unchanged_over_a_socket(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint.url)

    result = a_program_for_aws(_session())

    assert result == a_program_for_aws(Lab().session())
    assert result["first"]["amount"] == Decimal("0.75")


def test_a_table_is_the_same_table_in_process_and_over_http(lab: Lab, endpoint: Endpoint) -> None:
    inside, outside = a_table(lab), _session().resource("dynamodb", endpoint_url=endpoint.url).Table("things")

    outside.put_item(Item={"id": "1", "name": "Ada"})
    inside.put_item(Item={"id": "2", "name": "Barbara"})

    assert inside.get_item(Key={"id": "1"})["Item"]["name"] == "Ada"
    assert outside.get_item(Key={"id": "2"})["Item"]["name"] == "Barbara"


def test_an_error_over_http_is_the_error_of_the_lab(lab: Lab, endpoint: Endpoint) -> None:
    outside = _session().client("dynamodb", endpoint_url=endpoint.url)

    errors = []
    for client in (lab.client(), outside):
        with pytest.raises(ClientError) as caught:
            client.get_item(TableName="nowhere", Key={"id": {"S": "1"}})
        errors.append((caught.value.response["Error"], str(caught.value)))

    assert errors[0] == errors[1]
    assert isinstance(caught.value, outside.exceptions.ResourceNotFoundException)


def test_many_clients_may_ask_at_once(lab: Lab, endpoint: Endpoint) -> None:
    a_table(lab)
    client = _session().client("dynamodb", endpoint_url=endpoint.url)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: client.put_item(TableName="things", Item={"id": {"S": str(n)}}), range(100)))

    assert client.scan(TableName="things")["Count"] == 100


def test_one_connection_serves_request_after_request(endpoint: Endpoint) -> None:
    connection = _connect(endpoint)
    connection.connect()
    first = connection.sock

    replies = [_ask(connection, "ListTables", {}), _ask(connection, "Nonsense", {}), _ask(connection, "ListTables", {})]

    assert [reply.status for reply in replies] == [200, 400, 200]
    assert connection.sock is first


def test_every_response_carries_what_sdks_check(endpoint: Endpoint) -> None:
    connection = _connect(endpoint)

    replies = [_ask(connection, operation, {}) for operation in ("ListTables", "GetItem")]

    for reply in replies:
        assert reply.headers["x-amz-crc32"] == str(crc32(reply.body))
        assert reply.headers["Content-Length"] == str(len(reply.body))
        assert reply.headers["Content-Type"] == JSON
    names = {reply.headers["x-amzn-RequestId"] for reply in replies}
    assert [len(name) for name in names] == [52, 52]


def test_a_rejection_has_dynamodbs_status_and_body(endpoint: Endpoint) -> None:
    reply = _ask(_connect(endpoint), "DescribeTable", {"TableName": "nowhere"})

    assert reply.status == 400
    assert json.loads(reply.body) == {
        "__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
        "message": "Requested resource not found: Table: nowhere not found",
    }


@pytest.mark.parametrize(
    "target", [None, "", "ListTables", "DynamoDB_20120810", "DynamoDB_20120810.", "DynamoDB_20120810.Nonsense",
               "DynamoDB_20111205.ListTables", "DynamoDBStreams_20120810.ListTables", "DynamoDB_20120810.ListStreams",
               "DynamoDB_20120810.ListTables.x"]
)  # fmt: skip
def test_a_target_that_is_none_is_an_unknown_operation(endpoint: Endpoint, target: str | None) -> None:
    headers = {"Content-Type": JSON} | ({} if target is None else {"X-Amz-Target": target})

    reply = _send(_connect(endpoint), "POST", b"{}", headers)

    assert (reply.status, reply.code) == (400, "UnknownOperationException")


@pytest.mark.parametrize("parser", ["orjson", "standard library"])
@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[]", b'"text"', b"\xff", b"[" * 100_000, b'{"TableName": "\\ud800"}', b'{"Limit": "1"}']
)  # fmt: skip
def test_a_malformed_body_is_a_serialization_error(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, body: bytes, parser: str
) -> None:
    if parser != "orjson":
        monkeypatch.setattr(wire_json, "orjson", None)

    reply = _ask(_connect(endpoint), "Query", body)

    assert (reply.status, reply.code) == (400, "SerializationException")


def test_what_the_lab_does_not_simulate_is_declined_in_plain_words(endpoint: Endpoint) -> None:
    client = _session().client("dynamodb", endpoint_url=endpoint.url)

    with pytest.raises(ClientError, match="does not simulate ResourcePolicy of CreateTable") as caught:
        client.create_table(TableName="things", **BILLED, **KEYED, ResourcePolicy="{}")

    assert caught.value.response["Error"]["Code"] == "NotSimulated"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_a_defect_of_ours_is_named_as_ours_and_not_retried(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("no such luck")

    monkeypatch.setattr(lab, "request", broken)
    with lab.serve() as endpoint:
        reply = _ask(_connect(endpoint), "ListTables", {})

    assert (reply.status, reply.code) == (400, "Defect")
    assert b"ZeroDivisionError('no such luck')" in reply.body


def test_a_body_of_16_mb_is_read_and_a_larger_one_refused(endpoint: Endpoint) -> None:
    connection = _connect(endpoint)
    connection.connect()
    first = connection.sock

    allowed = _ask(connection, "ListTables", b"{}".ljust(MAX_BODY))
    refused = _ask(connection, "ListTables", b"{}".ljust(MAX_BODY + 1))
    after = _ask(connection, "ListTables", {})

    assert (allowed.status, refused.status, after.status) == (200, 413, 200)
    assert refused.code == "RequestEntityTooLarge"
    assert connection.sock is first


def test_a_get_tells_that_the_service_is_healthy() -> None:
    with Lab(region="eu-west-1").serve() as endpoint:
        reply = _send(_connect(endpoint), "GET", None, {})

    assert (reply.status, reply.body) == (200, b"healthy: dynamodb.eu-west-1.amazonaws.com ")


@pytest.mark.parametrize(
    ("method", "kind"), [("PUT", JSON), ("DELETE", JSON), ("OPTIONS", JSON), ("POST", "text/plain"), ("POST", "")]
)
def test_another_method_or_content_type_is_not_found(endpoint: Endpoint, method: str, kind: str) -> None:
    headers = {"Content-Type": kind, "X-Amz-Target": "DynamoDB_20120810.ListTables"}

    reply = _send(_connect(endpoint), method, b"{}", headers)

    assert (reply.status, reply.body) == (404, b"<UnknownOperationException/>\n")
    assert reply.headers["Access-Control-Allow-Origin"] is None


def test_a_head_request_gets_no_body_and_leaves_the_connection_usable(endpoint: Endpoint) -> None:
    connection = _connect(endpoint)

    assert _send(connection, "HEAD", None, {})[::2] == (404, b"")
    assert _ask(connection, "ListTables", {}).status == 200


def test_the_credential_scope_chooses_the_region(lab: Lab, endpoint: Endpoint) -> None:
    for region in ("eu-west-1", "us-east-1"):
        client = _session().client("dynamodb", endpoint_url=endpoint.url, region_name=region)
        client.create_table(TableName=f"in-{region}", **BILLED, **KEYED)

    assert lab.client(region_name="eu-west-1").list_tables()["TableNames"] == ["in-eu-west-1"]
    assert lab.client(region_name="us-east-1").list_tables()["TableNames"] == ["in-us-east-1"]


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer abc",
        "AWS4-HMAC-SHA256 Credential=any/20260101/../dynamodb/aws4_request",
        "AWS4-HMAC-SHA256 Credential=any/eu-west-1",
        "AWS4-ECDSA-P256-SHA256 Credential=any/20260101/dynamodb/aws4_request",
    ],
)
def test_without_a_scope_the_region_is_the_labs_own(authorization: str | None) -> None:
    lab = Lab(region="ap-south-1")
    a_table(lab)
    with lab.serve() as endpoint:
        headers = {} if authorization is None else {"Authorization": authorization}
        reply = _ask(_connect(endpoint), "ListTables", {}, **headers)

    assert json.loads(reply.body) == {"TableNames": ["things"]}


OPERATIONS = ("ListTables", "PutItem", "Query", "BatchWriteItem", "CreateTable", "UpdateItem")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["TableName", "Item", "Key", "S", "N", "M", "id"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(
    operation=st.sampled_from(OPERATIONS),
    body=st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode()),
)
def test_no_body_whatever_is_a_server_error(shared: Endpoint, operation: str, body: bytes) -> None:
    reply = _ask(_connect(shared), operation, body)

    assert reply.status in (200, 400)
    assert reply.status == 200 or reply.code != "Defect"
    assert reply.headers["x-amz-crc32"] == str(crc32(reply.body))


POST = b"POST / HTTP/1.1\r\n"


@settings(max_examples=60, deadline=None)
@given(
    start=st.sampled_from(
        [b"", b"GET ", POST, POST + b"Transfer-Encoding: chunked\r\n\r\n", POST + b"Content-Length: "]
    ),
    noise=st.binary(max_size=300),
)
def test_bytes_that_are_no_http_are_refused_and_harm_nobody(shared: Endpoint, start: bytes, noise: bytes) -> None:
    with socket.create_connection(_address(shared), timeout=10) as raw:
        raw.sendall(start + noise + b"\r\n\r\n")
        raw.shutdown(socket.SHUT_WR)
        said = _all_that(raw)

    assert not said.startswith(b"HTTP/1.1 5")
    assert _ask(_connect(shared), "ListTables", {}).status == 200


def test_a_client_that_leaves_half_way_harms_nobody(endpoint: Endpoint) -> None:
    with socket.create_connection(_address(endpoint)) as raw:
        raw.sendall(b"POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")

    assert _ask(_connect(endpoint), "ListTables", {}).status == 200


def test_tied_to_the_wall_clock_a_table_becomes_active_by_itself() -> None:
    lab = Lab(profile=replace(IDEAL, table_creation=50_000))
    a_table(lab)
    assert _status(lab) == "CREATING"

    with lab.serve():
        _wait_until(lambda: _status(lab) == "ACTIVE")


def test_tied_to_the_wall_clock_a_waiter_of_boto3_sees_the_table_become_active() -> None:
    lab = Lab(profile=replace(IDEAL, table_creation=200_000))
    with lab.serve() as endpoint:
        client = _session().client("dynamodb", endpoint_url=endpoint.url)
        client.create_table(TableName="things", **BILLED, **KEYED)
        client.get_waiter("table_exists").wait(TableName="things", WaiterConfig={"Delay": 0.02, "MaxAttempts": 1000})

    assert _status(lab) == "ACTIVE"


def test_in_virtual_time_only_the_lab_moves_the_clock() -> None:
    lab = Lab(profile=replace(IDEAL, table_creation=1))
    with lab.serve(virtual_time=True) as endpoint:
        connection = _connect(endpoint)
        _ask(connection, "CreateTable", {"TableName": "things", **BILLED, **KEYED})
        described = [_ask(connection, "DescribeTable", {"TableName": "things"}) for _ in range(20)]
        assert {json.loads(reply.body)["Table"]["TableStatus"] for reply in described} == {"CREATING"}
        assert lab.clock.elapsed == 0
        lab.clock.advance(1)
        reply = _ask(connection, "DescribeTable", {"TableName": "things"})
        assert json.loads(reply.body)["Table"]["TableStatus"] == "ACTIVE"


def test_the_wall_clock_has_to_catch_up_with_service_time_but_not_with_a_leap() -> None:
    clock, wall = Lab().clock, [0]

    def door(*_: Any, **__: Any) -> dict[str, Any]:
        clock.pass_time(2_000_000)
        return {}

    def elapsed_at(second: int) -> float:
        wall[0] = second * 1_000_000_000
        tied.catch_up()
        return clock.elapsed

    tied = WallTime(door, clock, RLock(), wall=lambda: wall[0])
    assert elapsed_at(1) == 1
    tied.request("dynamodb", "Scan", {}, region="us-east-1")
    assert [elapsed_at(1), elapsed_at(2), elapsed_at(5)] == [3, 3, 5]
    clock.advance(3600)
    assert elapsed_at(6) == 3606


def test_stop_frees_the_port_and_closes_the_connections(lab: Lab) -> None:
    endpoint = lab.serve()
    connection = _connect(endpoint)
    _ask(connection, "ListTables", {})

    endpoint.stop()
    endpoint.stop()

    assert connection.sock.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(_address(endpoint))
    with lab.serve(_address(endpoint)[1]) as again:
        assert _ask(_connect(again), "ListTables", {}).status == 200


def test_a_stopped_endpoint_leaves_the_clock_alone(lab: Lab) -> None:
    with lab.serve():
        _wait_until(lambda: lab.clock.elapsed > 0)
    stopped_at = lab.clock.now

    lab.client().list_tables()

    assert lab.clock.now == stopped_at


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("a" * 300, 0), ("127.0.0.1", 65536)])
def test_an_address_that_is_not_ours_is_refused_with_advice(lab: Lab, host: str, port: int) -> None:
    with pytest.raises(EndpointError, match=r"cannot be listened on: .*127\.0\.0\.1"):
        lab.serve(port, host=host)


def test_the_command_serves_until_it_is_told_to_stop() -> None:
    for stop in (signal.SIGTERM, signal.SIGINT):
        with _command("--port", "0", "--region", "eu-west-1") as process:
            assert process.stdout is not None
            told = [process.stdout.readline() for _ in range(5)]
            url = told[0].split()[-1]
            client = _session().client("dynamodb", endpoint_url=url, region_name="eu-west-1")
            assert client.list_tables()["TableNames"] == []
            process.send_signal(stop)
            last, complaints = process.communicate(timeout=30)

        assert f"aws dynamodb list-tables --endpoint-url {url} --region eu-west-1" in told[1]
        assert f'boto3.client("dynamodb", endpoint_url="{url}", region_name="eu-west-1")' in told[2]
        assert (process.returncode, last, complaints) == (0, "Stopped. Its tables are gone.\n", "")


@pytest.mark.parametrize(("arguments", "in_our_time"), [((), True), (("--virtual-time",), False)])
def test_the_command_lives_in_our_time_unless_time_is_virtual(arguments: tuple[str, ...], in_our_time: bool) -> None:
    with _command("--port", "0", *arguments) as process:
        assert process.stdout is not None
        client = _session().client("dynamodb", endpoint_url=process.stdout.readline().split()[-1])
        created = client.create_table(TableName="things", **BILLED, **KEYED)["TableDescription"]["CreationDateTime"]
        process.terminate()

    assert (abs(datetime.now(UTC) - created) < timedelta(hours=1)) is in_our_time


def test_the_command_explains_a_port_that_is_taken(endpoint: Endpoint) -> None:
    port = _address(endpoint)[1]

    result = CliRunner().invoke(main, ["serve", "--port", str(port)])

    assert result.exit_code == 2
    what, where, advice = result.stderr.splitlines()
    assert what == f"Port {port} cannot be listened on: Address already in use"
    assert where == f"  where: 127.0.0.1:{port}"
    assert advice.startswith("  what to do: Choose another port (0 takes any free one)")


def _session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="any", aws_secret_access_key="any", region_name="us-east-1")


def _address(endpoint: Endpoint) -> tuple[str, int]:
    host, _, port = endpoint.url.removeprefix("http://").rpartition(":")
    return host, int(port)


def _connect(endpoint: Endpoint) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(*_address(endpoint), timeout=30)


def _all_that(raw: socket.socket) -> bytes:
    """What the other side still sends; it may hang up on what it never read."""
    said = b""
    with suppress(ConnectionResetError):
        while more := raw.recv(65536):
            said += more
    return said


def _ask(connection: http.client.HTTPConnection, operation: str, body: bytes | dict[str, Any], **headers: str) -> Reply:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"Content-Type": JSON, "X-Amz-Target": f"DynamoDB_20120810.{operation}", **headers}
    return _send(connection, "POST", content, named)


def _send(connection: http.client.HTTPConnection, method: str, body: bytes | None, headers: dict[str, str]) -> Reply:
    connection.request(method, "/", body, headers)
    response = connection.getresponse()
    return Reply(response.status, response.headers, response.read())


def _status(lab: Lab) -> str:
    return str(lab.request("dynamodb", "DescribeTable", {"TableName": "things"})["Table"]["TableStatus"])


def _wait_until(true: Callable[[], bool]) -> None:
    for _ in range(3000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come true")


def _command(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "dynateach", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
