// The player: a film's picture with its controls, in a notebook (with a kernel behind `model`) or frozen into a page.

class Player {
  constructor(model, el) {
    Object.assign(this, { model, speed: 1, loop: false, showAll: false, playing: false, busy: false, frames: 0, spent: 0 });
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.night = matchMedia("(prefers-color-scheme: dark)");
    this.page = panel(this.controls());
    this.context = this.page.canvas.getContext("2d");
    Object.defineProperty(this.page.root, "dynateach", { get: () => this.state() });
    el.append(this.page.root);
    this.watch();
    this.load();
  }

  controls() {
    const drawn = (action) => (value) => { action(value); this.draw(); };
    return {
      play: drawn(() => this.toggle()), first: () => this.leap(this.start), last: () => this.leap(this.end),
      back: () => this.step(-1), next: () => this.step(1), scrub: (share) => this.leap(this.start + share * (this.end - this.start)),
      speed: (speed) => { this.speed = speed; }, loop: (on) => { this.loop = on; }, showAll: drawn((on) => { this.showAll = on; }),
      in: drawn(() => this.zoom(2)), out: drawn(() => this.zoom(0.5)), fit: drawn(() => this.zoom(0)),
      fork: () => this.ask(), drop: drawn(() => this.drop()),
    };
  }

  watch() {
    const { root, canvas, tip } = this.page;
    this.sizes = new ResizeObserver(() => this.dress());
    this.sizes.observe(root);
    this.themes = new MutationObserver(() => this.dress());
    this.themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
    this.dressed = () => this.dress();
    this.night.addEventListener("change", this.dressed);
    this.loaded = () => this.load();
    this.answered = () => this.hear();
    this.model.on("change:film", this.loaded);
    this.model.on("change:answered", this.answered);
    // The name of a theme may come before its colours; the background's (very short) transition tells of those.
    root.addEventListener("transitionend", (event) => { if (event.target === root) this.dress(); });
    root.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("pointerdown", (event) => this.grab(event));
    canvas.addEventListener("pointermove", (event) => this.hover(event));
    canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
  }

  close() {
    this.pause();
    this.sizes.disconnect();
    this.themes.disconnect();
    this.night.removeEventListener("change", this.dressed);
    this.model.off("change:film", this.loaded);
    this.model.off("change:answered", this.answered);
  }

  // Films

  load() {
    this.pause();
    this.film = decode(this.model.get("film"));
    this.time = this.film.poster;
    this.forked = this.forkedAt = null;
    this.busy = false;
    this.page.message.textContent = "";
    const answered = this.model.get("answered");
    if (answered?.number && this.model.get("forked")?.byteLength) this.branch(answered.at);
    else this.stageFilms();
  }

  branch(at) {
    this.forked = decode(this.model.get("forked"));
    this.forkedAt = at;
    this.stageFilms();
  }

  stageFilms() {
    this.films = this.forked ? [this.film, this.forked] : [this.film];
    shareScales(this.films);
    this.film.heading = "As it was";
    if (this.forked) this.forked.heading = `Forked at ${written(this.film, this.forkedAt)}`;
    this.start = Math.min(...this.films.map((film) => film.start));
    this.end = Math.max(...this.films.map((film) => film.end));
    this.moments = moments(this.films).filter((time) => time >= this.start && time <= this.end);
    this.view = [this.start, this.end];
    this.page.title.textContent = this.film.title;
    this.page.title.hidden = Boolean(this.forked);
    this.page.caption.textContent = this.film.caption;
    this.page.canvas.setAttribute("aria-label", `${this.film.title}. ${this.film.caption}`);
    this.page.fork.hidden = !this.model.get("can_fork");
    this.page.drop.hidden = !this.forked;
    this.page.list.replaceChildren(...this.films.map(tableOf));
    this.dress();
  }

  ask() {
    this.pause();
    this.busy = true;
    this.page.message.textContent = "Playing the other history …";
    this.asked = { number: (this.model.get("asked")?.number ?? 0) + 1, at: this.time };
    this.model.set("asked", this.asked);
    this.model.save_changes();
    this.draw();
  }

  hear() {
    const answered = this.model.get("answered");
    if (!this.busy || answered?.number !== this.asked.number) return;
    this.busy = false;
    this.page.message.textContent = answered.error ?? "";
    if (!answered.error) { this.branch(answered.at); this.toggle(); }
    this.draw();
  }

  drop() {
    this.forked = this.forkedAt = null;
    this.stageFilms();
    this.go(Math.min(this.time, this.end));
  }

  // Time

  toggle() {
    if (this.playing) return this.pause();
    if (this.time >= this.end) this.go(this.start);
    this.playing = true;
    this.last = performance.now();
    this.tick = requestAnimationFrame((now) => this.run(now));
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.tick);
  }

  get rate() {
    return ((this.film.end - this.film.start) / this.film.plays) * this.speed;
  }

  run(now) {
    const passed = Math.max(0, now - this.last) / 1000;
    if (this.calm.matches) this.jump(now, passed);
    else { this.last = now; this.advance(this.time + passed * this.rate); }
    this.draw();
    if (this.playing) this.tick = requestAnimationFrame((then) => this.run(then));
  }

  // For those who want little motion: from moment to moment, one for each second.
  jump(now, passed) {
    if (passed < 1 / this.speed) return;
    this.last = now;
    this.advance(this.moments.find((time) => time > this.time) ?? this.end);
  }

  advance(time) {
    if (time < this.end) return this.go(time);
    if (this.loop) return this.go(this.start);
    this.pause();
    this.go(this.end);
  }

  go(time) {
    this.time = Math.min(Math.max(time, this.start), this.end);
    const [from, to] = this.view, length = to - from, ahead = this.playing ? 0.7 : 1;
    if (this.time < from) this.look(this.time - (this.playing ? 0 : 0.1) * length, length);
    else if (this.time > from + ahead * length) this.look(this.time - (this.playing ? 0.7 : 0.9) * length, length);
    if (!this.playing) this.draw();
  }

  leap(time) {
    this.pause();
    this.go(time);
  }

  step(way) {
    this.pause();
    const grain = (this.end - this.start) * 1e-9;
    const next = way > 0 ? this.moments.find((time) => time > this.time + grain) : this.moments.findLast((time) => time < this.time - grain);
    this.go(next ?? (way > 0 ? this.end : this.start));
  }

  look(from, length) {
    const start = Math.min(Math.max(from, this.start), this.end - length);
    this.view = [start, start + length];
  }

  zoom(factor, around = this.time) {
    const whole = this.end - this.start, [from, to] = this.view;
    const length = factor ? Math.min(whole, Math.max(whole / 400, (to - from) / factor)) : whole;
    const share = around >= from && around <= to ? (around - from) / (to - from) : 0.5;
    this.look(around - share * length, length);
    this.label();
  }

  // Hands

  key(event) {
    const { speeds, canvas, scrub } = this.page;
    if (event.target === speeds || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = (way) => (event.shiftKey ? this.leap(this.time + (way * (this.end - this.start)) / 100) : this.step(way));
    const keys = {
      " ": () => this.toggle(), ArrowRight: () => arrow(1), ArrowLeft: () => arrow(-1), Home: () => this.leap(this.start), End: () => this.leap(this.end),
      "+": () => this.zoom(2), "=": () => this.zoom(2), "-": () => this.zoom(0.5), "0": () => this.zoom(0),
    };
    if (!keys[event.key] || (event.key === " " && event.target !== canvas && event.target !== scrub)) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
    this.draw();
  }

  timeAt(event) {
    const { left, right } = this.layout;
    return this.view[0] + ((event.offsetX - left) / (right - left)) * (this.view[1] - this.view[0]);
  }

  grab(event) {
    if (event.button || event.offsetX < this.layout.gutter) return;
    this.page.canvas.setPointerCapture(event.pointerId);
    this.page.canvas.focus();
    this.leap(this.timeAt(event));
  }

  hover(event) {
    const { canvas, tip } = this.page;
    if (event.buttons & 1 && canvas.hasPointerCapture(event.pointerId)) return this.leap(this.timeAt(event));
    const found = partAt(this.scene(), event.offsetX, event.offsetY);
    tip.hidden = !found;
    if (!found) return;
    const head = make("b", { textContent: `${found.kind.name}, ${written(this.film, found.at)}` });
    tip.replaceChildren(head, make("div", { textContent: found.says || found.kind.meaning }));
    const x = Math.max(0, Math.min(event.offsetX + 14, this.layout.width - tip.offsetWidth - 4));
    tip.style.transform = `translate(${x}px, ${event.offsetY + 16}px)`;
  }

  // Looks

  get theme() {
    const jupyter = document.body.dataset.jpThemeLight;
    return THEMES[(jupyter ? jupyter === "false" : this.night.matches) ? "dark" : "light"];
  }

  dress() {
    this.page.root.dataset.theme = this.theme.words;
    this.colours = { ...this.theme, back: getComputedStyle(this.page.root).backgroundColor };
    stamps.clear();
    this.page.legend.replaceChildren(...legendOf(this.films, this.colours));
    this.arrange();
  }

  arrange() {
    const { canvas, scrub } = this.page, density = devicePixelRatio || 1;
    // What is hidden has no width: JupyterLab hides the page while a theme's colours come.
    const width = canvas.parentElement.clientWidth || this.layout?.width;
    if (!width) return;
    this.layout = layOut(this.context, this.films, width);
    const { height, left, right } = this.layout;
    Object.assign(canvas, { width: Math.round(width * density), height: Math.round(height * density) });
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    scrub.style.margin = `0 ${width - right - 8}px 0 ${left - 8}px`;
    this.context.setTransform(density, 0, 0, density, 0, 0);
    this.label();
    this.paint();
  }

  label() {
    if (!this.layout) return;
    const scale = (this.layout.right - this.layout.left) / (this.view[1] - this.view[0]);
    this.labels = this.films.map((film) => roomForLabels(this.context, film, scale, this));
  }

  scene() {
    const { films, layout, view, time, showAll, labels, forkedAt, end } = this;
    const fresh = this.playing && !this.calm.matches ? 0.15 * this.rate : 1e-9;
    return { films, layout, view, time, showAll, labels, forkedAt, end, fresh, theme: this.colours };
  }

  draw() {
    cancelAnimationFrame(this.frame);
    if (this.playing) return this.paint();
    this.frame = requestAnimationFrame(() => this.paint());
  }

  paint() {
    if (!this.layout) return;
    const began = performance.now();
    draw(this.context, this.scene());
    this.frames++;
    this.spent += performance.now() - began;
    this.tell();
  }

  tell() {
    const { scrub, fork, legend, note, spoken } = this.page;
    scrub.value = ((this.time - this.start) / (this.end - this.start)) * 1000;
    fork.disabled = this.busy;
    if (this.shownPlaying !== this.playing) this.tellPlaying();
    const found = this.films.map((film) => counts(film, this.time)), words = this.noteNow();
    for (const item of legend.children) put(item.lastChild, tally(found, item.dataset.kind));
    put(note, words);
    // While it plays, a screen reader hears of each new note, and not of each frame.
    if (!this.playing || this.saidNote !== words) put(spoken, `${written(this.film, this.time)}. ${words} ${said(found)}`);
    this.saidNote = words;
  }

  tellPlaying() {
    this.shownPlaying = this.playing;
    this.page.play.querySelector("path").setAttribute("d", GLYPHS[this.playing ? "pause" : "play"]);
    this.page.play.setAttribute("aria-label", this.playing ? "Pause" : "Play");
  }

  noteNow() {
    const notes = this.films.map((film) => latest(film.notes, this.time)?.says ?? "");
    return this.forked ? this.films.map((film, i) => `${film.heading}: ${notes[i] || film.title}`).join("\n") : notes[0];
  }

  // What tests and the curious may read.
  state() {
    const { time, playing, speed, loop, showAll, start, end, view, busy, frames, spent } = this;
    const [found, forkCounts = null] = this.films.map((film) => counts(film, time));
    const { left, right, rows } = this.layout ?? { left: 0, right: 0, rows: [] }, scale = (right - left) / (view[1] - view[0]);
    const labels = (this.labels ?? []).flatMap((room) => [...room].map(([mark, { aside, half }]) => {
      const middle = mark.at * scale + aside;
      return { lane: mark.lane, words: mark.label, left: middle - half, right: middle + half };
    }));
    return Object.freeze({
      time, playing, speed, loop, showAll, start, end, view: [...view], busy, frames, spent, counts: found, forkCounts, labels,
      levels: Object.fromEntries(this.film.levels.map((level) => [this.film.lanes[level.lane].name, latest(level.steps, time)?.value ?? null])),
      note: this.noteNow(), forked: this.forkedAt, error: busy ? "" : this.page.message.textContent, back: this.colours.back,
      rows: rows.map((row) => row.y), plot: [left, right],
    });
  }
}

const tally = (found, name) => (found.some((counted) => counted[name]) ? found.map((counted) => counted[name] ?? 0).join(" / ") : "");
const said = (found) => found.map((counted) => Object.entries(counted).map(([name, n]) => `${name} ${n}`).join(", ")).join("; after the fork: ");

function render({ model, el }) {
  const player = new Player(model, el);
  return () => player.close();
}
