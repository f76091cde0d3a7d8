// The page around the picture: its elements, the legend, and the marks as a table for those who hear the page.

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];
const GLYPHS = {
  play: "M7 4v16l13-8z", pause: "M6 4h4v16H6zM14 4h4v16h-4z", first: "M5 4h3v16H5zM20 4v16L9 12z", last: "M16 4h3v16h-3zM4 4v16l11-8z",
  back: "M15 5v14L5 12z", next: "M9 5v14l10-7z", fork: "M2 10.5h7l6-6h7v3h-5.5L12 12l4.5 4.5H22v3h-7l-6-6H2z",
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
  const title = keys ? `${label} (${keys})` : label;
  const made = make("button", { type: "button", title, onclick: press, aria: { "aria-label": label } });
  made.append(GLYPHS[face] ? glyph(face) : face, ...words);
  return made;
}

function toggle(label, hint, change) {
  const box = make("input", { type: "checkbox", onchange: () => change(box.checked) });
  return make("label", { title: hint }, box, label);
}

// The elements of a player, by name, and their `root`; `does` is what its controls call.
function panel(does) {
  const block = (className, aria = {}) => make("div", { className, aria });
  const canvas = make("canvas", { tabIndex: 0, aria: { role: "img" } });
  const tip = make("div", { className: "tip", hidden: true });
  const scrub = make("input", { type: "range", max: 1000, step: "any", className: "scrub", aria: { "aria-label": "Time" } });
  scrub.oninput = () => does.scrub(scrub.value / 1000);
  const controls = controlsOf(does);
  const parts = {
    title: block("title"), stage: block("stage"), scrub, bar: controls.bar, note: block("note"), message: block("message", { role: "alert" }),
    legend: block("legend"), caption: block("caption"), spoken: block("spoken", { role: "status" }), list: block("spoken"),
  };
  parts.stage.append(canvas, tip);
  const root = make("div", { className: "dynateach-player" }, ...Object.values(parts));
  // JupyterLab takes arrows and letters for itself unless the focused element says otherwise.
  for (const control of root.querySelectorAll("button, input, select, canvas")) control.dataset.lmSuppressShortcuts = "true";
  return { ...parts, ...controls, root, canvas, tip };
}

function controlsOf(does) {
  const play = button("play", "Play", "space", does.play);
  const fork = button("fork", "Fork here", "", does.fork, "Fork here");
  const drop = button("Drop the fork", "Drop the fork", "", does.drop);
  const speeds = make("select", { title: "Speed", aria: { "aria-label": "Speed" } });
  speeds.append(...SPEEDS.map((speed) => new Option(`${speed}×`, speed, speed === 1, speed === 1)));
  speeds.onchange = () => does.speed(Number(speeds.value));
  const zoom = make("span", { className: "zoom" }, "zoom");
  zoom.append(button("−", "Zoom out", "−", does.out), button("fit", "Fit the whole time", "0", does.fit), button("+", "Zoom in", "+", does.in));
  const bar = make("div", { className: "bar" },
    button("first", "To the start", "Home", does.first), button("back", "Step back", "←", does.back), play,
    button("next", "Step on", "→", does.next), button("last", "To the end", "End", does.last), speeds,
    toggle("loop", "Begin again at the end", does.loop), toggle("show all", "Show faintly what is still to come", does.showAll), zoom, fork, drop);
  return { bar, speeds, play, fork, drop };
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
  const row = (cell, words) => make("tr", {}, ...words.map((word) => make(cell, { textContent: word })));
  const told = (mark) => [written(film, mark.at), film.lanes[mark.lane].name, mark.kind.name, `${mark.label} ${mark.says}`.trim()];
  const body = make("tbody", {}, ...film.marks.slice(0, 200).map((mark) => row("td", told(mark))));
  return make("table", {}, make("caption", { textContent: film.title }), make("thead", {}, row("th", ["time", "where", "what", "more"])), body);
}
