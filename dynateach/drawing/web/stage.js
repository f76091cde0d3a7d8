// The picture: lanes from top to bottom, time to the right, drawn on a canvas. It knows no buttons and no kernel.

// One frame. `scene` has films, layout, theme, view [from, to], end, time, showAll, labels (a Map for each film), forkedAt, and
// `fresh`: for how long (seconds of the film) a mark that has just come has a ring.
function draw(context, scene) {
  const { layout, theme } = scene;
  context.clearRect(0, 0, layout.width, layout.height);
  context.lineCap = "round";
  const x = (time) => layout.left + ((time - scene.view[0]) / (scene.view[1] - scene.view[0])) * (layout.right - layout.left);
  const brush = { context, theme, x, ...scene };
  drawGround(brush);
  within(context, layout.gutter, TOP - 4, layout.width, layout.bottom, () => {
    const now = x(scene.time);
    if (scene.showAll) {
      context.globalAlpha = 0.22;
      within(context, now, 0, layout.width, layout.height, () => drawStretches(brush, (part) => (part.until ?? Infinity) > scene.time));
      drawMarks(brush, (mark) => mark.at > scene.time);
      context.globalAlpha = 1;
    }
    within(context, 0, 0, now, layout.height, () => drawStretches(brush, (part) => part.at <= scene.time));
    drawTravellers(brush);
    drawTitles(brush);
    drawMarks(brush, (mark) => mark.at <= scene.time);
    if (scene.forkedAt !== null) drawUpright(context, x(scene.forkedAt), TOP, layout.bottom, theme.quiet, [5, 4]);
  });
  drawPlayhead(brush);
  drawGutter(brush);
}

function within(context, left, top, right, bottom, paint) {
  if (right <= left) return;
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  paint();
  context.restore();
}

function drawGround({ context, theme, layout, view, films, x }) {
  for (const { top, inside } of layout.rows) drawLevelLine(context, inside ? layout.groups : 0, layout.width, top, theme.hair);
  drawLevelLine(context, 0, layout.width, layout.bottom, theme.hair);
  const { unit } = films[0];
  const step = niceStep((view[1] - view[0]) / unit.seconds, (layout.right - layout.left) / 90);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  for (let i = Math.ceil(view[0] / unit.seconds / step - 1e-9); i * step * unit.seconds <= view[1] + 1e-9 * step; i++) {
    const place = x(i * step * unit.seconds);
    drawUpright(context, place, TOP, layout.bottom + 4, theme.hair);
    const words = `${(i * step).toFixed(digits)} ${unit.name}`;
    write(context, words, place, layout.bottom + 15, { colour: theme.quiet, align: "center", edge: layout.width });
  }
}

function niceStep(range, most) {
  const rough = range / Math.max(1, most), power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= rough);
}

function drawGutter({ context, theme, layout, time, films }) {
  for (const { film, top } of layout.headings) {
    const words = fit(context, `${film.heading}: ${film.title}`, layout.width - 8, font(13, 600));
    write(context, words, 2, top + HEADING / 2 + 1, { colour: theme.ink, size: 13, weight: 600, halo: theme.back });
  }
  for (const film of films) drawGroups(context, theme, layout, rowsOf(layout, film));
  for (const row of layout.rows) drawName(context, theme, layout, row, time);
}

function drawGroups(context, theme, layout, rows) {
  for (let i = 0, next; i < rows.length; i = next) {
    const { group } = rows[i].lane;
    for (next = i + 1; next < rows.length && rows[next].lane.group === group; next++);
    if (!group) continue;
    const top = rows[i].top + 4, bottom = rows[next - 1].bottom - 4;
    const lines = folded(context, group, layout.groups - 14, Math.max(1, Math.floor((bottom - top) / 15)));
    lines.forEach((words, n) => write(context, words, 2, (top + bottom) / 2 + (n - (lines.length - 1) / 2) * 15, { colour: theme.quiet }));
    drawUpright(context, layout.groups - 6, top, bottom, theme.quiet);
  }
}

function drawName(context, theme, layout, { lane, top, bottom }, time) {
  const left = layout.groups, middle = (top + bottom) / 2, value = lane.level && latest(lane.level.steps, time)?.value;
  const nameY = lane.level ? middle - 9 : middle;
  if (lane.kind) stamp(context, lane.kind, theme, left + 8, nameY, 0.9);
  const room = layout.gutter - left - layout.icon - 8;
  write(context, fit(context, lane.name, room, font(12.5, 600)), left + layout.icon, nameY, { colour: theme.ink, size: 12.5, weight: 600 });
  if (!lane.level) return;
  const ceiling = lane.level.ceiling === null ? "" : ` of ${amount(lane.level.ceiling)}`;
  const figure = value === undefined ? "" : `${amount(value)}${ceiling} ${lane.level.unit}`;
  const over = lane.level.ceiling !== null && value > lane.level.ceiling;
  write(context, figure, left + layout.icon, middle + 9, { colour: tint(lane.level.kind, theme), size: 13, weight: over ? 800 : 600 });
}

function drawStretches(brush, wanted) {
  for (const film of brush.films) {
    const rows = rowsOf(brush.layout, film);
    for (const row of rows) if (row.lane.busy) drawLevelLine(brush.context, brush.layout.gutter, brush.layout.width, row.y, brush.theme.hair);
    for (const span of film.spans) if (wanted(span)) drawSpan(brush, span, rows[span.lane], Math.min(span.until, brush.end));
    for (const row of rows) if (row.lane.level) drawLevel(brush, row.lane.level, row);
    for (const journey of film.journeys) if (wanted(journey)) drawJourney(brush, journey, rows);
  }
}

function drawSpan({ context, theme, x, layout }, { at, kind }, row, until) {
  const left = x(at), right = Math.max(left + 2, x(until));
  if (right < layout.gutter || left > layout.width) return;
  if (kind.line === "dot") drawBar(context, colour(kind, theme), left, right, row.y);
  else paintBand(context, kind, colour(kind, theme), left, row.top + 3, right - left, row.bottom - row.top - 6, layout.width);
}

// What the bands are called: at the left end of what is seen of them, if there is room in them.
function drawTitles({ context, theme, x, layout, films, time, end }) {
  context.font = font(11, 600);
  for (const film of films) {
    const rows = rowsOf(layout, film), stops = rows.map(() => 0);
    for (const span of film.spans) {
      const start = Math.max(x(span.at), layout.gutter) + 5, stop = start + context.measureText(span.label).width;
      if (!span.label || span.at > time || start < stops[span.lane] || stop > x(Math.min(span.until, end)) - 3) continue;
      stops[span.lane] = stop + 6;
      write(context, span.label, start, rows[span.lane].titleY, { colour: tint(span.kind, theme), size: 11, weight: 600, halo: theme.back });
    }
  }
}

function drawLevel({ context, theme, x, layout, end }, level, row) {
  const y = (value) => row.floor - ((value - level.bottom) / (level.top - level.bottom)) * (row.floor - row.roof);
  const corners = level.steps.flatMap((step, i) => [[x(step.at), y(step.value)], [x(level.steps[i + 1]?.at ?? end), y(step.value)]]);
  const alpha = context.globalAlpha;
  context.fillStyle = context.strokeStyle = colour(level.kind, theme);
  context.beginPath();
  context.moveTo(corners[0][0], y(level.bottom));
  for (const corner of corners) context.lineTo(...corner);
  context.lineTo(corners.at(-1)[0], y(level.bottom));
  context.globalAlpha = alpha * 0.18;
  context.fill();
  context.globalAlpha = alpha;
  context.lineWidth = 2;
  path(context, corners);
  if (level.ceiling === null) return;
  context.strokeStyle = level.over.colour;
  context.lineWidth = 1.5;
  path(context, [[layout.gutter, y(level.ceiling)], [layout.width, y(level.ceiling)]], DASHES[level.over.line]);
}

// The ends of a journey on the canvas. One that never arrives is seen to leave, and stops half way.
function course({ x, layout }, journey, rows) {
  const [from, to] = [rows[journey.lane].y, rows[journey.to].y], start = x(journey.at);
  if (journey.until === Infinity) return { start: [start, from], end: [start + 0.35 * Math.abs(to - from), from + 0.55 * (to - from)], lost: true };
  return { start: [start, from], end: [x(journey.until), to], lost: false };
}

function drawJourney(brush, journey, rows) {
  const { context, theme, layout } = brush, { start, end, lost } = course(brush, journey, rows);
  if (end[0] < layout.gutter || start[0] > layout.width) return;
  context.strokeStyle = context.fillStyle = colour(journey.kind, theme);
  context.lineWidth = 1.8;
  path(context, [start, end], lost ? DASHES.dash : DASHES[journey.kind.line]);
  context.lineWidth = 2.2;
  const [x, y] = end;
  if (lost) { path(context, [[x - 4, y - 4], [x + 4, y + 4]]); path(context, [[x + 4, y - 4], [x - 4, y + 4]]); return; }
  drawArrowhead(context, start, end);
}

// What is on its way at the playhead: a dot that runs along its line.
function drawTravellers(brush) {
  const { context, theme, time } = brush;
  for (const film of brush.films) {
    const rows = rowsOf(brush.layout, film);
    for (const journey of film.journeys) {
      if (!(journey.at < time && time < journey.until) || journey.until === Infinity) continue;
      const { start, end } = course(brush, journey, rows), share = (time - journey.at) / (journey.until - journey.at);
      context.fillStyle = colour(journey.kind, theme);
      context.beginPath();
      context.arc(start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]), 4, 0, 7);
      context.fill();
    }
  }
}

function drawMarks(brush, wanted) {
  brush.films.forEach((film, number) => {
    const rows = rowsOf(brush.layout, film);
    for (const mark of film.rareLast) if (wanted(mark)) drawMark(brush, mark, rows[mark.lane], brush.labels[number].get(mark));
  });
}

function drawMark({ context, theme, x, layout, time, fresh, end }, mark, { y, labelY }, label) {
  const place = x(mark.at);
  if (place < layout.gutter - 12 || place > layout.width + 12) return;
  if (time - mark.at >= 0 && time - mark.at <= fresh && time < end) ring(context, colour(mark.kind, theme), place, y);
  stamp(context, mark.kind, theme, place, y);
  if (!label || place + label.aside - label.half < layout.gutter - 1 || place + label.aside + label.half > layout.width + 1) return;
  const look = { colour: tint(mark.kind, theme), size: 11.5, weight: 600, align: "center", halo: theme.back };
  write(context, mark.label, place + label.aside, labelY, look);
}

function drawPlayhead({ context, theme, layout, films, time, x }) {
  const place = x(time), words = written(films[0], time);
  if (place < layout.gutter || place > layout.width) return;
  drawUpright(context, place, TOP - 6, layout.bottom, theme.ink);
  context.font = font(12, 600);
  const half = context.measureText(words).width / 2 + 7, middle = Math.min(Math.max(place, layout.gutter + half), layout.width - half - 1);
  context.fillStyle = theme.ink;
  context.beginPath();
  context.roundRect(middle - half, 1, 2 * half, 19, 4);
  context.fill();
  write(context, words, middle, 11, { colour: theme.back, weight: 600, align: "center" });
}

