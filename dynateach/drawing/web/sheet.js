// One plotly figure that shows whatever picture its model holds.
function render({ model, el }) {
  const place = document.createElement("div");
  const spoken = document.createElement("div");
  spoken.className = "dynateach-spoken";
  spoken.setAttribute("role", "status");
  el.append(place, spoken);
  let over = false;
  let drawn = null;

  // A hidden place has no width. Plotly is told the width, and its own answer to a window's change is off: that would also forget the height.
  async function draw() {
    const picture = model.get("picture");
    if (over || !el.clientWidth || picture === drawn) return;
    drawn = picture;
    const plotly = await library(model);
    if (over || picture !== drawn) return;
    const layout = { ...picture.layout, width: el.clientWidth };
    await plotly.react(place, picture.data, layout, { ...model.get("config"), responsive: false });
    if (over || picture !== drawn) return;
    const words = picture.layout.meta.alternative;
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", words);
    spoken.textContent = words;
  }
  let width = 0;
  const fit = new ResizeObserver(async () => {
    const before = width;
    width = el.clientWidth;
    if (!width) spoken.textContent = "";
    if (!width || width === before) return;
    if (model.get("picture") !== drawn) return void draw();
    const plotly = await library(model);
    if (!over && place.querySelector(".main-svg")) plotly.relayout(place, { width });
  });
  fit.observe(el);
  model.on("change:picture", draw);
  return () => {
    over = true;
    fit.disconnect();
    model.off("change:picture", draw);
    globalThis.Plotly?.purge(place);
  };
}

// Plotly's script comes with the page or with a model of its own, perhaps later than this one. A page that still has none asks for it.
async function library(model) {
  const asking = setTimeout(() => model.send("plotly"), 5000);
  while (!globalThis.Plotly?.react) await new Promise(requestAnimationFrame);
  clearTimeout(asking);
  return globalThis.Plotly;
}
export default { render };
