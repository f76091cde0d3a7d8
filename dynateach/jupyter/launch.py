"""Start JupyterLab on a learner's folder: on this machine alone, with our kernel and connection, and silent to the network."""

import os
import secrets
import socket
from collections.abc import Callable, Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dynateach.errors import JupyterError

HOST = "127.0.0.1"

_CONFIG = Path(__file__).resolve().parent / "config"
_EXTENSIONS = Path(__file__).resolve().parent / "labextensions"
_PLOTLY = files("plotly") / "package_data"
_USUAL_PORTS = range(8888, 8988)
_ANY_PORT = (0,)


def start(folder: Path, page: str, *, port: int | None, browser: bool, ready: Callable[[str], None]) -> None:
    """Serve ``folder`` until Ctrl-C, opening ``page`` (a path inside it) in the browser if ``browser``.

    ``port`` None takes the first free one from 8888 up, 0 any free one. ``ready`` is told the address just before the
    server starts. Raises JupyterError if the port is taken or JupyterLab cannot be imported.
    """
    serve(folder, f"/lab/workspaces/dynateach/tree/{quote(page)}", port=port, browser=browser, ready=ready)


def serve(
    folder: Path,
    route: str,
    more: Sequence[str] = (),
    *,
    port: int | None,
    browser: bool,
    ready: Callable[[str], None],
) -> None:
    """The same for any ``route`` of the server, which is given ``more`` arguments."""
    refuse_if_taken(port)
    application = _jupyterlab()
    port = port or _free_port(_ANY_PORT if port == 0 else _USUAL_PORTS)
    token = secrets.token_hex(16)
    ready(f"http://{HOST}:{port}{route}?token={token}")
    application.launch_instance([*_arguments(folder, route, port, token, browser), *more])


def _jupyterlab() -> Any:
    # Jupyter reads the variable when it is imported.
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [str(_CONFIG), os.getenv("JUPYTER_CONFIG_PATH")]))
    try:
        from jupyterlab.labapp import LabApp
    except ImportError as error:
        raise JupyterError("JupyterLab cannot be imported", where=str(error), next="Run: dynateach doctor") from error
    return LabApp


def _arguments(folder: Path, route: str, port: int, token: str, browser: bool) -> list[str]:
    return [
        f"--ServerApp.ip={HOST}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.open_browser={browser}",
        f"--LabApp.default_url={route}",
        f"--IdentityProvider.token={token}",
        "--ServerApp.allow_root=True",
        "--ServerApp.answer_yes=True",  # Ctrl-C stops at once; JupyterLab has saved by then
        "--ServerApp.log_level=ERROR",
        "--LabApp.log_level=ERROR",
        "--ServerApp.kernel_spec_manager_class=dynateach.jupyter.kernel.ReadyKernelSpecs",
        "--ServerApp.kernel_websocket_connection_class=dynateach.jupyter.connection.NoDelayConnection",
        "--KernelManager.transport_encryption=auto",  # otherwise the kernel warns the learner of eavesdroppers
        # No lesson needs the network, so the server asks it for nothing: no news, no updates, no list of extensions.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        f"--LabApp.extra_labextensions_path={_EXTENSIONS}",
        f"--ServerApp.extra_static_paths={_PLOTLY}",  # one of the extensions fetches the script from there
    ]


def refuse_if_taken(port: int | None) -> None:
    """Raise JupyterError if that port cannot be listened on; None and 0 ask for no port in particular."""
    if not port:
        return
    try:
        _bind(port)
    except OSError as error:
        raise JupyterError(
            f"Port {port} cannot be used: {error.strerror}",
            where=HOST,
            next=f"Try another, such as --port {_free_port(_USUAL_PORTS)}",
        ) from error


def _free_port(candidates: Iterable[int]) -> int:
    for port in candidates:
        try:
            return _bind(port)
        except OSError:
            continue
    return _bind(0)


def _bind(port: int) -> int:
    """The port if it is free (for 0, one that is); OSError if it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
        return int(probe.getsockname()[1])
