"""The player's side in the kernel: what it sends to the browser, and how it answers a fork."""

import pytest

from dynateach.drawing.encoding import encode
from dynateach.drawing.explorer import View, explorer
from dynateach.drawing.film import Film, Lane, Mark
from dynateach.drawing.palette import WRITE
from dynateach.drawing.player import Player, frozen_html, player
from dynateach.errors import LabError
from tests.drawing.widgets import every


def test_a_player_holds_the_film_and_offers_a_fork_only_where_there_is_one() -> None:
    assert player(_film("one")).film == encode(_film("one"))
    assert not player(_film("one")).can_fork
    assert player(_film("one"), fork=lambda at: _film("two")).can_fork


def test_a_fork_is_answered_with_the_other_film() -> None:
    times: list[float] = []

    def fork(at: float) -> Film:
        times.append(at)
        return _film("two")

    widget = player(_film("one"), fork)
    widget.asked = {"number": 1, "at": 2.5}

    assert times == [2.5]
    assert widget.forked == encode(_film("two"))
    assert widget.answered == {"number": 1, "at": 2.5, "error": ""}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (LabError("it is too late", next="Go back."), "it is too late. Go back."),
        (ValueError("no number"), "ValueError: no number"),
    ],
)
def test_a_fork_that_fails_is_answered_with_a_sentence(error: Exception, said: str) -> None:
    def fork(at: float) -> Film:
        raise error

    widget = player(_film("one"), fork)
    widget.asked = {"number": 1, "at": 2.5}

    assert widget.answered["error"] == said
    assert widget.forked == b""


def test_another_film_takes_the_place_of_the_last_and_of_its_fork() -> None:
    widget = player(_film("one"), fork=lambda at: _film("two"))
    widget.asked = {"number": 1, "at": 2.5}
    widget.show(_film("three"))

    assert widget.film == encode(_film("three"))
    assert (widget.forked, widget.answered, widget.can_fork) == (b"", {}, False)


def test_a_frozen_film_needs_nothing_from_anywhere() -> None:
    page = frozen_html(_film("</script> & co"))

    assert page.count("</script>") == 1
    assert "http" not in page
    assert "import " not in page


def test_an_explorer_shows_films_in_one_player_and_forks_what_its_controls_ask_for() -> None:
    from dynateach.drawing import controls

    size = controls.slider("size", 2, 1, 9)
    view = View(
        "film",
        lambda size: size,
        lambda size: _film(f"{size} marks", size),
        simulated={"size": size},
        drawn={},
        rows=((size,),),
        fork=lambda size, at: _film(f"fork of {size} at {at}", size),
    )
    widget = explorer(view)
    (screen,) = (part for part in every(widget) if isinstance(part, Player))
    assert screen.film == encode(_film("2 marks", 2))

    size.value = 5
    assert screen.film == encode(_film("5 marks", 5))
    screen.asked = {"number": 1, "at": 0.5}
    assert screen.forked == encode(_film("fork of 5 at 0.5", 5))


def _film(title: str, marks: int = 1) -> Film:
    return Film(title, "caption", [Lane("a")], [Mark(float(at), "a", WRITE) for at in range(1, marks + 1)])
