// Ink: the few strokes, bands, marks and words that pictures and legends are made of.

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const THEMES = {
  light: { ink: "#20242B", quiet: "#59606B", hair: "rgba(128, 132, 140, 0.30)", words: "light" },
  dark: { ink: "#E8EAEE", quiet: "#A9AFB9", hair: "rgba(128, 132, 140, 0.38)", words: "dark" },
};
const font = (size, weight = 400) => `${weight} ${size}px ${FONT}`;
const tint = (kind, theme) => kind[theme.words] || theme.ink;
const colour = (kind, theme) => (kind.light ? kind.colour : theme.quiet);

const DASHES = { solid: [], dash: [7, 5], dot: [1, 5], hatch: [7, 5] };

const stamps = new Map();

// A mark, painted once for each theme and density of pixels, and then copied: to whole pixels, which takes two thirds of the time.
function stamp(context, kind, theme, x, y, size = 1) {
  const density = Math.ceil(globalThis.devicePixelRatio || 1), key = `${kind.name} ${theme.words} ${density}`;
  if (!stamps.has(key)) stamps.set(key, engrave(kind, theme, density));
  const crisp = (place) => Math.round((place - 10 * size) * density) / density;
  context.drawImage(stamps.get(key), crisp(x), crisp(y), 20 * size, 20 * size);
}

function engrave(kind, theme, density) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 20 * density, height: 20 * density });
  const context = canvas.getContext("2d"), outline = new Path2D(kind.outline);
  context.setTransform(density, 0, 0, density, 10 * density, 10 * density);
  context.lineJoin = "round";
  context.strokeStyle = theme.back;
  context.lineWidth = kind.filled ? 2.5 : 5;
  context.stroke(outline);
  context.fillStyle = kind.filled ? colour(kind, theme) : theme.back;
  context.fill(outline);
  context.strokeStyle = colour(kind, theme);
  context.lineWidth = 2.2;
  if (!kind.filled) context.stroke(outline);
  return canvas;
}

function drawBar(context, ink, left, right, y) {
  const alpha = context.globalAlpha;
  context.fillStyle = ink;
  context.globalAlpha = alpha * 0.6;
  context.beginPath();
  context.roundRect(left, y - 3, Math.max(3, right - left), 6, 3);
  context.fill();
  context.globalAlpha = alpha;
}

function paintBand(context, kind, ink, left, top, width, height, edge) {
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  const alpha = context.globalAlpha;
  context.fillStyle = context.strokeStyle = ink;
  context.globalAlpha = alpha * 0.14;
  context.fillRect(left, top, width, height);
  context.globalAlpha = alpha * 0.55;
  context.lineWidth = 1.2;
  if (kind.line === "hatch") {
    const first = left - height + Math.max(0, Math.floor(-left / 8)) * 8;
    for (let at = first; at < Math.min(left + width, edge); at += 8) path(context, [[at, top + height], [at + height, top]]);
  }
  context.globalAlpha = alpha;
  context.lineWidth = 3;
  path(context, [[left, top], [left, top + height]], kind.line === "dash" ? [4, 5] : []);
  path(context, [[left + width, top], [left + width, top + height]], kind.line === "dash" ? [4, 5] : []);
  context.restore();
}

function drawArrowhead(context, start, [x, y]) {
  const angle = Math.atan2(y - start[1], x - start[0]);
  context.beginPath();
  context.moveTo(x, y);
  for (const side of [-0.42, 0.42]) context.lineTo(x - 9 * Math.cos(angle + side), y - 9 * Math.sin(angle + side));
  context.fill();
}

function ring(context, ink, x, y) {
  context.strokeStyle = ink;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, 11, 0, 7);
  context.stroke();
}

function drawUpright(context, x, top, bottom, ink, dashes = []) {
  context.strokeStyle = ink;
  context.lineWidth = 1;
  const crisp = Math.round(x) + 0.5;
  path(context, [[crisp, top], [crisp, bottom]], dashes);
}

function drawLevelLine(context, left, right, y, ink) {
  context.strokeStyle = ink;
  context.lineWidth = 1;
  const crisp = Math.round(y) + 0.5;
  path(context, [[left, crisp], [right, crisp]]);
}

function path(context, points, dashes = []) {
  context.setLineDash(dashes);
  context.beginPath();
  for (const point of points) context.lineTo(...point);
  context.stroke();
  context.setLineDash([]);
}

function write(context, words, x, y, { colour, size = 12, weight = 400, align = "left", halo, edge }) {
  context.font = font(size, weight);
  context.textBaseline = "middle";
  context.textAlign = align;
  if (edge) {
    const half = context.measureText(words).width / 2;
    x = Math.min(x, edge - half - 1);
  }
  if (halo) {
    context.strokeStyle = halo;
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.strokeText(words, x, y);
  }
  context.fillStyle = colour;
  context.fillText(words, x, y);
}

function fit(context, words, width, face) {
  context.font = face;
  if (context.measureText(words).width <= width) return words;
  let end = words.length;
  while (end > 1 && context.measureText(`${words.slice(0, end)}…`).width > width) end--;
  return `${words.slice(0, end)}…`;
}

function folded(context, words, width, most) {
  const lines = [""];
  context.font = font(12);
  for (const word of words.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (context.measureText(longer).width <= width || lines.length === most) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => fit(context, line, width, font(12)));
}
