"""What a plotly figure in a notebook lacks: the width of its cell, the colours of the theme, and words for a screen reader."""

import anywidget
import traitlets

from dynateach.drawing.theme import STYLE


class Fit(anywidget.AnyWidget):
    """An invisible companion of the one figure in its explorer.

    It tells plotly when the cell's width has changed, and keeps ``alternative``, the picture in words, as the figure's name and as a status message.
    """

    # Plotly's first drawing has a width of its own; nobody sees it before it has been told the cell's.
    _css = f"""
{STYLE}
.dynateach-explorer {{ overflow: hidden; --jp-widgets-horizontal-tab-width: 13em; }}
.dynateach-explorer .jupyter-widget-tab.widget-tab > .widget-tab-contents {{
  background: none; border: 0; padding: 8px 0 0;
}}
.dynateach-explorer .widget-readout {{ min-width: 3.2em; width: 3.2em; }}
.dynateach-explorer .dynateach-steps .widget-readout {{ min-width: 4em; width: 4em; }}
.dynateach-explorer .dynateach-caption {{ color: var(--jp-ui-font-color1); line-height: 1.4; min-height: 4.2em; }}
.dynateach-explorer .dynateach-says {{ color: var(--jp-ui-font-color1); white-space: nowrap; }}
.dynateach-explorer .dynateach-says code {{ font-size: 12px; background: none; }}
.dynateach-explorer .js-plotly-plot {{ animation: dynateach-appear 0.4s step-end; }}
@keyframes dynateach-appear {{ from {{ opacity: 0; }} to {{ opacity: 1; }} }}
.dynateach-spoken {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
"""

    _esm = """
function render({ model, el }) {
  const spoken = document.createElement("div");
  spoken.className = "dynateach-spoken";
  spoken.setAttribute("role", "status");
  el.append(spoken);

  const plot = () => el.closest(".dynateach-explorer")?.querySelector(".js-plotly-plot");
  function say() {
    spoken.textContent = model.get("alternative");
    plot()?.setAttribute("role", "img");
    plot()?.setAttribute("aria-label", model.get("alternative"));
  }
  // Plotly measures its place only when the window changes, and a cell is not yet on the page when it first does.
  const fit = () => window.dispatchEvent(new Event("resize"));
  let waiting = 0;
  function settle() {
    cancelAnimationFrame(waiting);
    if (!model.get("alternative")) { spoken.textContent = ""; return; }
    if (!plot()?.querySelector(".main-svg")) { waiting = requestAnimationFrame(settle); return; }
    const first = !plot().hasAttribute("aria-label");
    say();
    if (first) fit();
  }
  const width = new ResizeObserver(fit);
  width.observe(el);
  model.on("change:alternative", settle);
  settle();
  return () => { cancelAnimationFrame(waiting); width.disconnect(); model.off("change:alternative", settle); };
}
export default { render };
"""

    alternative = traitlets.Unicode("").tag(sync=True)
