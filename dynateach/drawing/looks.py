"""How an explorer looks: its controls, its words, and the colours of its figures in JupyterLab's themes."""

import anywidget

from dynateach.drawing.theme import STYLE


class Looks(anywidget.AnyWidget):
    """An invisible part of an explorer that brings its style sheet."""

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
.dynateach-spoken {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
"""
    _esm = "export default { render() {} };"
