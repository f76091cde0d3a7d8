// Where everything stands: rows of lanes from top to bottom, a gutter with their names, the plot to its right.

const AXIS = 26, TOP = 26, HEADING = 26, INSET = 14, ROOMY = 250;

// Pixels between lanes, and of a level. Two histories, one under the other, are to fit a window that one fills well.
const AMPLE = { between: 10, level: 46 }, TIGHT = { between: 4, level: 33 };

// Where everything stands, for films one under the other: rows of lanes, the gutter with their names, the plot to its right.
function layOut(context, films, width) {
  context.font = font(13, 600);
  const measure = (words) => context.measureText(words).width;
  const lanes = films.flatMap((film) => film.lanes);
  const widest = (words, most) => Math.min(most, Math.max(0, ...words.map(measure)));
  const groups = lanes.some((lane) => lane.group) ? widest(lanes.map((lane) => lane.group), width * 0.1) + 14 : 0;
  const figures = films.flatMap((film) => film.levels.map(widestFigure));
  const icon = lanes.some((lane) => lane.kind) ? 20 : 0;
  const gutter = groups + icon + widest([...lanes.map((lane) => lane.name), ...figures], width * 0.2) + 12;
  const rows = [], headings = [];
  let top = TOP;
  const room = films.length > 1 ? TIGHT : AMPLE;
  const bare = lanes.reduce((sum, lane) => sum + heightOf(lane, room), 0);
  const extra = Math.min(18, Math.max(0, (ROOMY - bare) / lanes.length));
  for (const film of films) {
    if (films.length > 1) { headings.push({ film, top }); top += HEADING; }
    for (const lane of film.lanes) { rows.push(rowOf(film, lane, top, extra, rows.at(-1), room)); top = rows.at(-1).bottom; }
  }
  return { rows, headings, groups, icon, gutter, width, left: gutter + INSET, right: width - INSET - 4, bottom: top, height: top + AXIS };
}

function widestFigure(level) {
  const digits = Math.max(...level.steps.map((step) => amount(step.value).length));
  return "8".repeat(digits) + (level.ceiling === null ? "" : ` of ${amount(level.ceiling)}`) + ` ${level.unit}`;
}

function heightOf(lane, room) {
  return room.between + (lane.titled ? 15 : 0) + (lane.labelled ? 14 : 0) + (lane.busy || !lane.level ? 22 : 0) + (lane.level ? room.level : 0);
}

function rowOf(film, lane, top, extra, above, room) {
  let y = top + (room.between + extra) / 2;
  const inside = lane.group && above?.film === film && above.lane.group === lane.group;
  const row = { film, lane, top, inside, bottom: top + heightOf(lane, room) + extra };
  if (lane.titled) { row.titleY = y + 7; y += 15; }
  if (lane.labelled) { row.labelY = y + 7; y += 14; }
  if (lane.busy || !lane.level) { row.y = y + 11; y += 22; }
  if (lane.level) { row.floor = row.bottom - room.between / 2; row.roof = y + 3; row.y ??= (row.floor + row.roof) / 2; }
  return row;
}

const rowsOf = (layout, film) => layout.rows.filter((row) => row.film === film);

// Which labels have room at that scale (pixels a second), and how far each stands from its mark so as to stay in the picture: rare kinds first, then
// early ones. It does not depend on what part is in view, so scrolling changes nothing.
function roomForLabels(context, film, scale, { start, end }) {
  context.font = font(11.5, 600);
  const taken = film.lanes.map(() => []), room = new Map();
  for (const mark of film.marks.filter((mark) => mark.label).sort((a, b) => rarity(film, b) - rarity(film, a) || a.at - b.at)) {
    const half = context.measureText(mark.label).width / 2 + 3, place = mark.at * scale;
    const x = Math.max(Math.min(place, end * scale + INSET - half), start * scale - INSET + half);
    if (taken[mark.lane].some(([low, high]) => x - half < high && x + half > low)) continue;
    taken[mark.lane].push([x - half, x + half]);
    room.set(mark, { aside: x - place, half });
  }
  return room;
}

