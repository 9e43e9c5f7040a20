/**
 * The work of a page that computes: one job at a time. A job awaits `check()` between its steps, which
 * lets messages in, lets more urgent jobs run, and ends the job if nobody wants it any more.
 */

/** Kinds of work, the most urgent first. @typedef {"ask" | "change" | "ahead" | "bank" | "control" | "effects" | "song"} Lane */
/** @typedef {() => Promise<void>} Check */
/** @typedef {(check: Check) => unknown} Job */
/** @typedef {{run: (lane: Lane, job: Job) => Promise<boolean>, cancel: (lane: Lane) => void}} Lanes what a panel sees of the queue */
/** @typedef {{owner: unknown, lane: Lane, slot: unknown, rank: number, job: Job, stale: boolean, end: (done: boolean) => void, fail: (error: unknown) => void}} Task */

/** @type {readonly Lane[]} */
export const LANES = ["ask", "change", "ahead", "bank", "control", "effects", "song"];

/** Thrown inside a job whose result is no longer wanted. */
export class Cancelled extends Error {}

/** Let the messages in that have come: a timer would wait for milliseconds. @returns {Promise<void>} */
const turn = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

export class Queue {
  /** @type {Task[]} */
  #waiting = [];
  /** @type {Task[]} the job that runs comes last, before it those that wait for it in `check` */
  #running = [];
  /** @type {unknown} */
  #used = null;
  #busy = false;

  /**
   * A panel's own lanes: a new job in a lane ends the job before it.
   * @param {unknown} owner
   * @returns {Lanes}
   */
  lanes(owner) {
    return { run: (lane, job) => this.run(owner, lane, job), cancel: (lane) => this.cancel(owner, lane) };
  }

  /**
   * Of two jobs that are equally urgent the job of the panel in use comes first.
   * @param {unknown} owner
   */
  use(owner) {
    this.#used = owner;
  }

  /**
   * Run a job when its turn comes. Resolves to whether it came to its end; rejects with its error.
   * @param {unknown} owner
   * @param {Lane} lane
   * @param {Job} job
   * @param {unknown} slot what a newer job replaces: by default the lane
   * @returns {Promise<boolean>}
   */
  run(owner, lane, job, slot = lane) {
    this.#end((one) => one.owner === owner && one.slot === slot);
    return new Promise((end, fail) => {
      this.#waiting.push({ owner, lane, slot, rank: LANES.indexOf(lane), job, stale: false, end, fail });
      this.#start();
    });
  }

  /**
   * @param {unknown} owner
   * @param {Lane} lane
   */
  cancel(owner, lane) {
    this.#end((one) => one.owner === owner && one.lane === lane);
  }

  /** A panel is gone. @param {unknown} owner */
  leave(owner) {
    this.#end((one) => one.owner === owner);
  }

  /** @param {(task: Task) => boolean} which */
  #end(which) {
    for (const task of this.#running) task.stale ||= which(task);
    const ended = this.#waiting.filter(which);
    this.#waiting = this.#waiting.filter((task) => !which(task));
    for (const task of ended) task.end(false);
  }

  async #start() {
    if (this.#busy) return;
    this.#busy = true;
    await turn();
    for (let next = this.#next(Infinity); next; next = this.#next(Infinity)) {
      await this.#perform(next);
      await turn();
    }
    this.#busy = false;
  }

  /**
   * Take the job that comes first of those that are more urgent than `rank`.
   * @param {number} rank
   */
  #next(rank) {
    const before = (/** @type {Task} */ one, /** @type {Task} */ other) =>
      one.rank - other.rank || Number(other.owner === this.#used) - Number(one.owner === this.#used);
    const [first] = this.#waiting.filter((task) => task.rank < rank).sort(before); // which keeps their order
    if (first) this.#waiting.splice(this.#waiting.indexOf(first), 1);
    return first;
  }

  /** @param {Task} task */
  async #perform(task) {
    this.#running.push(task);
    try {
      await task.job(() => this.#check(task));
      task.end(true);
    } catch (error) {
      if (error instanceof Cancelled) task.end(false);
      else task.fail(error);
    } finally {
      this.#running.pop();
    }
  }

  /** @param {Task} task */
  async #check(task) {
    await turn();
    for (let next; !task.stale && (next = this.#next(task.rank)); ) await this.#perform(next);
    if (task.stale) throw new Cancelled("nobody wants this any more");
  }
}
