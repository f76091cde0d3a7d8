"""Widgets that share what they have in common: each layout and each style is a message to the browser and an object there."""

from typing import Any

_shared: dict[tuple[Any, ...], Any] = {}


def lean(kind: type, *arguments: Any, **options: Any) -> Any:
    """A widget of that kind, as ``kind`` itself makes it, but with one ``layout`` and one ``style`` for all that look alike.

    Not for a widget whose layout or style will be changed, nor for one that a learner is given and may change.
    """
    look = {
        name: _one(trait.klass, options.pop(name, {}))
        for name, trait in kind.class_traits().items()  # type: ignore[attr-defined]
        if name in ("layout", "style")
    }
    return kind(*arguments, **look, **options)


def _one(kind: type, traits: dict[str, str]) -> Any:
    key = (kind, *sorted(traits.items()))
    if key not in _shared or _shared[key].comm is None:  # whoever closes all widgets closes these
        _shared[key] = kind(**traits)
    return _shared[key]
