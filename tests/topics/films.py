"""Look at an explorer that shows a film, and move its controls."""

import json
from collections.abc import Mapping
from typing import Any

from dynateach.drawing.player import Player
from tests.drawing.widgets import control, every


def film_shown(widget: Any) -> dict[str, Any]:
    """What the player has been given to show."""
    (player,) = (part for part in every(widget) if isinstance(part, Player))
    size = int.from_bytes(player.film[:4], "little")
    shown: dict[str, Any] = json.loads(player.film[4 : 4 + size])
    return shown


def title(widget: Any) -> str:
    """The title of that film."""
    return str(film_shown(widget)["title"])


def change(widget: Any, tab: int, values: Mapping[str, Any]) -> None:
    """Move controls of a tab, by their labels."""
    for label, value in values.items():
        control(widget.children[0].children[tab], label).value = value
