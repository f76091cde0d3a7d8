"""What makes the words of a figure legible in JupyterLab: its theme's own text colours, and the palette's hues darker or lighter."""

from dynateach.drawing.palette import BLUE, GREEN, INK, OCHRE, PURPLE, QUIET, VERMILLION, rgb

ON_LIGHT = {BLUE: "#1558B8", GREEN: "#0A6E45", PURPLE: "#9B2F8E", VERMILLION: "#A84104", OCHRE: "#6B5A12"}
ON_DARK = {BLUE: "#8AB8FF", GREEN: "#45CC92", PURPLE: "#EE9BE3", VERMILLION: "#FF9A5C", OCHRE: "#D9C36B"}
"""The hues for words, where marks have those of the palette: 5.5:1 or more on white and on #111111."""


def _rule(element: str, attribute: str, drawn: str, shown: str, within: str = "") -> str:
    """Whatever a figure draws in that colour of the palette is shown in another."""
    where = f'.js-plotly-plot {element}[style*="{attribute}: {rgb(drawn)}"]'
    return f"{within} {where} {{ {attribute}: {shown} !important; }}".strip()


def _words(drawn: str, shown: str, within: str = "") -> str:
    return "\n".join(_rule(element, "fill", drawn, shown, within) for element in ("text", "tspan"))


STYLE = "\n".join(
    (
        _words(INK, "var(--jp-ui-font-color0)"),
        _words(QUIET, "var(--jp-ui-font-color1)"),
        _rule("path", "fill", INK, "var(--jp-ui-font-color0)"),
        _rule("path", "stroke", INK, "var(--jp-ui-font-color0)"),
        *(_words(*hue, '[data-jp-theme-light="true"]') for hue in ON_LIGHT.items()),
        *(_words(*hue, '[data-jp-theme-light="false"]') for hue in ON_DARK.items()),
    )
)
"""CSS for the figures of a notebook. Without it they keep the palette's colours, legible on both themes."""
