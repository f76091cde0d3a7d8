// The page around the picture: its elements, the legend, and the marks as a table for those who hear the page.

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];
const GLYPHS = {
  play: "M7 4v16l13-8z", pause: "M6 4h4v16H6zM14 4h4v16h-4z", first: "M5 4h3v16H5zM20 4v16L9 12z", last: "M16 4h3v16h-3zM4 4v16l11-8z",
  back: "M15 5v14L5 12z", next: "M9 5v14l10-7z", fork: "M3 11h7l7-7h-4V1h9v9h-3V6l-8 8H3zM13 15l4 4v-4h3v9h-9v-3h4l-4-4z",
};

function make(tag, properties = {}, ...children) {
  const { aria = {}, ...others } = properties, element = Object.assign(document.createElement(tag), others);
  for (const [name, value] of Object.entries(aria)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function glyph(name) {
  const box = make("span", { aria: { "aria-hidden": "true" } });
  box.innerHTML = `<svg viewBox="0 0 24 24" width="16" height="16"><path d="${GLYPHS[name]}"/></svg>`;
  return box;
}

function button(face, label, keys, press, ...words) {
  return make("button", { type: "button", title: keys ? `${label} (${keys})` : label, onclick: press, aria: { "aria-label": label } }, ...(GLYPHS[face] ? [glyph(face)] : [face]), ...words);
}

function toggle(label, hint, change) {
  const box = make("input", { type: "checkbox", onchange: () => change(box.checked) });
  return make("label", { title: hint }, box, label);
}

// The elements of a player, by name, and their `root`; `does` is what its controls call.
function panel(does) {
  const canvas = make("canvas", { tabIndex: 0, aria: { role: "img" } });
  const tip = make("div", { className: "tip", hidden: true });
  const scrub = make("input", { type: "range", max: 1000, step: "any", className: "scrub", oninput: () => does.scrub(scrub.value / 1000), aria: { "aria-label": "Time" } });
  const speeds = make("select", { title: "Speed", onchange: () => does.speed(Number(speeds.value)), aria: { "aria-label": "Speed" } }, ...SPEEDS.map((speed) => new Option(`${speed}×`, speed, speed === 1, speed === 1)));
  const play = button("play", "Play", "space", does.play);
  const fork = button("fork", "Fork here", "", does.fork, "Fork here");
  const drop = button("Drop the fork", "Drop the fork", "", does.drop);
  const zoom = make("span", { className: "zoom" }, "zoom", button("−", "Zoom out", "−", does.out), button("fit", "Fit the whole time", "0", does.fit), button("+", "Zoom in", "+", does.in));
  const bar = make("div", { className: "bar" }, button("first", "To the start", "Home", does.first), button("back", "Step back", "←", does.back), play, button("next", "Step on", "→", does.next), button("last", "To the end", "End", does.last),
    speeds, toggle("loop", "Begin again at the end", does.loop), toggle("show all", "Show faintly what is still to come", does.showAll), zoom, fork, drop);
  const parts = { title: make("div", { className: "title" }), stage: make("div", { className: "stage" }, canvas, tip), scrub, bar, note: make("div", { className: "note" }), message: make("div", { className: "message", aria: { role: "alert" } }),
    legend: make("div", { className: "legend" }), caption: make("div", { className: "caption" }), spoken: make("div", { className: "spoken", aria: { role: "status" } }), list: make("div", { className: "spoken" }) };
  const root = make("div", { className: "dynateach-player" }, ...Object.values(parts));
  // JupyterLab takes arrows and letters for itself unless the focused element says otherwise.
  for (const control of root.querySelectorAll("button, input, select, canvas")) control.dataset.lmSuppressShortcuts = "true";
  return { ...parts, root, canvas, tip, speeds, play, fork, drop };
}

function legendOf(films, theme) {
  const kinds = new Map(films.flatMap((film) => film.kinds.map((kind) => [kind.name, kind])));
  return [...kinds.values()].map((kind) => {
    const item = make("span", { title: kind.meaning }, sample(films, kind, theme), kind.name, make("b"));
    item.dataset.kind = kind.name;
    return item;
  });
}

// A word as these films draw it: as a band, a line, a mark, or several of them.
function sample(films, kind, theme) {
  const density = Math.ceil(devicePixelRatio || 1), canvas = make("canvas", { width: 30 * density, height: 18 * density });
  const context = canvas.getContext("2d"), used = (part) => films.some((film) => film[part].some((one) => one.kind?.name === kind.name));
  context.scale(density, density);
  context.strokeStyle = colour(kind, theme);
  context.lineWidth = 1.8;
  if (used("spans") && kind.line === "dot") drawBar(context, colour(kind, theme), 2, 28, 9);
  else if (used("spans")) paintBand(context, kind, colour(kind, theme), 1, 1, 28, 16, 30);
  if (used("journeys") || !kind.outline) path(context, [[2, 9], [28, 9]], DASHES[kind.line]);
  if (used("marks") || used("lanes")) stamp(context, kind, theme, 15, 9);
  else if (used("levels")) drawBar(context, colour(kind, theme), 2, 28, 9);
  return canvas;
}

function tableOf(film) {
  const cell = (words) => make("td", { textContent: words });
  const rows = film.marks.slice(0, 200).map((mark) => make("tr", {}, cell(written(film, mark.at)), cell(film.lanes[mark.lane].name), cell(mark.kind.name), cell(`${mark.label} ${mark.says}`.trim())));
  const head = make("tr", {}, ...["time", "where", "what", "more"].map((words) => make("th", { textContent: words })));
  return make("table", {}, make("caption", { textContent: film.title }), make("thead", {}, head), make("tbody", {}, ...rows));
}
