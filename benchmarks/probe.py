"""What runs in the page: it times from a key's own time stamp to what is painted and played.

Painted means: an animation frame saw it, and that frame's own painting is over; then the canvas
(or image) is read and compared with the picture before. Played means: the new sound lies on the
deck and is about to be crossfaded to; for an ``<audio>``, that it can play. Heard means: the
waveform at the end of the audio graph is the new sound's.
"""

from __future__ import annotations

PROBE = """
() => {
  const now = () => performance.now();
  const place = (at) => document.querySelector(at);
  const panel = (at) => place(at)?.querySelector(".auralise");
  const late = (what) => (_, no) => setTimeout(() => no(Error(`${what}: nothing came`)), 60000);
  const soon = (what, promise) => Promise.race([promise, new Promise(late(what))]);
  const pause = (ms) => new Promise((go) => setTimeout(go, ms));

  /* The key: its own time stamp, so that a wait in the browser's queue counts */
  let key = null;
  let move = null;
  const pressed = (event) => event.key !== "Shift" && (key ??= event.timeStamp);
  addEventListener("keydown", pressed, true);

  /* Paint: the first task after a frame's callback runs when that frame is painted */
  const urgent = { priority: "user-blocking" };
  const painted = () => scheduler.postTask(() => move?.painted(), urgent);
  const frame = (ready) => requestAnimationFrame(() => (ready() ? painted() : frame(ready)));
  const brush = new OffscreenCanvas(96, 48).getContext("2d", { willReadFrequently: true });
  const look = (picture) => {
    brush.clearRect(0, 0, 96, 48);
    if (picture) brush.drawImage(picture, 0, 0, 96, 48);
    return brush.getImageData(0, 0, 96, 48).data.join();
  };

  /* Sound: the player counts what it lays on a deck; an <audio> says when it can play */
  const watched = new WeakSet();
  const watch = (player) => {
    if (watched.has(player)) return;
    watched.add(player);
    let { swaps } = player;
    const laid = () => move?.sounded(player);
    Object.defineProperty(player, "swaps", {
      get: () => swaps,
      set: (value) => ((swaps = value), queueMicrotask(laid)), // counted first, then laid
    });
  };
  addEventListener("canplay", ({ target }) => move?.sounded(target), true);
  const voices = []; // what was started last on any deck, with its place in time
  const { start } = AudioBufferSourceNode.prototype;
  AudioBufferSourceNode.prototype.start = function (when, offset) {
    voices.push({ buffer: this.buffer, when, offset });
    voices.splice(0, voices.length - 4);
    return start.call(this, when, offset);
  };

  const kinds = {
    panel(at) {
      const root = panel(at);
      const { player } = root.auralise;
      watch(player);
      const before = root.dataset.feature;
      return {
        picture: () => root.querySelector("[data-deck=b] canvas"),
        ready: () => root.dataset.feature !== before,
        mine: (what) => what === player,
        playing: () => player.playing && player.context.state === "running",
        count: () => player.swaps,
      };
    },
    plain(at) {
      const image = () => place(at).querySelector("img");
      const before = image().src;
      return {
        picture: image,
        ready: () => image()?.complete && image().naturalWidth > 0 && image().src !== before,
        mine: (what) => place(at).contains(what),
        playing: () => true,
        count: () => 0,
      };
    },
  };

  /* One move; arm it, press the key, then ask for what was found */
  const arm = (at, kind) => {
    const one = kinds[kind](at);
    const [picture, count] = [look(one.picture()), one.count()];
    const found = {};
    key = null;
    const done = new Promise((yes) => {
      const both = () => "pixels" in found && "sound" in found && yes(found);
      move = {
        painted: () => {
          found.pixels ??= now() - key;
          found.changed ??= look(one.picture()) !== picture;
          both();
        },
        sounded: (what) => {
          if (key === null || !one.mine(what)) return;
          found.sound ??= now() - key;
          found.playing ??= one.playing();
          both();
        },
      };
    });
    frame(() => key !== null && one.ready());
    move.result = async (rest) => {
      await soon("move", done);
      await pause(rest);
      return { ...found, swaps: one.count() - count };
    };
  };

  /** Where in a voice's sound the clock stands, in samples. */
  const reached = ({ when, offset }, { currentTime, sampleRate }) =>
    Math.round((currentTime - when + offset) * sampleRate);

  /** How closely what is played follows a voice: the best r * r over whole blocks of the clock. */
  const SIZE = 512;
  const follows = (voice, { context, analyser }) => {
    const played = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(played);
    const tail = played.subarray(-SIZE);
    const sound = voice.buffer.getChannelData(0);
    const end = reached(voice, context);
    let best = 0;
    for (let block = -24; block <= 24; block++) {
      let [xx, yy, xy] = [0, 0, 0];
      for (let i = 0; i < SIZE; i++) {
        const x = sound[(end + 128 * block - SIZE + i + 8 * sound.length) % sound.length];
        xx += x * x;
        yy += tail[i] * tail[i];
        xy += x * tail[i];
      }
      if (yy > 1e-9 && xy > 0) best = Math.max(best, xy ** 2 / (xx * yy));
    }
    return best;
  };

  /** Whether a voice is silent some time in the next quarter of a second. */
  const pauses = (voice, { context }) => {
    const sound = voice.buffer.getChannelData(0);
    const from = reached(voice, context);
    for (let at = from; at < from + context.sampleRate / 4; at += SIZE) {
      let loudest = 0;
      for (let i = at; i < at + SIZE; i++) {
        loudest = Math.max(loudest, Math.abs(sound[(i + sound.length) % sound.length]));
      }
      if (loudest < 1e-3) return true;
    }
    return false;
  };

  /** ms from the key until the waveform is the new sound's; null where that cannot be told. */
  const heard = async (at) => {
    const { player } = panel(at).auralise;
    const old = voices.at(-1);
    while (voices.at(-1) === old) await pause(0);
    const unclear = pauses(voices.at(-1), player) || pauses(old, player);
    for (const limit = now() + 1000; now() < limit; await pause(0)) {
      if (follows(voices.at(-1), player) < 0.99) continue;
      const found = now() - key + 1000 * (player.context.outputLatency || 0);
      return unclear || follows(old, player) > 0.9 ? null : found;
    }
    return unclear ? null : Infinity;
  };

  const bank = (at) => {
    const { store } = panel(at).auralise;
    const before = store.get("layer");
    key = null;
    return soon("bank", new Promise((yes) => {
      const undo = store.on("bank", () => {
        if (key === null || store.get("layer") === before || !store.bank()) return;
        yes(now() - key);
        undo();
      });
    }));
  };

  /** Features are muted or brought back: when the class bars are painted, and the picture. */
  const changed = async (...looks) => {
    const found = {};
    const before = looks.map(([, look]) => look());
    key = null;
    await new Promise((yes) => {
      const frame = () => requestAnimationFrame(() => {
        for (const [i, [name, look]] of looks.entries()) {
          if (key === null || name in found || look() === before[i]) continue;
          found[name] = 0; // seen in this frame, painted when its first task runs
          scheduler.postTask(() => {
            found[name] = now() - key;
            if (Object.values(found).filter(Boolean).length === looks.length) yes();
          }, urgent);
        }
        if (Object.keys(found).length < looks.length) frame();
      });
      frame();
    });
    return found;
  };
  const widths = (at) => {
    const bars = panel(at).querySelectorAll(".auralise-classes i");
    return [...bars].map((bar) => bar.style.width).join();
  };
  const muted = (at) => changed(["classes", () => widths(at)]);
  const above = (at) =>
    changed(["classes", () => widths(at)], ["picture", () => panel(at).dataset.revision]);

  /** A cell is run: when the panel is there, and when, Play clicked at once, it sounds. */
  const first = async (at) => {
    key = null;
    const there = () => panel(at)?.dataset.feature && panel(at).querySelector(".auralise-play");
    while (!there()) await pause(0);
    const { player } = panel(at).auralise;
    const shown = now() - key;
    there().click();
    const samples = new Float32Array(player.analyser.fftSize);
    do {
      await pause(0);
      player.analyser.getFloatTimeDomainData(samples);
    } while (!samples.some((x) => x !== 0));
    return { shown, sound: now() - key };
  };

  /* A promise is kept until it is asked for: the key comes in between */
  const kept = {};
  const jobs = { heard, bank, first, muted, above };
  globalThis.probe = {
    arm,
    result: (rest) => move.result(rest),
    begin: (what, at) => ((key = null), void (kept[what] = soon(what, jobs[what](at)))),
    end: (what) => kept[what],
  };
}
"""
