"""The page of ``dynateach show``, as an extension of Jupyter's server."""

from importlib.resources import files
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado.web import authenticated

_PAGE = files("dynateach.jupyter") / "web" / "show.html"


class ShowHandler(JupyterHandler):
    """Answers with the page around JupyterLab."""

    @authenticated
    def get(self) -> None:
        """The page; whoever gets it has shown the server's token."""
        self.finish(_PAGE.read_text("utf-8"))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    server.web_app.add_handlers(".*$", [("/dynateach/show", ShowHandler)])
