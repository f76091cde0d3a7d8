// A prebuilt extension of JupyterLab, written by hand: this is all that its loader asks for. It loads plotly's script soon after the page is there,
// so that no picture waits for it and no kernel has to send it.
const plotly = {
  id: "dynateach:plotly",
  autoStart: true,
  activate: (app) => {
    const { baseUrl } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
    const load = () => import(`${baseUrl}static/plotly.min.js`);
    const whenIdle = globalThis.requestIdleCallback ?? setTimeout; // not every Safari has it
    app.restored.then(() => setTimeout(() => whenIdle(load, { timeout: 2000 }), 1000));
  },
};
globalThis._JUPYTERLAB = globalThis._JUPYTERLAB || {};
globalThis._JUPYTERLAB.dynateach = { init: () => {}, get: async () => () => ({ __esModule: true, default: plotly }) };
