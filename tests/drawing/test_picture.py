"""A picture: panels, what lies in them, and the finding."""

from dynateach.drawing.picture import Finding, Picture

FINDING = Finding("p3 is hot", "by far", "read it so", "p3 is hot, in words")


def test_a_figure_states_its_finding_and_carries_its_caption_and_its_words() -> None:
    figure = Picture().figure(FINDING)

    assert "<b>p3 is hot</b>" in figure.layout.title.text
    assert "by far" in figure.layout.title.text
    assert figure.layout.meta == {"caption": "read it so", "alternative": "p3 is hot, in words"}


def test_a_figure_lets_the_theme_shine_through_and_takes_the_width_it_is_given() -> None:
    layout = Picture().figure(FINDING).layout

    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
    assert layout.width is None


def test_each_panel_has_its_own_part_of_the_sheet() -> None:
    picture = Picture()
    left = picture.panel((0, 0.5), (0, 1), {"range": [0, 1]}, {}, heading="left")
    right = picture.panel((0.6, 1), (0, 0.4), {}, {"range": [0, 9]})

    picture.add(left, type="scatter", x=[0], y=[1])
    picture.add(right, type="scatter", x=[0], y=[2])
    picture.label(right, 0, 5, "here")
    figure = picture.figure(FINDING)

    assert [(trace.xaxis, trace.yaxis) for trace in figure.data] == [("x", "y"), ("x2", "y2")]
    assert figure.layout.xaxis2.domain == (0.6, 1)
    assert figure.layout.yaxis2.range == (0, 9)
    assert [(note.text, note.xref) for note in figure.layout.annotations] == [("left", "paper"), ("here", "x2")]


def test_many_strokes_are_one_thing_to_the_browser() -> None:
    picture = Picture()
    panel = picture.panel((0, 1), (0, 1), {}, {})

    picture.strokes(panel, [((0.1, 0), (0.1, 5)), ((0.2, 0), (0.2, 1_234))], color="red", width=2)
    (drawn,) = picture.figure(FINDING).layout.shapes

    assert (drawn.path, drawn.line.color) == ("M0.1,0L0.1,5M0.2,0L0.2,1234", "red")


def test_no_strokes_draw_nothing() -> None:
    picture = Picture()
    picture.strokes(picture.panel((0, 1), (0, 1), {}, {}), [], color="red")

    assert picture.shapes == []
