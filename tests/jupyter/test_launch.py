"""``dynateach lab``: the server that a learner's notebooks run on."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

from dynateach import workbook
from dynateach.cli import main
from dynateach.jupyter.connection import NoDelayConnection
from tests.browser.jupyter import LabServer, serve

NOTIFICATIONS = "/lab/api/settings/@jupyterlab/apputils-extension:notification"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A server in a folder with an awkward name, on a machine where another program has registered a ``python3`` kernel."""
    private = tmp_path_factory.mktemp("jupyter")
    foreign = private / "data" / "kernels" / "python3" / "kernel.json"
    foreign.parent.mkdir(parents=True)
    foreign.write_text(json.dumps({"argv": ["/opt/other/python"], "display_name": "Other", "language": "python"}))
    with serve(tmp_path_factory.mktemp("lab") / "my wörk 本", private) as server:
        yield server


def test_the_address_asks_for_its_token(server: LabServer) -> None:
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{server.address}/api/contents", timeout=30)
    assert server.api("/api/contents")


def test_the_learners_folder_is_served(server: LabServer) -> None:
    served = {entry["name"] for entry in json.loads(server.api("/api/contents"))["content"]}

    assert "notebooks" in served
    assert (server.folder / workbook.RECORD).is_file()


def test_the_kernel_is_this_python_whatever_else_is_registered(server: LabServer) -> None:
    specs = json.loads(server.api("/api/kernelspecs"))["kernelspecs"]

    assert list(specs) == ["python3"]
    assert specs["python3"]["spec"]["argv"][0] == sys.executable


def test_nobody_is_asked_about_news_or_updates(server: LabServer) -> None:
    settings = json.loads(server.api(NOTIFICATIONS))["schema"]["properties"]

    assert settings["fetchNews"]["default"] == "false"
    assert settings["checkForUpdates"]["default"] is False


def test_the_server_fetches_no_news(server: LabServer) -> None:
    assert json.loads(server.api("/lab/api/news")) == {"news": []}


def test_ctrl_c_stops_it_cleanly_and_says_where_the_work_is(tmp_path: Path) -> None:
    folder = tmp_path / "workbook"
    command = [sys.executable, "-m", "dynateach", "lab", "--no-browser", "--port", "0", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    address = next(line for line in process.stdout if line.startswith("JupyterLab: ")).split()[1]
    _wait_until_open(address)

    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)

    assert process.returncode == 0
    assert f"Stopped. Your work is in {folder}" in said
    assert "Traceback" not in said


def test_a_port_in_use_is_refused_with_the_name_of_a_free_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as occupied:
        port = occupied.getsockname()[1]
        result = CliRunner().invoke(main, ["lab", "--no-browser", "--port", str(port), str(tmp_path / "workbook")])

    assert result.exit_code == 2
    assert f"Port {port} cannot be used" in result.stderr
    assert not (tmp_path / "workbook").exists()
    free = int(result.stderr.split("such as --port ")[1].split()[0])
    with socket.create_server(("127.0.0.1", free)):
        assert free != port


class Handler(KernelWebsocketHandler):
    """The server's end of a websocket, without a socket."""

    def __init__(self) -> None:
        self.nodelay = False

    def set_nodelay(self, value: bool) -> None:
        self.nodelay = value


def test_kernel_messages_leave_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda self: "connected")
    connection = NoDelayConnection.__new__(NoDelayConnection)
    connection.websocket_handler = handler = Handler()

    assert connection.connect() == "connected"
    assert handler.nodelay


def _wait_until_open(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=30).close()
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"nothing answers at {address}")
