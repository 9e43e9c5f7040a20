/** Taking along: what is heard as a WAV file, what is seen as a PNG, what is asked for as a line of code. */

/** Hand a file to the person. */
function download(blob, name) {
  const link = make("a", "", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A sound {bytes, codec, rate, scale} as a 16-bit WAV file at its own rate, `gain` on top. */
async function soundFile({ bytes, codec, rate, scale = 1 }, duration, gain = 1) {
  const context = new OfflineAudioContext(1, Math.max(1, Math.round(duration * rate)), rate);
  const { samples, scale: own } = await decodeSound(context, { bytes, codec, rate, scale });
  const factor = own * gain;
  const peak = samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0) * factor;
  const fit = peak > 1 ? factor / peak : factor;
  const pcm = Int16Array.from(samples, (x) => Math.round(clamp(x * fit, -1, 1) * 32767));
  return new Blob([wavFile(new Uint8Array(pcm.buffer), rate)], { type: "audio/wav" });
}

/** The figure as it is on the screen, with axes, captions and colour bar, on a white page. */
function pictureFile(figure, { title, captions, start }) {
  const { rows, time, frequency, look } = figure;
  const [wide, tall] = [rows[0].canvas.width, rows[0].canvas.height];
  const unit = Math.max(12, Math.round(tall / 14));
  const [left, right, top, gap] = [5 * unit, 6 * unit, 2.2 * unit, 2.3 * unit];
  const canvas = make("canvas", "", { width: wide + left + right, height: Math.round(top + rows.length * (tall + gap) + 2.5 * unit) });
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  const write = (text, x, y, align = "left", size = 1) => {
    brush.fillStyle = "#1d1b22";
    brush.font = `${size * unit}px sans-serif`;
    brush.textAlign = align;
    brush.textBaseline = "middle";
    brush.fillText(text, x, y);
  };
  write(title, left, unit, "left", 1.1);
  rows.forEach((row, i) => {
    const y = Math.round(top + gap + i * (tall + gap)); // on whole pixels, or it blurs
    write(captions[i], left, y - 0.8 * unit);
    brush.drawImage(row.canvas, left, y);
    for (const hz of frequency.ticks(tall, 2 * unit)) {
      write(`${+(hz / 1000).toPrecision(4)}`, left - 0.5 * unit, y + tall * (1 - frequency.share(hz)), "right", 0.9);
    }
    write("kHz", left - 0.5 * unit, y - 0.8 * unit, "right", 0.9);
  });
  const bottom = top + rows.length * (tall + gap);
  for (const s of ticks(start + time.low, start + time.high, wide, 6 * unit)) {
    write(`${s} s`, left + wide * time.share(s - start), bottom + unit, "center", 0.9);
  }
  const [from, to] = [top + gap, bottom];
  brush.drawImage(figure.bar, left + wide + unit, from, unit, to - from);
  const [low, high] = look.range;
  for (const db of ticks(low, high, to - from, 4 * unit)) {
    const y = to - ((to - from) * (db - low)) / (high - low);
    write(minus(`${db} dB`), left + wide + 2.4 * unit, clamp(y, from + 0.5 * unit, to - 0.5 * unit), "left", 0.9);
  }
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** The line of code that opens this view again, as it stands. */
function address(facts, { layer, feature, rule, resynthesis, position }, wall) {
  const own = facts.takes.every((take) => take.rule);
  const parts = [facts.call, `layer=${layer}`, `feature=${feature}`];
  if (!own) parts.push(`rule="${rule}"`);
  if (facts.start > 0 || facts.song) parts.push(`start=${+facts.start.toFixed(6)}`); // where there is a choice, say it
  if (resynthesis !== "phase") parts.push(`resynthesis="${resynthesis}"`);
  if (position !== "all") parts.push(`position="${position}"`);
  if (wall) parts.push("wall=True");
  return `import auralise_jax as aj; ${parts.join(", ")})`;
}
