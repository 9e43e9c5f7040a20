/**
 * Playing through a song that is longer than the window. Without the loop the next window is asked
 * for before this one is over; it is shown when it comes, and the sound goes on in it: windows
 * overlap, so the decks change over while both have the same moment. A plan is a list of windows to
 * play one after the other.
 */

/** @import { Facts } from "../types.js" */
/** @import { Moment } from "../timeline/moments.js" */
/** @import { Scene } from "./scene.js" */

import { following } from "../timeline/here.js";

const OVERLAP = 0.25; // share of a window in which the next may come
const PLAN_OVERLAP = 0.1; // where windows do not go on from each other: what of their ends may go unheard
const AHEAD = 0.8; // share of a window that is left when the next is prepared
const EDGE = 0.02; // s; a window's first sound is faded in
const SOON = 0.3; // s before its end, at the latest, the window is left for the next
const LOOK = 50; // ms between two looks at the clock
const SLOW = 400; // ms: a kernel that takes longer is not asked while a frame is dragged

export class Running {
  /** @type {Moment[]} */
  #plan = [];
  #at = 0; // in the plan
  /** @type {number | null} the window that was prepared last */
  #prepared = null;
  /** @type {number | null} a window that cannot be heard */
  #refused = null;
  /** @type {number | null} the window that is on its way */
  #sent = null;
  #byItself = false; // nobody asked for it: the song runs on
  #plays = false; // the window that is on its way is to be played
  /** @type {number | null} where a dragged frame is */
  #wish = null;
  #waits = false; // the sound is over, the next window is not here yet
  #resume = 0; // where the sound goes on if it has stopped meanwhile, s
  #from = 0; // ms, when a window was asked for
  #took = 0; // ms, that the last took
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #find;

  /** @param {() => Scene} find the panel that it belongs to */
  constructor(find) {
    this.#find = find;
  }

  get #scene() {
    return this.#find();
  }

  /** Whether the song is played on from window to window. */
  get on() {
    const { player, line, store } = this.#scene;
    return player.playing && Boolean(store.ahead && line.song) && player.region === null && (!player.loop || this.#plan.length > 0);
  }

  /** Whether another window comes without anything to wait for. */
  get smooth() {
    return this.#wish !== null || (this.#byItself && !this.#waits);
  }

  /** What plays changed, or how. */
  look() {
    const { player, store, wall } = this.#scene;
    if (player.playing) this.#waits = false;
    else if (!this.#waits) this.#end();
    const { on } = this;
    store.rest?.((on || this.#wish !== null) && wall.root.hidden === true);
    if (on) this.#timer ??= setInterval(() => this.#tick(), LOOK);
    else this.close();
  }

  /** The sound is over. */
  ended() {
    this.#waits = this.#sent !== null && this.#byItself;
  }

  /**
   * Play windows one after the other, round and round with the loop.
   * @param {Moment[]} moments
   */
  play(moments) {
    const { line, player } = this.#scene;
    if (!moments.length) return;
    player.setRegion(null);
    if (!player.playing) player.play();
    [this.#plan, this.#at] = [moments, 0];
    this.#wish = null;
    const start = line.legal(moments[0].start);
    if (start === this.#start) player.seek(0);
    else this.#ask(start);
    this.#showPlan();
    this.look();
  }

  /** Do not go on with windows in a row; what plays, plays on. */
  quiet() {
    this.#end();
    this.look();
  }

  /**
   * The frame is dragged: the picture follows where Python keeps up with that.
   * @param {number} start
   */
  drag(start) {
    this.#end();
    this.#wish = start;
    this.look();
    if (this.#took < SLOW && this.#sent === null) this.#ask(start);
  }

  /**
   * Go to a window, whatever was to come; `plays`: and play it.
   * @param {number} start
   */
  go(start, plays = false) {
    const { player } = this.#scene;
    this.#end();
    this.#wish = this.#refused = null;
    this.#ask(start);
    this.#plays = plays && !player.playing;
    if (this.#plays && this.#sent === null) player.play();
    this.look();
  }

  /**
   * Other facts are here and will be shown now: returns where the sound goes on in them.
   * @param {Facts} facts
   * @returns {(position: number) => number}
   */
  arrived(facts) {
    const { facts: before, player } = this.#scene;
    const shift = facts.start - (before?.start ?? 0);
    const inRow = this.#plan.length > 0;
    if (this.#sent !== null) this.#took = performance.now() - this.#from;
    /** @param {number} position */
    const place = (position) => (inRow || (position < shift && !this.#byItself) || position - shift >= facts.duration ? 0 : position - shift);
    this.#resume = this.#byItself ? place(this.#waits ? facts.duration - 0.01 : player.position()) : 0;
    this.#sent = null;
    return place;
  }

  /**
   * They are shown.
   * @param {boolean} goesOn the sound went on in them
   */
  shown(goesOn) {
    const { player, line } = this.#scene;
    if (!goesOn && this.#byItself) {
      player.seek(this.#resume);
      if (this.#waits) player.play();
    }
    if (this.#plays && !player.playing) player.play();
    this.#plays = false;
    this.#byItself = this.#waits = false;
    if (this.#wish !== null) {
      line.move(this.#wish);
      this.#ask(this.#wish);
    }
    this.look();
  }

  /** What was asked for was taken back. */
  refused() {
    if (this.#byItself) this.#refused = this.#sent; // the song ends here
    this.#sent = null;
    this.#byItself = this.#waits = this.#plays = false;
  }

  close() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Where the window that is shown begins. */
  get #start() {
    return Number(this.#scene.facts?.chosen?.start ?? 0);
  }

  /** Where the next window begins; null: there is none. */
  get #next() {
    const { line, player } = this.#scene;
    if (this.#plan.length) {
      const at = this.#at + 1;
      return at < this.#plan.length || player.loop ? line.legal(this.#plan[at % this.#plan.length].start) : null;
    }
    if (line.windows) return following(line.windows, this.#start, player.duration);
    const next = Math.min(Math.round(10 * (this.#start + (1 - OVERLAP) * player.duration)) / 10, line.last);
    return next > this.#start + EDGE ? next : null;
  }

  async #tick() {
    const { player, store } = this.#scene;
    const next = this.#next;
    if (next === null || next === this.#refused || this.#wish !== null || this.#sent !== null) return;
    const [now, { duration }] = [player.position(), player];
    if (this.#prepared !== next) {
      if (duration - now > AHEAD * duration) return;
      this.#prepared = next;
      if (await store.ahead?.(next)) this.#refused = next;
    } else if (duration - now < (this.#plan.length ? PLAN_OVERLAP : OVERLAP) * duration) {
      if (this.#plan.length) {
        this.#at = (this.#at + 1) % this.#plan.length;
        this.#showPlan();
        if (next === this.#start) return player.seek(0);
      } else if (now < Math.min(next - this.#start + EDGE, duration - SOON)) return;
      this.#ask(next);
      this.#byItself = this.#sent !== null;
    }
  }

  /** @param {number} start */
  #ask(start) {
    const { store, choose } = this.#scene;
    this.#byItself = false;
    if (start === this.#start && store.get("start") === start) return; // it is here
    this.#sent = start;
    this.#from = performance.now();
    choose("start", start);
  }

  #end() {
    if (!this.#plan.length) return;
    this.#plan = [];
    this.#showPlan();
  }

  #showPlan() {
    const { line } = this.#scene;
    line.showPlan(this.#plan, this.#at);
  }
}
