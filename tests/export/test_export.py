"""A notebook as a page: what it carries, what it leaves out and says so."""

import json
import re
from pathlib import Path

import ipywidgets
import pytest

from dynateach.drawing.player import player
from dynateach.errors import NotebookError
from dynateach.export import export
from dynateach.lessons import claims, predict
from dynateach.topics import hashing
from tests.drawing.films import replicas
from tests.export.stored import exported, stored

FIGURE = {
    "application/vnd.plotly.v1+json": {
        "data": [{"type": "bar", "y": [1]}],
        "layout": {"meta": {"alternative": "One bar."}},
    }
}


def test_films_and_figures_are_carried_and_their_scripts_once(tmp_path: Path) -> None:
    done, page = exported(tmp_path, stored(player(replicas()), player(replicas(writes=2)), FIGURE, FIGURE))

    assert (done.figures, done.films, done.shown) == (2, 2, 4)
    assert page.count('class="dynateach-frozen"') == 2
    assert page.count("class Player") == 1
    assert page.count("* plotly.js v") == 1
    assert 'aria-label="One bar."' in page


def test_a_page_without_pictures_is_small(tmp_path: Path) -> None:
    _, page = exported(tmp_path, stored({"text/plain": "42"}))

    assert "42" in page
    assert len(page) < 20_000


def test_an_explorer_keeps_its_picture_and_names_what_is_missing(tmp_path: Path) -> None:
    done, page = exported(tmp_path, stored(hashing.explore(requests=200)))

    assert done.figures == 1
    (missing,) = re.findall(r'<p class="dynateach-missing">(.*?)</p>', page)
    assert "partition key, partitions" in missing
    assert "<i>One hot key</i>" in missing
    assert "suffixes" not in missing  # that is in another tab
    assert "<code>lesson.ipynb</code>" in missing
    assert "A stem is a partition key" in page


def test_questions_stay_questions(tmp_path: Path) -> None:
    _, page = exported(tmp_path, stored(predict("where", "Where < there?", ["a", "b"]), claims(one="It is so.")))

    assert "Where &lt; there?" in page
    assert "<li>a</li><li>b</li>" in page
    assert '<ul class="dynateach-choices across"><li>true</li><li>false</li></ul>' in page
    assert "dynateach-missing" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def test_what_is_folded_or_hidden_stays_so(tmp_path: Path) -> None:
    folded = ipywidgets.Accordion([ipywidgets.HTML("the arithmetic")], titles=("Details",))
    hidden = ipywidgets.Accordion([ipywidgets.HTML("nothing yet")], titles=("More",), layout={"display": "none"})

    _, page = exported(tmp_path, stored(ipywidgets.VBox([folded, hidden])))

    assert "<details><summary>Details</summary><div>the arithmetic</div></details>" in page
    assert "nothing yet" not in page


def test_a_picture_that_was_not_saved_is_said_to_be_missing(tmp_path: Path) -> None:
    _, page = exported(tmp_path, stored(player(replicas()), state=False))

    assert "The notebook was saved without it" in page


def test_only_pictures_beside_the_notebook_travel_in_its_page(tmp_path: Path) -> None:
    folder = tmp_path / "course"
    folder.mkdir()
    for file in (folder / "beside.png", folder / "notes.txt", tmp_path / "outside.png"):
        file.write_bytes(b"content")
    text = "![a](beside.png) ![b](notes.txt) ![c](../outside.png) ![d](" + str(tmp_path / "outside.png") + ")"

    _, page = exported(folder, stored(text=text))

    assert page.count("base64,Y29udGVudA==") == 1
    assert 'src="../outside.png"' in page


def test_the_page_asks_the_network_for_nothing(tmp_path: Path) -> None:
    _, page = exported(tmp_path, stored(hashing.explore(requests=200), player(replicas())))

    markup = re.sub(r"<script\b[^>]*>.*?</script>", "", page, flags=re.DOTALL)
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', markup) == []
    assert not re.search(
        r"<script[^>]+src=|@import|url\(", re.sub(r"<script>.*?</script>", "<script>", page, flags=re.DOTALL)
    )


def test_headings_make_the_title_and_the_contents(tmp_path: Path) -> None:
    text = "# Keys & *ranges*\n\n## 1 From key to `partition`\n\n### Why?\n"
    _, page = exported(tmp_path, stored(text=text))

    assert "<title>Keys &amp; ranges</title>" in page
    assert re.findall(r'<li class="level-(\d)"><a href="#[^"]+">(.*?)</a>', page) == [
        ("2", "1 From key to partition"),
        ("3", "Why?"),
    ]


def test_a_link_to_another_file_becomes_a_word(tmp_path: Path) -> None:
    _, page = exported(
        tmp_path, stored(text="[the tasks](../exercises/01.ipynb), [AWS](https://aws.amazon.com), [up](#top)")
    )

    assert '<span class="dynateach-elsewhere" title="In the workbook: ../exercises/01.ipynb">the tasks</span>' in page
    assert '<a href="https://aws.amazon.com">AWS</a>' in page
    assert '<a href="#top">up</a>' in page


def test_a_picture_beside_the_notebook_travels_in_the_page(tmp_path: Path) -> None:
    (tmp_path / "a ring.svg").write_text("<svg/>")

    _, page = exported(tmp_path, stored(text="![a ring](a%20ring.svg)"))

    assert 'src="data:image/svg+xml;base64,PHN2Zy8+"' in page


def test_a_run_starts_from_nothing_and_leaves_the_notebook_as_it_was(tmp_path: Path) -> None:
    notebook = stored({"text/plain": "an old output"})
    notebook["cells"][1]["source"] = "print(6 * 7)"
    path = tmp_path / "lesson.ipynb"
    path.write_text(json.dumps(notebook))
    before = path.read_bytes()

    done = export(path, tmp_path / "page.html")

    assert done.path == tmp_path / "page.html"
    page = done.path.read_text("utf-8")
    assert "<pre>42\n</pre>" in page
    assert "an old output" not in page
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["lesson.ipynb", "page.html"]


def test_an_error_that_a_lesson_wants_is_no_failure(tmp_path: Path) -> None:
    notebook = stored({"text/plain": ""})
    notebook["cells"][1] |= {"source": "1 / 0", "metadata": {"tags": ["raises-exception"]}}
    path = tmp_path / "lesson.ipynb"
    path.write_text(json.dumps(notebook))

    assert "division by zero" in export(path, None).path.read_text("utf-8")


@pytest.mark.parametrize("out", ["lesson.ipynb", "another.ipynb"])
def test_a_page_is_never_written_over_a_notebook(tmp_path: Path, out: str) -> None:
    path = tmp_path / "lesson.ipynb"
    path.write_text(json.dumps(stored()))

    with pytest.raises(NotebookError, match="never written over a notebook"):
        export(path, tmp_path / out, run=False)


def test_a_page_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "lesson.ipynb"
    path.write_text(json.dumps(stored()))

    with pytest.raises(NotebookError, match="No such file or directory"):
        export(path, tmp_path / "nowhere" / "page.html", run=False)
