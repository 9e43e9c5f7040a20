/** Callbacks by the name of what they wait for. */

export class Listeners {
  /** @type {Map<string, Set<() => void>>} */
  #all = new Map();

  /**
   * @param {string} name
   * @param {() => void} callback
   * @returns {() => void} takes it away again
   */
  add(name, callback) {
    const some = this.#all.get(name) ?? new Set();
    this.#all.set(name, some.add(callback));
    return () => some.delete(callback);
  }

  /** @param {string} name */
  emit(name) {
    for (const callback of [...(this.#all.get(name) ?? [])]) callback();
  }
}

/**
 * A function that runs once, soon, however often it is called until then.
 * @param {() => void} react
 * @param {(run: () => void) => void} when
 */
export function once(react, when = queueMicrotask) {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    when(() => {
      due = false;
      react();
    });
  };
}

/**
 * Call back when the next frame is painted; soon even if none is, as in a tab out of sight.
 * @param {() => void} callback
 */
export function afterPaint(callback) {
  let called = false;
  const call = () => {
    if (!called) callback();
    called = true;
  };
  requestAnimationFrame(() => setTimeout(call));
  setTimeout(call, 100);
}
