/**
 * The store of a live widget: its model's traits, the feature that Python answered last, and the
 * banks of up to two layers, each fetched once. A move within a banked layer is answered here.
 */

const BANKS = 2;
const CHUNK = 2 ** 20; // bytes; Jupyter's websocket takes 10 MB at once

/** Call back when the next frame is painted; soon even if none is, as in a tab out of sight. */
function afterPaint(callback) {
  let called = false;
  const once = () => called || ((called = true), callback());
  requestAnimationFrame(() => setTimeout(once));
  setTimeout(once, 100);
}

class LiveStore {
  #model;
  #listeners = new Map();
  #banks = new Map();
  #current = null;
  #progress = null;
  #asking = false;
  #wanted = false; // a panel is in sight: its layer's bank is worth computing
  #bankAsked = "";
  #unwatch = [];
  #arrivals = new Map(); // uploads: what to call when a piece was taken
  #attributes = new Map(); // by layer, once the panel asked for them
  #following = null; // how far that is
  #attributesAsked = false;

  constructor(model) {
    this.#model = model;
    const watch = (name, callback) => {
      model.on(name, callback);
      this.#unwatch.push(() => model.off(name, callback));
    };
    watch("msg:custom", (told, buffers) => this.#receive(told, buffers ?? []));
    let due = false;
    const later = () => {
      if (due) return;
      due = true;
      queueMicrotask(() => ((due = false), this.#look()));
    };
    for (const name of [...ASKED, "shown", "facts"]) watch(`change:${name}`, later);
    watch("change:source", () => this.#emit("sources"));
    watch("comm_live_update", () => this.#lost());
    this.#look();
  }

  get(name) {
    return this.#model.get(name);
  }

  set(name, value) {
    this.#model.set(name, value);
    this.#save();
  }

  on(name, callback) {
    if (["current", "sources", "bank", "progress", "attributes"].includes(name)) {
      const heard = this.#listeners.get(name) ?? new Set();
      this.#listeners.set(name, heard.add(callback));
      return () => heard.delete(callback);
    }
    this.#model.on(`change:${name}`, callback);
    return () => this.#model.off(`change:${name}`, callback);
  }

  current() {
    return this.#current;
  }

  /** The features on either side, if they are here: they may be wanted next. */
  near() {
    const { takes, count } = this.#banks.get(this.#key()) ?? {};
    const feature = this.get("feature");
    return takes ? [feature + 1, feature - 1].filter((k) => k >= 0 && k < count).map((k) => takes.map((take) => take(k))) : [];
  }

  sources() {
    return this.#split(this.get("source"));
  }

  bank() {
    return this.#banks.get(this.#key()) ?? null;
  }

  progress() {
    return this.#progress?.key === this.#key() ? this.#progress.share : null;
  }

  /** A panel came into sight: from now on the layer that is looked at is fetched whole. `again`: even if it was stopped. */
  wantBank(again = false) {
    this.#wanted = true;
    if (again && !this.#progress) this.#bankAsked = "";
    this.#askBank();
  }

  cancel() {
    this.#send({ kind: "cancel" });
    this.#progress = null;
    this.#emit("progress");
  }

  /** How the features of the layer follow attributes of the music, if that has come; see Heat. */
  attributes() {
    return this.#attributes.get(this.get("layer")) ?? null;
  }

  /** How far the attributes are: {share, words}, or null when nothing is computed. */
  attributesProgress() {
    return this.#following;
  }

  /** Ask for the attributes of all layers, once; `again`: even if that was stopped. */
  wantAttributes(again = false) {
    if (!this.get("facts")?.attributes || (this.#attributesAsked && !again)) return;
    this.#attributesAsked = true;
    this.#send({ kind: "attributes" });
  }

  stopAttributes() {
    this.#send({ kind: "attributes-stop" });
  }

  /** Send a sound file in pieces, each when the one before was taken. */
  async upload(file, progress) {
    const id = `${Date.now()}-${Math.random()}`;
    for (let at = 0; at < Math.max(file.size, 1); at += CHUNK) {
      progress(at / Math.max(file.size, 1));
      const piece = new Uint8Array(await file.slice(at, at + CHUNK).arrayBuffer());
      const taken = new Promise((resolve) => this.#arrivals.set(id, resolve));
      this.#send({ kind: "upload", id, name: file.name, size: file.size, at }, [piece.buffer]);
      await taken;
      if (this.get("error")) return;
    }
  }

  close() {
    this.#unwatch.forEach((undo) => undo());
    this.#banks.clear();
    this.#attributes.clear();
  }

  #due = false;
  #save() {
    if (this.#due) return;
    this.#due = true;
    afterPaint(() => ((this.#due = false), this.#model.save_changes())); // it takes 5 ms, and the picture comes first
  }

  #send(content, buffers) {
    this.#model.send(content, undefined, buffers);
  }

  #emit(name) {
    for (const callback of this.#listeners.get(name) ?? []) callback();
  }

  get #edition() {
    return this.get("facts")?.edition ?? 0;
  }

  #key(told = null) {
    const named = told ?? { edition: this.#edition, ...askedOf(this) };
    return [named.edition, named.layer, named.rule, named.resynthesis, named.position].join("/");
  }

  #split(value) {
    const { bins, frames, takes } = this.get("facts");
    const bytes = bytesOf(value);
    const each = bytes.byteLength / takes.length;
    const pixels = bins * frames;
    return takes.map((_, i) => ({ pixels: bytes.subarray(i * each, i * each + pixels), sound: bytes.subarray(i * each + pixels, (i + 1) * each) }));
  }

  /** Show what is asked for: from a bank, or from Python's last answer, or ask. */
  #look() {
    const { takes, layers } = this.get("facts") ?? {};
    if (!layers?.length) return;
    const asked = askedOf(this);
    if (!(asked.feature >= 0 && asked.feature < layers[asked.layer - 1]?.features)) return; // Python takes it back
    const there = this.#current?.edition === this.#edition && ASKED.every((name) => this.#current[name] === asked[name]);
    const bank = this.#banks.get(this.#key());
    const shown = this.get("shown");
    if (bank) {
      this.#banks.delete(this.#key());
      this.#banks.set(this.#key(), bank); // the latest stands last
      if (!there) {
        this.#current = { ...asked, edition: this.#edition, takes: bank.takes.map((take) => take(asked.feature)) };
        this.#emit("current");
      }
      this.#askBank();
    } else if (shown?.edition === this.#edition && ASKED.every((name) => shown[name] === asked[name])) {
      if (!there) {
        const parts = this.#split(this.get("answer"));
        this.#current = { ...asked, edition: this.#edition, takes: takes.map((_, i) => ({ ...parts[i], shown: shown.takes[i] })) };
        this.#emit("current");
      }
      this.#askBank();
    } else if (!this.#asking) {
      this.#asking = true; // one at a time: when it is answered, the latest wish is looked at
      this.#send({ kind: "ask", edition: this.#edition, ...asked });
    }
  }

  #askBank() {
    const key = this.#key();
    const bank = this.#banks.get(key);
    const what = bank ? "control" : "bank";
    if (!this.#wanted || bank?.control != null || this.#bankAsked === what + key) return;
    this.#bankAsked = what + key;
    const { layer, rule, resynthesis, position } = askedOf(this);
    this.#send({ kind: what, edition: this.#edition, layer, rule, resynthesis, position });
  }

  #receive(told, buffers) {
    if (told.kind === "done") {
      for (const resolve of this.#arrivals.values()) resolve();
      this.#arrivals.clear();
      if (told.what !== "ask") return;
      this.#asking = false;
      if (!this.get("error")) queueMicrotask(() => this.#look());
    } else if (told.kind === "progress") {
      this.#progress = { key: this.#key(told), share: told.done / told.of };
      this.#emit("progress");
    } else if (told.kind === "bank") this.#keep(told, buffers);
    else if (told.kind === "control") {
      const bank = this.#banks.get(this.#key(told));
      if (bank) Object.assign(bank, { control: told.takes[0], survey: told.surveys?.[0] ?? bank.survey });
      this.#emit("bank");
    } else if (told.kind?.startsWith("attributes")) this.#keepAttributes(told, buffers);
  }

  #keepAttributes({ kind, layer, share, words, ...told }, buffers) {
    if (kind === "attributes-progress") this.#following = share === null ? null : { share, words };
    else if (kind === "attributes-control") Object.assign(this.#attributes.get(layer) ?? {}, told);
    else this.#attributes.set(layer, { ...told, values: new Float32Array(bytesOf(buffers[0]).slice().buffer) });
    this.#emit("attributes");
  }

  #keep(told, buffers) {
    if (told.edition !== this.#edition) return;
    const key = this.#key(told);
    const takes = told.takes.map(({ shown }, i) => {
      const [pixels, sounds] = [bytesOf(buffers[2 * i]), bytesOf(buffers[2 * i + 1])];
      const [wide, long] = [pixels.byteLength / shown.length, sounds.byteLength / shown.length];
      return (k) => ({ pixels: pixels.subarray(k * wide, (k + 1) * wide), sound: sounds.subarray(k * long, (k + 1) * long), shown: shown[k] });
    });
    const old = [...this.#banks.keys()].filter((one) => !one.startsWith(`${this.#edition}/`));
    for (const one of old) this.#banks.delete(one);
    this.#banks.delete(key);
    this.#banks.set(key, { takes, count: told.takes[0].shown.length, survey: told.takes[0].survey, control: null, picture: (k) => takes[0](k).pixels });
    while (this.#banks.size > BANKS) this.#banks.delete(this.#banks.keys().next().value);
    this.#progress = null;
    this.#bankAsked = `control${key}`; // it comes of itself
    this.#emit("progress");
    this.#emit("bank");
  }

  /** The kernel is gone or new: what is here still plays, and nothing new comes. */
  #lost() {
    this.#asking = false;
    this.#following = null;
    this.#attributesAsked = false;
    this.#emit("attributes");
    this.#model.set("status", "Python is not there: run the cell again. What is loaded still plays.");
  }
}

export { mount };

/**
 * anywidget calls this once for each model. Its hooks get objects of their own for one and the same
 * model, so only what they close over is shared: one store, whatever views come and go.
 */
export default () => {
  let store;
  return {
    initialize({ model }) {
      store = new LiveStore(model);
      return () => store.close();
    },
    render: ({ el }) => mount(el, store),
  };
};
