/**
 * Pictures: two spectrograms, A above B, that share a time axis, a playhead,
 * a crosshair and a colour bar. Levels come as uint8; their colours are made here.
 */

/** matplotlib's magma at every 16th of its range. */
const MAGMA =
  "000004 0a0822 1d1147 36106b 51127c 6a1c81 832681 9c2e7f b73779 cf4070 e55064 f4695c fb8761 fea571 fec287 fde0a1 fcfdbf";

/** 256 colours (ABGR words, as canvas memory wants them) between evenly spaced anchors. */
function colourTable(anchors) {
  const rgb = anchors.split(" ").map((hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16)));
  return Uint32Array.from({ length: 256 }, (_, v) => {
    const x = (v / 255) * (rgb.length - 1);
    const i = Math.min(Math.floor(x), rgb.length - 2);
    const [r, g, b] = rgb[i].map((low, c) => Math.round(low + (rgb[i + 1][c] - low) * (x - i)));
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
}

const COLOURS = colourTable(MAGMA);

/** Make an element: class names, then properties or attributes, then children. Text only ever becomes text. */
function make(tag, className = "", attributes = {}, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const [name, value] of Object.entries(attributes)) {
    if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Icons on a 24 x 24 grid, as paths. */
const ICONS = {
  play: "M8 5.2v13.6a.9.9 0 0 0 1.4.8l10.3-6.8a.9.9 0 0 0 0-1.6L9.4 4.4A.9.9 0 0 0 8 5.2z",
  pause: "M7 5h3.4v14H7zM13.6 5H17v14h-3.4z",
  loop: "M7 7h9.5V4.2L21 8.2l-4.5 4V9.4H9.2A3.2 3.2 0 0 0 6 12.6v.4H3.6v-.6A5.4 5.4 0 0 1 9 7zm10 10H7.5v2.8L3 15.8l4.5-4v2.8h7.3a3.2 3.2 0 0 0 3.2-3.2V11h2.4v.6A5.4 5.4 0 0 1 15 17z",
  volume: "M4 9.4v5.2h3.4l4.8 4V5.4l-4.8 4zM15 8.6a4.6 4.6 0 0 1 0 6.8l1.2 1.4a6.5 6.5 0 0 0 0-9.6z",
};

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const minus = (text) => text.replace("-", "\u2212");
const hertz = (hz) => (hz < 1000 ? `${Math.round(hz)} Hz` : `${(hz / 1000).toFixed(2)} kHz`);

/** Round numbers in [low, high], at least `gap` px apart on an axis `length` px long. */
function ticks(low, high, length, gap) {
  const least = ((high - low) * gap) / Math.max(length, 1);
  const decade = 10 ** Math.floor(Math.log10(least || 1));
  const step = [1, 2, 5, 10].map((m) => m * decade).find((s) => s >= least * 0.999) ?? high - low;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, i) => +((first + i) * step).toPrecision(9));
}

/** One spectrogram: its levels, their bitmap, and what is written on it. */
class Spectrogram {
  constructor(letter) {
    this.canvas = make("canvas", "auralise-canvas", { role: "img" });
    this.bitmap = document.createElement("canvas");
    this.levels = null;
    this.name = make("span", "auralise-name");
    this.remark = make("span", "auralise-remark");
    this.readout = make("span", "auralise-readout");
    this.level = make("i", "auralise-cross auralise-cross-level");
    const caption = make("p", "auralise-caption", {}, make("b", "", {}, letter), this.name, icon("volume"));
    this.root = make("div", "auralise-picture", {}, this.canvas, this.level, caption, this.remark, this.readout);
    this.root.dataset.deck = letter.toLowerCase();
  }

  /** New levels (bins x frames, row 0 = DC); anything of another size leaves the picture empty. */
  show(pixels, facts) {
    const { bins, frames } = facts;
    this.facts = facts;
    this.levels = pixels.byteLength === bins * frames && frames > 0 ? pixels : null;
    if (this.levels) {
      if (this.bitmap.width !== frames) this.bitmap.width = frames;
      if (this.bitmap.height !== bins) this.bitmap.height = bins;
      const image = new ImageData(frames, bins);
      const out = new Uint32Array(image.data.buffer);
      for (let bin = 0, at = 0; bin < bins; bin++) {
        const row = (bins - 1 - bin) * frames; // low frequencies at the bottom
        for (let frame = 0; frame < frames; frame++) out[row + frame] = COLOURS[pixels[at++]];
      }
      this.bitmap.getContext("2d").putImageData(image, 0, 0);
    }
    this.draw();
  }

  /** Paint the bitmap at the screen's own resolution. Frames and bins are centred on their time and frequency. */
  draw() {
    const { canvas, facts } = this;
    const ratio = globalThis.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((s) => Math.max(1, Math.round(s * ratio)));
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const brush = canvas.getContext("2d", { alpha: false });
    brush.fillStyle = "#000004";
    brush.fillRect(0, 0, width, height);
    if (!this.levels) return;
    const across = (facts.duration * facts.sample_rate) / facts.hop_length;
    const up = facts.n_fft / 2;
    brush.imageSmoothingQuality = "high";
    brush.drawImage(this.bitmap, 0.5, facts.bins - 0.5 - up, across, up, 0, 0, width, height);
  }

  /** Level at a time (s from the start) and a frequency, dB; null where nothing is known. */
  decibels(time, hz) {
    if (!this.levels) return null;
    const { bins, frames, sample_rate, hop_length, n_fft, db_range } = this.facts;
    const frame = Math.min(Math.round((time * sample_rate) / hop_length), frames - 1);
    const bin = Math.min(Math.round((hz * n_fft) / sample_rate), bins - 1);
    const value = this.levels[bin * frames + frame];
    return { value, db: db_range[0] + (value / 255) * (db_range[1] - db_range[0]) };
  }
}

/** The drawing with both spectrograms and everything they share. `seek(seconds)` hears clicks and drags. */
class Figure {
  #watch = new ResizeObserver(() => this.#layout());
  #facts = null;

  constructor(seek) {
    this.a = new Spectrogram("A");
    this.b = new Spectrogram("B");
    this.playhead = make("div", "auralise-playhead", { role: "slider", "aria-label": "Position", tabindex: "0" });
    this.cross = make("i", "auralise-cross auralise-cross-time");
    this.stage = make("div", "auralise-stage", {}, this.a.root, this.b.root, this.cross, this.playhead);
    this.frequencies = [0, 1].map(() => make("div", "auralise-axis auralise-axis-frequency", { "aria-hidden": "true" }));
    this.times = make("div", "auralise-axis auralise-axis-time", { "aria-hidden": "true" });
    this.mark = make("i", "auralise-bar-mark");
    this.decibelAxis = make("div", "auralise-axis auralise-axis-level", { "aria-hidden": "true" });
    const left = make("div", "auralise-left", {}, ...this.frequencies);
    const bar = make("div", "auralise-bar", { title: "level in dB, relative to the peak of A" }, colourBar(), this.mark);
    this.root = make("div", "auralise-figure", {}, left, this.stage, bar, this.decibelAxis, this.times);
    this.#listen(seek);
    this.#watch.observe(this.stage);
  }

  setFacts(facts) {
    this.#facts = facts;
    const range = `${facts.duration.toFixed(1)} s, 0 to ${hertz(facts.sample_rate / 2)}`;
    this.a.canvas.setAttribute("aria-label", `Spectrogram A, source, ${range}`);
    this.b.canvas.setAttribute("aria-label", `Spectrogram B, feature, ${range}`);
    this.playhead.setAttribute("aria-valuemin", "0");
    this.playhead.setAttribute("aria-valuemax", facts.duration.toFixed(2));
    this.#layout();
  }

  setPosition(seconds) {
    const { duration, start } = this.#facts;
    this.playhead.style.left = `${duration ? (100 * seconds) / duration : 0}%`;
    this.playhead.setAttribute("aria-valuenow", seconds.toFixed(1));
    this.playhead.setAttribute("aria-valuetext", `${(start + seconds).toFixed(1)} s`);
  }

  close() {
    this.#watch.disconnect();
  }

  /** Axes and canvases anew for the size they have now. */
  #layout() {
    if (!this.#facts) return;
    const { start, duration, sample_rate, db_range } = this.#facts;
    const em = parseFloat(getComputedStyle(this.root).fontSize);
    const label = (axis, place) => (value) => {
      const tick = make("span", "", {}, axis(value));
      place(tick, value);
      return tick;
    };
    const top = sample_rate / 2;
    const kilo = top >= 2000;
    for (const axis of this.frequencies) {
      const values = ticks(0, top, this.a.canvas.clientHeight, 1.9 * em);
      const text = (hz) => `${kilo ? hz / 1000 : hz}${hz !== values.at(-1) ? "" : kilo ? " kHz" : " Hz"}`;
      axis.replaceChildren(...values.map(label(text, (tick, hz) => (tick.style.bottom = `${(100 * hz) / top}%`))));
    }
    const moments = ticks(start, start + duration, this.stage.clientWidth, 5 * em);
    this.times.replaceChildren(
      ...moments.map(label((s) => `${s} s`, (tick, s) => (tick.style.left = `${(100 * (s - start)) / duration}%`))),
    );
    const [low, high] = db_range;
    const levels = ticks(low, high, this.stage.clientHeight, 4 * em);
    this.decibelAxis.replaceChildren(
      ...levels.map(
        label(
          (db) => minus(db === high ? `${db} dB` : `${db}`),
          (tick, db) => (tick.style.bottom = `${(100 * (db - low)) / (high - low)}%`),
        ),
      ),
    );
    this.a.draw();
    this.b.draw();
  }

  #listen(seek) {
    const { stage } = this;
    const across = (event) => {
      const box = stage.getBoundingClientRect();
      return Math.max(0, Math.min((event.clientX - box.left) / box.width, 1)) * this.#facts.duration;
    };
    stage.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.#facts || event.target.closest("button, [role=alert]")) return;
      stage.setPointerCapture(event.pointerId);
      this.#point(event, across(event));
      seek(across(event));
    });
    stage.addEventListener("pointermove", (event) => {
      if (!this.#facts) return;
      this.#point(event, across(event));
      if (stage.hasPointerCapture(event.pointerId)) seek(across(event));
    });
    for (const over of ["pointerleave", "pointercancel"]) {
      stage.addEventListener(over, () => delete this.root.dataset.pointed);
    }
    this.playhead.addEventListener("keydown", (event) => {
      const steps = { ArrowRight: 0.1, ArrowUp: 0.1, ArrowLeft: -0.1, ArrowDown: -0.1, PageUp: 1, PageDown: -1 };
      const now = parseFloat(this.playhead.style.left || 0) * 0.01 * this.#facts.duration;
      const to = { Home: 0, End: this.#facts.duration }[event.key] ?? now + steps[event.key];
      if (event.shiftKey || Number.isNaN(to)) return;
      event.preventDefault();
      seek(Math.max(0, to));
    });
  }

  /** Crosshair and readouts at the pointer: the same time and frequency in both pictures. */
  #point(event, time) {
    const { start, sample_rate, duration } = this.#facts;
    const under = [this.b, this.a].find(({ root }) => event.clientY >= root.getBoundingClientRect().top) ?? this.a;
    const box = under.root.getBoundingClientRect();
    const height = 1 - Math.max(0, Math.min((event.clientY - box.top) / box.height, 1));
    const hz = (height * sample_rate) / 2;
    this.cross.style.left = `${(100 * time) / duration}%`;
    for (const one of [this.a, this.b]) {
      const found = one.decibels(time, hz);
      const level = found ? `, ${found.value ? "" : "\u2264 "}${minus(found.db.toFixed(0))} dB` : "";
      one.readout.textContent = `${(start + time).toFixed(2)} s, ${hertz(hz)}${level}`;
      one.level.style.bottom = `${100 * height}%`;
      if (one === under) this.mark.style.bottom = `${found ? (100 * found.value) / 255 : 0}%`;
    }
    this.root.dataset.pointed = "";
  }
}

/** The whole map on a canvas one pixel wide, loudest at the top. */
function colourBar() {
  const canvas = make("canvas", "", { width: 1, height: 256, "aria-hidden": "true" });
  const image = new ImageData(1, 256);
  new Uint32Array(image.data.buffer).set(COLOURS.toReversed());
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}
