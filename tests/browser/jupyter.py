"""Drive a real JupyterLab in a real browser: start it, open a notebook, run it, look at it.

The server is ``dynateach lab`` itself, so that what is tested is what a learner gets. Only its folders are private.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

Theme = Literal["light", "dark"]

_START_SECONDS = 60
_PATIENCE = 60_000  # milliseconds that any one wait in the page may take
_CHROMIUM_ARGUMENTS = [
    "--no-sandbox",  # containers run tests as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_PRIVATE_FOLDERS = {
    "IPYTHONDIR": "ipython",
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
}


@dataclass(frozen=True)
class LabServer:
    """A running ``dynateach lab``: its address (``http://127.0.0.1:PORT``), its token, and the learner's folder it serves.

    ``page`` is the path on the server that it told the learner to open, ``log`` holds what it printed. A test may write
    notebooks of its own into ``folder``; it is a copy and is thrown away.
    """

    address: str
    page: str
    token: str
    folder: Path
    log: Path

    def api(self, path: str, method: str = "GET") -> bytes:
        """The answer of one Jupyter REST call, such as ``api("/api/sessions")``."""
        request = urllib.request.Request(
            self.address + path, method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return bytes(answer.read())


@dataclass(frozen=True)
class Ran:
    """One code cell after Run All: its id, its execution count, its error ("" if it raised nothing)."""

    cell: str
    count: int | None
    error: str


@contextmanager
def serve(folder: Path, private: Path) -> Iterator[LabServer]:
    """Run ``dynateach lab folder`` on a free port until the block ends; all of Jupyter's own folders lie in ``private``."""
    with _running(["lab", str(folder)], folder, private) as server:
        yield server


@contextmanager
def serve_topic(topic: str, private: Path) -> Iterator[LabServer]:
    """The same for ``dynateach show topic``; its ``folder`` is ``private``, since that of the topic is nobody's business."""
    with _running(["show", topic], private, private) as server:
        yield server


@contextmanager
def _running(arguments: list[str], folder: Path, private: Path) -> Iterator[LabServer]:
    log = private / "server.log"
    environment = _private_environment(private)
    command = [sys.executable, "-m", "dynateach", *arguments, "--no-browser", "--port", "0"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        server = _wait_for_address(process, log, folder)
        _wait_for_answer(process, log, server)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def launch(chromium_path: str) -> Iterator[Browser]:
    """That Chromium, without a window and silent to the network, until the block ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=_CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def watched_page(browser: Browser, density: float = 1) -> Iterator[tuple[Page, list[str]]]:
    """A page of 1280 × 800 with a profile of its own, and the list of what goes wrong on it, growing as it happens.

    ``density`` is how many pixels of the screen make one of the page.

    Wrong are a script that raises, anything logged as an error, and a request to anywhere but 127.0.0.1, which is refused.
    """
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 800}, device_scale_factor=density)
    context.set_default_timeout(_PATIENCE)
    context.route(lambda url: not _is_local(url), lambda route: route.abort())
    context.on("request", lambda request: _note_foreign(request.url, complaints))
    page = context.new_page()
    page.on("websocket", lambda socket: _note_foreign(socket.url, complaints))
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page, complaints
    context.close()


def open_notebook(page: Page, server: LabServer, name: str, *, theme: Theme = "light") -> None:
    """Open ``name`` (a path in the server's folder) alone on the page, with a fresh kernel that answers.

    JupyterLab's status says "idle" before a kernel exists, so this asks the application object instead.
    """
    for session in json.loads(server.api("/api/sessions")):
        server.api(f"/api/sessions/{session['id']}", method="DELETE")
    page.goto(f"{server.address}/doc/tree/{quote(name)}?reset&token={server.token}", wait_until="domcontentloaded")
    page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.context")
    _in_page(
        page,
        """async () => {
            await window.jupyterapp.restored;
            const notebook = window.jupyterapp.shell.currentWidget;
            await notebook.context.ready;
            await notebook.revealed;
            await notebook.sessionContext.ready;
            await notebook.sessionContext.session.kernel.info;
        }""",
    )
    set_theme(page, theme)


def run_all(page: Page) -> list[Ran]:
    """Run every cell and wait until all have finished, or one has raised. One entry for each code cell, in order."""
    _in_page(page, "() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    cells = page.evaluate(
        """() => [...window.jupyterapp.shell.currentWidget.context.model.cells]
            .filter(cell => cell.type === 'code')
            .map(cell => [cell.id, cell.executionCount,
                          cell.outputs.toJSON().find(output => output.output_type === 'error')])"""
    )
    return [Ran(cell, count, f"{error['ename']}: {error['evalue']}" if error else "") for cell, count, error in cells]


def settle(page: Page) -> None:
    """Wait until the kernel has handled every message sent so far and the page has painted the answers."""
    _in_page(
        page,
        """async () => {
            await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestKernelInfo();
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        }""",
    )


def set_theme(page: Page, theme: Theme) -> None:
    """Switch JupyterLab to its light or its dark theme and wait until the page wears it."""
    name = f"JupyterLab {theme.title()}"
    _in_page(page, f"() => window.jupyterapp.commands.execute('apputils:change-theme', {{theme: '{name}'}})")
    page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)


def look(page: Page, name: str) -> None:
    """Save what the page shows as NAME.png in the folder that ``DYNATEACH_SHOTS`` names; without that, do nothing."""
    if folder := os.getenv("DYNATEACH_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")


def _in_page(page: Page, script: str) -> None:
    """Wait until the function ``script`` has finished in the page. Playwright alone would wait for ever."""
    patience = f"new Promise((_, fail) => setTimeout(() => fail(new Error('took over {_PATIENCE} ms')), {_PATIENCE}))"
    page.evaluate(f"() => Promise.race([({script})(), {patience}])")


def _note_foreign(url: str, complaints: list[str]) -> None:
    if not _is_local(url):
        complaints.append(f"a request left this machine: {url}")


def _is_local(url: str) -> bool:
    return url.startswith(("data:", "blob:", "about:", "file:", "http://127.0.0.1:", "ws://127.0.0.1:"))


def _private_environment(private: Path) -> dict[str, str]:
    folders = {variable: private / name for variable, name in _PRIVATE_FOLDERS.items()}
    _write_json(folders["JUPYTER_CONFIG_DIR"] / "jupyter_lab_config.json", {"LabApp": {"expose_app_in_browser": True}})
    # All cells exist in the page at once, so that a test finds those below the window's edge too.
    _write_json(
        folders["JUPYTERLAB_SETTINGS_DIR"] / "@jupyterlab/notebook-extension/tracker.jupyterlab-settings",
        {"windowingMode": "none"},
    )
    return os.environ | {variable: str(folder) for variable, folder in folders.items()}


def _write_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(content))


def _wait_for_address(process: subprocess.Popen[bytes], log: Path, folder: Path) -> LabServer:
    for _ in _until_started(process, log):
        for line in log.read_text().splitlines():
            if "?token=" in line:
                url = urlsplit(line.partition(": ")[2])
                return LabServer(
                    f"{url.scheme}://{url.netloc}", url.path, url.query.removeprefix("token="), folder, log
                )
    raise AssertionError("unreachable")


def _wait_for_answer(process: subprocess.Popen[bytes], log: Path, server: LabServer) -> None:
    for _ in _until_started(process, log):
        try:
            server.api("/api/status")
        except OSError:
            continue
        return


def _until_started(process: subprocess.Popen[bytes], log: Path) -> Iterator[None]:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        yield
        time.sleep(0.1)
    raise RuntimeError(f"dynateach did not start:\n{log.read_text()}")
