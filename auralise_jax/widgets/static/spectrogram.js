/**
 * Spectrograms: levels come as uint8, rows of frequency; what is seen of them, where and in which
 * colours is decided here, so that no zoom and no colour map asks Python anything.
 */

const BACKGROUND = "#000004";

/** For every pixel row of a picture `height` px high: which bins make it up, and how much the upper one counts. */
function rowMap(height, axis, bins, binsPerHertz) {
  const rows = [];
  for (let y = 0; y < height; y++) {
    const [below, above] = [y + 1, y].map((edge) => axis.value(1 - edge / height) * binsPerHertz);
    const middle = axis.value(1 - (y + 0.5) / height) * binsPerHertz;
    if (above - below > 2) {
      rows.push([clamp(Math.ceil(below), 0, bins - 1), clamp(Math.floor(above), 0, bins - 1), -1]); // many bins: their mean
    } else {
      const bin = clamp(Math.floor(middle), 0, bins - 1);
      rows.push([bin, Math.min(bin + 1, bins - 1), clamp(middle - bin, 0, 1)]);
    }
  }
  return rows;
}

/** Paint frames [first, last] of `levels` (bins x frames, row 0 = DC) through `rows` in `colours`. */
function paintLevels(out, levels, frames, first, last, rows, colours) {
  const width = last - first + 1;
  for (let y = 0, at = 0; y < rows.length; y++) {
    const [low, high, share] = rows[y];
    const below = low * frames + first;
    const above = high * frames + first;
    if (share < 0) {
      const count = high - low + 1;
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let bin = 0, place = below + x; bin < count; bin++, place += frames) sum += levels[place];
        out[at++] = colours[(sum / count + 0.5) | 0];
      }
    } else if (share === 0) {
      for (let x = 0; x < width; x++) out[at++] = colours[levels[below + x]];
    } else {
      for (let x = 0; x < width; x++) {
        out[at++] = colours[(levels[below + x] * (1 - share) + levels[above + x] * share + 0.5) | 0];
      }
    }
  }
}

/** One spectrogram: its levels, and what is written on it. */
class Spectrogram {
  constructor(deck) {
    this.canvas = make("canvas", "auralise-canvas", { role: "img" });
    this.bitmap = document.createElement("canvas");
    this.levels = null;
    this.name = make("span", "auralise-name");
    this.remark = make("span", "auralise-remark");
    this.readout = make("span", "auralise-readout");
    this.level = make("i", "auralise-cross auralise-cross-level");
    const caption = make("p", "auralise-caption", {}, make("b", "", {}, deck.toUpperCase()), this.name, icon("volume"));
    this.root = make("div", "auralise-picture", {}, this.canvas, this.level, caption, this.remark, this.readout);
    this.root.dataset.deck = deck;
  }

  /** New levels; anything of another size leaves the picture empty. */
  show(pixels, facts) {
    const { bins, frames } = facts;
    this.facts = facts;
    this.levels = pixels?.byteLength === bins * frames && frames > 0 ? pixels : null;
  }

  /** Paint what is in sight at the screen's own resolution. Frames and bins are centred on their time and frequency. */
  draw({ time, frequency, colours, rows, sizes }) {
    const { canvas, facts, bitmap } = this;
    if (!sizes.has(canvas)) sizes.set(canvas, canvasSize(canvas)); // to read them lays out the whole document
    const [width, height] = sizes.get(canvas);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const brush = canvas.getContext("2d", { alpha: false });
    if (!this.levels) {
      brush.fillStyle = BACKGROUND;
      brush.fillRect(0, 0, width, height);
      return;
    }
    const { bins, frames, sample_rate, n_fft, hop_length } = facts;
    const table = rows.get(height) ?? rowMap(height, frequency, bins, n_fft / sample_rate);
    rows.set(height, table);
    const perSecond = sample_rate / hop_length;
    const first = clamp(Math.floor(time.low * perSecond) - 1, 0, frames - 1);
    const last = clamp(Math.ceil(time.high * perSecond) + 1, first, frames - 1);
    const image = new ImageData(last - first + 1, height);
    paintLevels(new Uint32Array(image.data.buffer), this.levels, frames, first, last, table, colours);
    if (bitmap.width !== image.width) bitmap.width = image.width;
    if (bitmap.height !== height) bitmap.height = height;
    bitmap.getContext("2d").putImageData(image, 0, 0);
    brush.imageSmoothingQuality = "high";
    const left = time.low * perSecond + 0.5 - first;
    const across = (time.high - time.low) * perSecond;
    // Past the last frame there is nothing: its edge goes on to the end.
    const inside = Math.min(across, image.width - left);
    brush.drawImage(bitmap, left, 0, inside, height, 0, 0, (width * inside) / across, height);
    if (inside < across) {
      const from = Math.floor((width * inside) / across);
      brush.drawImage(bitmap, image.width - 1, 0, 1, height, from, 0, width - from, height);
    }
  }

  /** Level at a time (s from the start) and a frequency, dB; null where nothing is known. */
  decibels(time, hz) {
    if (!this.levels) return null;
    const { bins, frames, sample_rate, hop_length, n_fft, db_range } = this.facts;
    const frame = clamp(Math.round((time * sample_rate) / hop_length), 0, frames - 1);
    const bin = clamp(Math.round((hz * n_fft) / sample_rate), 0, bins - 1);
    const value = this.levels[bin * frames + frame];
    return { value, db: db_range[0] + (value / 255) * (db_range[1] - db_range[0]) };
  }
}

function canvasSize(canvas) {
  const ratio = globalThis.devicePixelRatio || 1;
  return [canvas.clientWidth, canvas.clientHeight].map((side) => Math.max(1, Math.round(side * ratio)));
}
