// What lies under the pointer.

// The part of a film that is drawn there: a mark, else something on its way, else something that lasts.
function partAt(scene, x, y) {
  const { layout, time, showAll, view, films } = scene;
  if (x < layout.gutter) return undefined;
  const place = (at) => layout.left + ((at - view[0]) / (view[1] - view[0])) * (layout.right - layout.left);
  const shown = (part) => showAll || part.at <= time;
  for (const find of [markAt, journeyAt, spanAt]) {
    for (const film of films) {
      const found = find({ film, shown, x, y, rows: rowsOf(layout, film), brush: { x: place, layout }, end: scene.end });
      if (found) return found;
    }
  }
  return undefined;
}

function markAt({ film, shown, x, y, rows, brush }) {
  return nearest(film.marks.filter(shown), 12, (mark) => Math.hypot(brush.x(mark.at) - x, rows[mark.lane].y - y));
}

function journeyAt({ film, shown, x, y, rows, brush }) {
  return nearest(film.journeys.filter(shown), 6, (journey) => {
    const { start, end } = course(brush, journey, rows);
    return away([x, y], start, end);
  });
}

function spanAt({ film, shown, x, y, rows, brush, end }) {
  return film.spans.filter(shown).find(({ at, until, lane }) => {
    const across = brush.x(at) - 2 < x && x < brush.x(Math.min(until, end)) + 2;
    return across && rows[lane].top < y && y < rows[lane].bottom;
  });
}

function nearest(parts, within, distance) {
  let best;
  for (const part of parts) {
    const far = distance(part);
    if (far < within) [best, within] = [part, far];
  }
  return best;
}

// How far a point is from a line.
function away([x, y], [x1, y1], [x2, y2]) {
  const dx = x2 - x1, dy = y2 - y1;
  const share = Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x1 + share * dx - x, y1 + share * dy - y);
}
