// What lies under the pointer.

// The part of a film that is drawn there: a mark, else something on its way, else something that lasts.
function partAt(scene, x, y) {
  const { layout, time, showAll, view, films, end } = scene;
  if (x < layout.gutter) return undefined;
  const place = (at) => layout.left + ((at - view[0]) / (view[1] - view[0])) * (layout.right - layout.left);
  const shown = (part) => showAll || part.at <= time;
  let best, nearest = 12;
  for (const film of films) {
    const rows = rowsOf(layout, film);
    const near = (part, distance) => { if (shown(part) && distance < nearest) { best = part; nearest = distance; } };
    for (const mark of film.marks) near(mark, Math.hypot(place(mark.at) - x, rows[mark.lane].y - y));
    if (!best) nearest = 6;
    if (!best) for (const journey of film.journeys) { const { start, end } = course({ x: place, layout }, journey, rows); near(journey, away([x, y], start, end)); }
    if (!best) best = film.spans.find((span) => shown(span) && rows[span.lane].top < y && y < rows[span.lane].bottom && place(span.at) - 2 < x && x < place(Math.min(span.until, end)) + 2);
  }
  return best;
}

function away([x, y], [x1, y1], [x2, y2]) {
  const [dx, dy] = [x2 - x1, y2 - y1], share = Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x1 + share * dx - x, y1 + share * dy - y);
}
