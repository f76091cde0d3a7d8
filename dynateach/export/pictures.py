"""What a run leaves in a notebook for a live kernel, as HTML that needs none.

A widget's output is only its model's number; the models are in the notebook's metadata, where nbclient and JupyterLab put them. So a picture is
found by walking the tree of models: films and figures become pictures again, words and choices stay words, and what only a kernel can serve is
named in one line.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any

from nbformat import NotebookNode

from dynateach.drawing.player import FROZEN_PLAYER, frozen_place
from dynateach.drawing.theme import STYLE

Model = Mapping[str, Any]

_VIEW = "application/vnd.jupyter.widget-view+json"
_STATE = "application/vnd.jupyter.widget-state+json"
_FIGURE = "application/vnd.plotly.v1+json"


class Pictures:
    """The pictures of a notebook that has been run. ``thaw`` puts HTML in the place of its widgets; ``needs`` is what that HTML asks of its page."""

    def __init__(self, notebook: NotebookNode, name: str) -> None:
        state = notebook.metadata.pop("widgets", {}).get(_STATE, {}).get("state", {})
        self._models: dict[str, Model] = {key: _restored(saved) for key, saved in state.items()}
        self._notebook = notebook
        self._name = name
        self.figures = self.films = 0

    def thaw(self) -> None:
        """Give each output that needs a kernel or JupyterLab the HTML that says the same."""
        for cell in self._notebook.cells:
            for output in cell.get("outputs", ()):
                if html := self._html(output.get("data", {})):
                    output.data = {"text/html": html}

    def needs(self) -> str:
        """The scripts and styles, each once."""
        from plotly.offline import get_plotlyjs

        figures = f"<style>{STYLE}</style>\n<script>{get_plotlyjs()}</script>" if self.figures else ""
        return figures + (FROZEN_PLAYER if self.films else "")

    def _html(self, data: Mapping[str, Any]) -> str:
        if _FIGURE in data:
            return self._figure(data[_FIGURE])
        if _VIEW in data:
            return self._view(data[_VIEW]["model_id"])
        return ""

    def _view(self, key: str) -> str:
        if key not in self._models:
            return _line("A picture or a control was here. The notebook was saved without it", self._name)
        seen = _Seen()
        self._walk(self._models[key], seen)
        return seen.html(self._name)

    def _walk(self, model: Model, seen: "_Seen") -> None:
        if _is_hidden(self._model(model.get("layout", "")) or {}):
            return
        show = self._shows().get(model["kind"])
        if show:
            show(model, seen)
        elif "children" in model:
            for child in self._children(model):
                self._walk(child, seen)
        elif name := model.get("description") or model.get("placeholder"):
            seen.controls.append(str(name))

    def _shows(self) -> dict[str, Callable[[Model, "_Seen"], None]]:
        return {
            "dynateach.drawing.player.Player": self._show_film,
            "dynateach.drawing.sheet.Sheet": self._show_figure,
            "HTMLModel": _show_words,
            "LabelModel": _show_words,
            "RadioButtonsModel": _show_choices,
            "TabModel": self._show_tabs,
            "AccordionModel": self._show_folded,
        }

    def _show_film(self, model: Model, seen: "_Seen") -> None:
        self.films += 1
        seen.pieces.append(frozen_place(model["film"]))

    def _show_figure(self, model: Model, seen: "_Seen") -> None:
        seen.pieces.append(self._figure({**model["picture"], "config": model["config"]}))

    def _figure(self, figure: Mapping[str, Any]) -> str:
        self.figures += 1
        meta = figure["layout"].get("meta", {})
        words = meta.get("alternative", "") if isinstance(meta, dict) else ""
        text = json.dumps(figure, default=_plain, separators=(",", ":")).replace("</", "<\\/")
        return (
            f'<div class="dynateach-figure" role="img" aria-label="{escape(words)}">'
            f'<script type="application/json">{text}</script></div>'
        )

    def _show_tabs(self, model: Model, seen: "_Seen") -> None:
        chosen = model.get("selected_index") or 0
        seen.tabs += [title for place, title in enumerate(model.get("titles", ())) if place != chosen]
        for child in self._children(model)[chosen : chosen + 1]:
            self._walk(child, seen)

    def _show_folded(self, model: Model, seen: "_Seen") -> None:
        for title, child in zip(model.get("titles", ()), self._children(model), strict=False):
            within = _Seen()
            self._walk(child, within)
            if within.pieces:
                body = "\n".join(within.pieces)
                seen.pieces.append(f"<details><summary>{escape(title)}</summary>{body}</details>")

    def _children(self, model: Model) -> list[Model]:
        return list(filter(None, map(self._model, model.get("children", ()))))

    def _model(self, reference: str) -> Model | None:
        return self._models.get(str(reference).removeprefix("IPY_MODEL_"))


class _Seen:
    """What one view shows: its pieces of HTML from the top, and what of it needs a kernel."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.controls: list[str] = []
        self.tabs: list[str] = []

    def html(self, name: str) -> str:
        """The pieces, below the line about what is missing."""
        missing = list(self._missing())
        line = [_line(f"Not in this page: {' and '.join(missing)}", name)] if missing else []
        return "\n".join(line + self.pieces)

    def _missing(self) -> Iterator[str]:
        if self.controls:
            yield f"the controls ({', '.join(map(escape, self.controls))})"
        if self.tabs:
            yield f"the tabs {', '.join(f'<i>{escape(tab)}</i>' for tab in self.tabs)}"


def _line(words: str, name: str) -> str:
    return (
        f'<p class="dynateach-missing">{words}. To have it live, run <code>dynateach lab</code> '
        f"and open <code>{escape(name)}</code>.</p>"
    )


def _show_words(model: Model, seen: _Seen) -> None:
    if words := str(model.get("value", "")):
        seen.pieces.append(f"<div>{words if model['kind'] == 'HTMLModel' else escape(words)}</div>")


def _show_choices(model: Model, seen: _Seen) -> None:
    options = "".join(f"<li>{escape(option)}</li>" for option in model.get("_options_labels", ()))
    across = " across" if model.get("orientation") == "horizontal" else ""
    seen.pieces.append(f'<ul class="dynateach-choices{across}">{options}</ul>')


def _restored(saved: Mapping[str, Any]) -> Model:
    """A saved model with its ``kind``, and its buffers as bytes where they belong."""
    model = dict(saved["state"])
    for buffer in saved.get("buffers", ()):
        *path, last = buffer["path"]
        place: Any = model
        for step in path:
            place = place[step]
        place[last] = b64decode(buffer["data"])
    return {**model, "kind": model.get("_anywidget_id") or saved["model_name"]}


def _is_hidden(layout: Model) -> bool:
    return layout.get("display") == "none" or layout.get("visibility") == "hidden"


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no place in a figure")
