/** Promises that are settled by somebody else than who made them. */

/** @typedef {{resolve: (result: any) => void, reject: (problem: Error) => void}} Call */

/**
 * A promise that is settled from outside; nobody need look at how.
 * @returns {Call & {promise: Promise<any>}}
 */
export function later() {
  /** @type {Call} */
  let call = { resolve: () => {}, reject: () => {} };
  const promise = new Promise((resolve, reject) => (call = { resolve, reject }));
  promise.catch(() => {}); // the panels say it
  return { ...call, promise };
}

/**
 * A promise that has failed.
 * @param {Error} problem
 */
export function rejected(problem) {
  const { promise, reject } = later();
  reject(problem);
  return promise;
}
