/**
 * The store of a live widget: its model's traits, the feature that Python answered last, and the
 * banks of layers, each fetched once and kept within a budget of bytes. A move within a banked layer
 * is answered here. Every request has a name, by which it is answered.
 */

const BANK_BYTES = 128e6; // unless the facts say otherwise
const GONE = "Python is not there: run the cell again. What is loaded still plays.";
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
  #requests = new Map(); // by name: what to call with the error of the answer
  #asked = 0;
  #gone = false;
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
    return name === "status" && this.#gone ? GONE : this.#model.get(name);
  }

  set(name, value) {
    this.#model.set(name, value);
    this.#save();
  }

  on(name, callback) {
    const heard = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, heard.add(callback));
    this.#model.on(`change:${name}`, callback);
    return () => {
      heard.delete(callback);
      this.#model.off(`change:${name}`, callback);
    };
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
    this.#request({ kind: "cancel" });
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
    this.#request({ kind: "attributes" });
  }

  stopAttributes() {
    this.#request({ kind: "attributes-stop" });
  }

  /**
   * Send a sound file in pieces, each when the one before was taken. `progress(share)` is called
   * before each and says whether to go on. Returns what is wrong with the file, or nothing.
   */
  async upload(file, progress) {
    const id = this.#name();
    const { name, size } = file;
    for (let at = 0; at < Math.max(size, 1); at += CHUNK) {
      const piece = progress(at / Math.max(size, 1)) && (await file.slice(at, at + CHUNK).arrayBuffer().catch(() => null));
      const error = piece ? await this.#request({ kind: "upload", id, name, size, at }, [piece]) : "";
      if (error) return error;
      if (piece) continue;
      this.#request({ kind: "upload-cancel", id });
      return piece === null ? `${name} cannot be read any more; choose it again` : "";
    }
    return "";
  }

  close() {
    this.#answerAll("");
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

  /** How many requests have no answer yet. */
  get waiting() {
    return this.#requests.size;
  }

  /** Ask Python for something; resolves to what is wrong with it, "" if nothing, and always resolves. */
  #request(content, buffers) {
    const request = this.#name();
    const answered = new Promise((resolve) => this.#requests.set(request, resolve));
    try {
      if (this.#gone) throw GONE;
      this.#model.send({ ...content, request }, undefined, buffers);
    } catch {
      this.#answer(request, GONE);
    }
    return answered;
  }

  #name() {
    return `${Math.random().toString(36).slice(2)}-${++this.#asked}`; // two pages may share a kernel
  }

  #answer(request, error) {
    this.#requests.get(request)?.(error);
    this.#requests.delete(request);
  }

  #answerAll(error) {
    for (const request of this.#requests.keys()) this.#answer(request, error);
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
      this.#request({ kind: "ask", edition: this.#edition, ...asked }).then((error) => {
        this.#asking = false;
        if (!error) this.#look();
      });
    }
  }

  #askBank() {
    const key = this.#key();
    const bank = this.#banks.get(key);
    const what = bank ? "control" : "bank";
    if (!this.#wanted || bank?.control != null || this.#bankAsked === what + key) return;
    this.#bankAsked = what + key;
    const { layer, rule, resynthesis, position } = askedOf(this);
    this.#request({ kind: what, edition: this.#edition, layer, rule, resynthesis, position });
  }

  #receive(told, buffers) {
    if (told.kind === "done") this.#answer(told.request, told.error);
    else if (told.kind === "progress") {
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
    const key = this.#key(told);
    const takes = told.takes.map(({ shown }, i) => {
      const [pixels, sounds] = [bytesOf(buffers[2 * i]), bytesOf(buffers[2 * i + 1])];
      const [wide, long] = [pixels.byteLength / shown.length, sounds.byteLength / shown.length];
      return (k) => ({ pixels: pixels.subarray(k * wide, (k + 1) * wide), sound: sounds.subarray(k * long, (k + 1) * long), shown: shown[k] });
    });
    const bytes = buffers.reduce((sum, one) => sum + one.byteLength, 0);
    this.#banks.delete(key);
    this.#banks.set(key, { bytes, takes, count: told.takes[0].shown.length, survey: told.takes[0].survey, control: null, picture: (k) => takes[0](k).pixels });
    const most = this.get("facts")?.bank_bytes ?? BANK_BYTES;
    const kept = () => [...this.#banks.values()].reduce((sum, one) => sum + one.bytes, 0);
    while (kept() > most && this.#banks.size > 1) this.#banks.delete(this.#banks.keys().next().value); // the oldest
    this.#progress = null;
    this.#bankAsked = `control${key}`; // it comes of itself
    this.#emit("progress");
    this.#emit("bank");
  }

  /** The kernel is gone or new: what is here still plays, and nothing new comes. */
  #lost() {
    this.#gone = true;
    this.#answerAll(GONE);
    this.#asking = false;
    this.#following = null;
    this.#attributesAsked = false;
    this.#emit("attributes");
    for (const [name, value] of Object.entries(this.get("facts")?.chosen ?? {})) this.#model.set(name, value); // nothing else will come
    this.#emit("status");
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
