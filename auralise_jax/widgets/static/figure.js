/**
 * The figure: spectrograms, one above the other, that share a time axis, a frequency scale, a
 * playhead, a loop region, a crosshair and a colour bar. `seek(seconds)` hears clicks and drags,
 * `select(region)` a loop region that is drawn.
 */

const LEAST_TIME = 0.02; // share of the whole that a zoomed axis shows at least
const LEAST_FREQUENCY = 0.04;
const ZOOM_STEP = 1.6;

class Figure {
  #watch = new ResizeObserver(() => this.layout());
  #facts = null;
  #look = { map: "magma", range: [-80, 0], scale: "linear" };
  #region = null;
  #position = 0;
  #queued = 0;
  #on;

  constructor({ seek, select }) {
    this.#on = { seek, select };
    this.time = new Axis(LEAST_TIME);
    this.frequency = new Axis(LEAST_FREQUENCY);
    this.rows = [];
    this.playhead = make("div", "auralise-playhead", { role: "slider", "aria-label": "Position", tabindex: "0" });
    this.cross = make("i", "auralise-cross auralise-cross-time");
    this.handles = ["Loop start", "Loop end"].map((name) =>
      make("div", "auralise-handle", { role: "slider", "aria-label": name, tabindex: "0" }),
    );
    this.region = make("div", "auralise-region", { hidden: true });
    this.shades = [0, 1].map(() => make("i", "auralise-shade"));
    this.over = [...this.shades, this.region, this.cross, this.playhead, ...this.handles];
    this.stage = make("div", "auralise-stage");
    this.left = make("div", "auralise-left", { title: "Ctrl + wheel zooms frequency" });
    this.times = make("div", "auralise-axis auralise-axis-time", { "aria-hidden": "true", title: "Drag here: a loop region" });
    this.mark = make("i", "auralise-bar-mark");
    this.decibelAxis = make("div", "auralise-axis auralise-axis-level", { "aria-hidden": "true" });
    this.bar = make("canvas", "", { width: 1, height: 256, "aria-hidden": "true" });
    const bar = make("div", "auralise-bar", { title: "level in dB, relative to the peak of the source" }, this.bar, this.mark);
    this.root = make("div", "auralise-figure", {}, this.left, this.stage, bar, this.decibelAxis, this.times);
    this.#listen();
    this.#watch.observe(this.stage);
  }

  row(deck) {
    return this.rows.find(({ root }) => root.dataset.deck === deck);
  }

  setFacts(facts) {
    this.#facts = facts;
    const decks = facts.rows.map(({ deck }) => deck);
    if (decks.join() !== this.rows.map(({ root }) => root.dataset.deck).join()) {
      this.rows = decks.map((deck) => new Spectrogram(deck));
      const extra = [...this.stage.children].filter((node) => !node.classList.contains("auralise-picture") && !this.over.includes(node));
      this.stage.replaceChildren(...this.rows.map(({ root }) => root), ...this.over, ...extra);
      this.axes = this.rows.map(() => make("div", "auralise-axis auralise-axis-frequency", { "aria-hidden": "true" }));
      this.left.replaceChildren(...this.axes);
      this.root.style.setProperty("--rows", decks.length);
    }
    this.time.set(0, facts.duration);
    this.frequency.set(0, facts.sample_rate / 2, this.#look.scale);
    const range = `${facts.duration.toFixed(1)} s, 0 to ${hertz(facts.sample_rate / 2)}`;
    facts.rows.forEach(({ deck, kind }, i) => {
      this.rows[i].canvas.setAttribute("aria-label", `Spectrogram ${deck.toUpperCase()}, ${kind}, ${range}`);
    });
    for (const slider of [this.playhead, ...this.handles]) {
      slider.setAttribute("aria-valuemin", "0");
      slider.setAttribute("aria-valuemax", facts.duration.toFixed(2));
    }
    this.layout();
  }

  /** How it looks: {map, range: [dB, dB], scale: "linear" | "log" | "mel"}, any of them. */
  setLook(look) {
    Object.assign(this.#look, look);
    if (look.scale && this.#facts) this.frequency.set(0, this.#facts.sample_rate / 2, look.scale);
    this.layout();
  }

  get look() {
    return this.#look;
  }

  setPosition(seconds, follow = false) {
    const [before, share] = [this.#position, seconds].map((one) => this.time.share(one));
    if (follow && this.time.zoomed && before >= 0 && before <= 1 && (share < 0 || share > 1)) {
      this.time.reveal(seconds);
      this.layout();
    }
    this.#position = seconds;
    this.#place(this.playhead, seconds);
  }

  /** Show the loop region [start, end], s, or none. */
  setRegion(region) {
    this.#region = region;
    this.region.hidden = !region;
    for (const node of [...this.handles, ...this.shades]) node.hidden = !region;
    if (!region) return;
    const [from, to] = region.map((s) => clamp(this.time.share(s), 0, 1));
    this.region.style.left = this.shades[1].style.right = "";
    Object.assign(this.region.style, { left: `${100 * from}%`, right: `${100 * (1 - to)}%` });
    Object.assign(this.shades[0].style, { left: "0", right: `${100 * (1 - from)}%` });
    Object.assign(this.shades[1].style, { left: `${100 * to}%`, right: "0" });
    this.handles.forEach((handle, i) => this.#place(handle, region[i]));
  }

  /** Zoom by steps, in (above 0) or out, around the playhead in time, around the middle in frequency. */
  zoom(axis, steps) {
    const around = axis === "time" ? this.time.share(this.#position) : 0.5;
    this[axis].zoom(ZOOM_STEP ** -steps, around >= 0 && around <= 1 ? around : 0.5);
    this.layout();
  }

  showWhole() {
    this.time.reset();
    this.frequency.reset();
    this.layout();
  }

  close() {
    this.#watch.disconnect();
    cancelAnimationFrame(this.#queued);
  }

  /** Put a slider of the time axis at a moment, or out of sight. */
  #place(node, seconds) {
    const { start } = this.#facts ?? { start: 0 };
    const share = this.time.share(seconds);
    node.style.left = `${100 * clamp(share, 0, 1)}%`; // out of sight it must not widen the page
    node.style.visibility = share < -1e-9 || share > 1 + 1e-9 ? "hidden" : "";
    node.setAttribute("aria-valuenow", seconds.toFixed(2));
    node.setAttribute("aria-valuetext", `${(start + seconds).toFixed(2)} s`);
  }

  /** Several changes in one frame are laid out once. */
  queueLayout() {
    cancelAnimationFrame(this.#queued);
    this.#queued = requestAnimationFrame(() => this.layout());
  }

  /** Draw pictures whose levels changed; the axes stay. */
  draw(...rows) {
    if (!this.#facts) return;
    this.#view ??= this.#newView();
    for (const row of rows.length ? rows : this.rows) row.draw(this.#view);
  }

  #view = null;

  #newView() {
    const colours = levelColours(this.#look.map, this.#facts.db_range, this.#look.range);
    return { time: this.time, frequency: this.frequency, colours, rows: new Map(), sizes: new Map() };
  }

  /** Axes and canvases anew for the size and the window they have now. */
  layout() {
    if (!this.#facts || !this.stage.isConnected) return;
    const { start, sample_rate } = this.#facts;
    const [low, high] = this.#look.range;
    const em = parseFloat(getComputedStyle(this.root).fontSize);
    const label = (text, side, share) => {
      const tick = make("span", "", {}, text);
      tick.style[side] = side === "left" ? `${100 * share}%` : `clamp(0.5em, ${100 * share}%, 100% - 0.5em)`;
      return tick;
    };
    const kilo = sample_rate >= 4000;
    for (const axis of this.axes) {
      const values = this.frequency.ticks(axis.clientHeight, 1.9 * em);
      const unit = (hz) => (hz !== values.at(-1) ? "" : kilo ? " kHz" : " Hz");
      const text = (hz) => `${+(kilo ? hz / 1000 : hz).toPrecision(4)}${unit(hz)}`;
      axis.replaceChildren(...values.map((hz) => label(text(hz), "bottom", this.frequency.share(hz))));
    }
    const moments = ticks(start + this.time.low, start + this.time.high, this.stage.clientWidth, 5 * em);
    this.times.replaceChildren(...moments.map((s) => label(`${s} s`, "left", this.time.share(s - start))));
    const levels = ticks(low, high, this.stage.clientHeight, 4 * em);
    const decibels = (db) => minus(db === levels.at(-1) ? `${db} dB` : `${db}`);
    this.decibelAxis.replaceChildren(...levels.map((db) => label(decibels(db), "bottom", (db - low) / (high - low))));
    const image = new ImageData(1, 256);
    new Uint32Array(image.data.buffer).set(TABLES[this.#look.map].toReversed());
    this.bar.getContext("2d").putImageData(image, 0, 0);
    this.setRegion(this.#region);
    this.#place(this.playhead, this.#position);
    this.#view = null;
    this.draw();
  }

  #moment(event, node = this.stage) {
    const box = node.getBoundingClientRect();
    return this.time.value(clamp((event.clientX - box.left) / box.width, 0, 1));
  }

  #listen() {
    const { stage, times, left, playhead, handles } = this;
    let drawn = null; // where a loop region was begun
    const begin = (event, node) => {
      node.setPointerCapture(event.pointerId);
      drawn = this.#moment(event, node);
    };
    const draw = (event, node) => {
      const now = this.#moment(event, node);
      if (Math.abs(this.time.share(now) - this.time.share(drawn)) * node.clientWidth < 4) return;
      this.#on.select([Math.min(drawn, now), Math.max(drawn, now)]);
    };
    stage.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.#facts || event.target.closest("button, [role=alert], .auralise-handle")) return;
      this.#point(event);
      if (event.shiftKey) return begin(event, stage);
      stage.setPointerCapture(event.pointerId);
      this.#on.seek(this.#moment(event));
    });
    stage.addEventListener("pointermove", (event) => {
      if (!this.#facts) return;
      this.#point(event);
      if (!stage.hasPointerCapture(event.pointerId)) return;
      if (drawn === null) this.#on.seek(this.#moment(event));
      else draw(event, stage);
    });
    times.addEventListener("pointerdown", (event) => this.#facts && event.button === 0 && begin(event, times));
    times.addEventListener("pointermove", (event) => times.hasPointerCapture(event.pointerId) && draw(event, times));
    times.addEventListener("dblclick", () => this.#on.select(null));
    for (const node of [stage, times]) node.addEventListener("lostpointercapture", () => (drawn = null));
    for (const over of ["pointerleave", "pointercancel"]) {
      stage.addEventListener(over, () => delete this.root.dataset.pointed);
    }
    handles.forEach((handle, i) => {
      const move = (to) => {
        if (!this.#region) return; // pulled out to the whole, it is none
        const [start, end] = this.#region;
        this.#on.select(i ? [start, Math.max(to, start + SHORTEST_REGION)] : [Math.min(to, end - SHORTEST_REGION), end]);
      };
      handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
      handle.addEventListener("pointermove", (event) => handle.hasPointerCapture(event.pointerId) && move(this.#moment(event)));
      this.#keys(handle, () => this.#region[i], move);
    });
    this.#keys(playhead, () => this.#position, (to) => this.#on.seek(Math.max(0, to)));
    const wheel = (axis, node) => (event) => {
      if (!this.#facts) return;
      const box = node.getBoundingClientRect();
      const across = axis === "time";
      const share = across ? (event.clientX - box.left) / box.width : 1 - ((event.clientY - box.top) % (box.height / this.rows.length)) / (box.height / this.rows.length);
      const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
      if (event.ctrlKey || event.metaKey) this[axis].zoom(1.003 ** clamp(event.deltaY, -100, 100), clamp(share, 0, 1));
      else if (across && this.time.zoomed && Math.abs(sideways) > 0) this.time.pan(sideways / box.width);
      else return; // the page scrolls
      event.preventDefault();
      this.queueLayout();
    };
    stage.addEventListener("wheel", wheel("time", stage), { passive: false });
    left.addEventListener("wheel", wheel("frequency", left), { passive: false });
  }

  /** Arrow keys of a slider on the time axis: a hundredth of what is in sight, a tenth by page. */
  #keys(node, now, move) {
    node.addEventListener("keydown", (event) => {
      if (event.shiftKey || !this.#facts) return;
      const seen = this.time.high - this.time.low;
      const step = seen / 40;
      const steps = { ArrowRight: step, ArrowUp: step, ArrowLeft: -step, ArrowDown: -step, PageUp: seen / 4, PageDown: -seen / 4 };
      const to = { Home: 0, End: this.#facts.duration }[event.key] ?? now() + steps[event.key];
      if (Number.isNaN(to)) return;
      event.preventDefault();
      move(clamp(to, 0, this.#facts.duration));
    });
  }

  /** Crosshair and readouts at the pointer: the same time and frequency in all pictures. */
  #point(event) {
    const { start } = this.#facts;
    const { rows } = this;
    const under = rows.findLast(({ root }) => event.clientY >= root.getBoundingClientRect().top) ?? rows[0];
    const box = under.root.getBoundingClientRect();
    const height = 1 - clamp((event.clientY - box.top) / box.height, 0, 1);
    const [time, hz] = [this.#moment(event), this.frequency.value(height)];
    const [low, high] = this.#look.range;
    this.cross.style.left = `${100 * this.time.share(time)}%`;
    const note = nearestNote(hz);
    for (const one of rows) {
      const found = one.decibels(time, hz);
      const level = found ? `, ${found.value ? "" : "\u2264 "}${minus(found.db.toFixed(1))} dB` : "";
      one.readout.textContent = `${(start + time).toFixed(2)} s, ${hertz(hz)}${note && ` (${note})`}${level}`;
      one.level.style.bottom = `${100 * height}%`;
      if (one === under) this.mark.style.bottom = `${found ? 100 * clamp((found.db - low) / (high - low), 0, 1) : 0}%`;
    }
    this.root.dataset.pointed = "";
  }
}
