// Figures and films look for JupyterLab's word on the theme; here the reader's system has it, and paper is white.
const night = matchMedia("(prefers-color-scheme: dark)");
function dress(onPaper = false) {
  document.body.dataset.jpThemeLight = String(onPaper || !night.matches);
}
night.addEventListener("change", () => dress());
dress();

for (const place of document.querySelectorAll(".dynateach-figure")) {
  const { data, layout, config } = JSON.parse(place.querySelector("script").textContent);
  place.replaceChildren();
  place.style.height = `${layout.height ?? 450}px`; // plotly takes both sizes from its place when the window changes
  Plotly.newPlot(place, data, { ...layout, width: undefined, autosize: true }, { ...config, responsive: true });
}

// On paper nothing opens: answers that are folded away on the screen are printed, too.
const folded = [];
addEventListener("beforeprint", () => {
  dress(true);
  folded.splice(0, Infinity, ...document.querySelectorAll("details:not([open])"));
  for (const one of folded) one.open = true;
});
addEventListener("afterprint", () => {
  dress();
  for (const one of folded) one.open = false;
});
