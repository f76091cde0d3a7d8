"""JupyterLab as ``dynateach lab`` starts it: its kernel, its websocket, its settings."""
