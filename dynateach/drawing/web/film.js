// A film, from the bytes that dynateach.drawing.encoding made of it.

function decode(sent) {
  const bytes = new Uint8Array(sent.buffer ?? sent, sent.byteOffset ?? 0, sent.byteLength).slice();
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const rows = (name) => table(head, name, bytes.buffer, 4 + length);
  const film = { ...head, marks: rows("marks"), journeys: rows("journeys"), spans: rows("spans"), notes: rows("notes") };
  film.totals = counts(film, Infinity);
  film.rareLast = [...film.marks].sort((a, b) => rarity(film, a) - rarity(film, b));
  film.levels = head.levels.map((level, i) => measured(head, level, rows(`level ${i}`)));
  film.lanes = head.lanes.map((lane, i) => ({ ...lane, kind: head.kinds[lane.kind], ...contents(film, i) }));
  return film;
}

function table(head, name, buffer, offset) {
  const columns = Object.entries(head.tables[name]).map(([column, [type, start, count]]) => {
    const numbers = new (type === "float64" ? Float64Array : Int32Array)(buffer, offset + start, count);
    return [column, numbers];
  });
  const lists = { kind: head.kinds, label: head.texts, says: head.texts };
  return Array.from(columns[0][1], (_, i) =>
    Object.fromEntries(columns.map(([column, numbers]) => [column, lists[column]?.[numbers[i]] ?? numbers[i]])));
}

function measured(head, level, steps) {
  const extreme = (choose, first) => steps.reduce((found, step) => choose(found, step.value), first);
  const high = extreme(Math.max, level.ceiling ?? 0) * 1.06 || 1, low = extreme(Math.min, 0);
  return { ...level, steps, high, low, kind: head.kinds[level.kind], over: head.kinds.find((kind) => kind.name === "ceiling") };
}

// Films that stand together count what has the same name and unit on one scale.
function shareScales(films) {
  const levels = films.flatMap((film) => film.levels.map((level) => ({ name: `${film.lanes[level.lane].name} ${level.unit}`, level })));
  for (const { name, level } of levels) {
    const alike = levels.filter((other) => other.name === name).map((other) => other.level);
    level.top = Math.max(...alike.map((one) => one.high));
    level.bottom = Math.min(...alike.map((one) => one.low));
  }
}

function contents(film, number) {
  const here = (part) => part.lane === number || part.to === number;
  return {
    level: film.levels.find(here),
    labelled: film.marks.some((mark) => here(mark) && mark.label),
    titled: film.spans.some((span) => here(span) && span.label),
    busy: film.marks.some(here) || film.journeys.some(here) || film.spans.some(here),
  };
}

// The times at which something happens, each once.
function moments(films) {
  const times = films.flatMap((film) => [
    ...[...film.marks, ...film.notes].map((part) => part.at),
    ...[...film.journeys, ...film.spans].flatMap((part) => [part.at, part.until]),
  ]);
  return [...new Set(times)].filter(Number.isFinite).sort((a, b) => a - b);
}

// The last of some parts (in order of time) that has begun at that time; undefined before the first.
function latest(parts, time) {
  let low = 0, high = parts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (parts[middle].at <= time) low = middle + 1; else high = middle;
  }
  return parts[low - 1];
}

// How many marks of each kind there have been, by the kind's name.
function counts(film, time) {
  const found = {};
  for (const mark of film.marks) {
    if (mark.at > time) break;
    found[mark.kind.name] = (found[mark.kind.name] ?? 0) + 1;
  }
  return found;
}

// What there is little of matters most: it is drawn on top, and its labels come first.
const rarity = (film, mark) => -film.totals[mark.kind.name];

function written(film, time) {
  const { name, seconds } = film.unit;
  const digits = Math.min(3, Math.max(0, Math.ceil(-Math.log10((film.end - film.start) / seconds / 400))));
  return `${(time / seconds).toFixed(digits)} ${name}`;
}

function amount(value) {
  return value.toLocaleString("en-US", { maximumFractionDigits: Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0 });
}
