/** The order of a tree's leaves in which neighbours are closest (Bar-Joseph, Gifford and Jaakkola 2001). */

/** @typedef {import("./linkage.js").Join} Join */

/**
 * The leaves in the order of least distance, of all that turning branches allows; of equal ways the first, as in auralise_jax/insight/leaves.py.
 * @param {Join[]} joins the lowest first
 * @param {Float64Array} distance (leaves, leaves)
 * @param {number} count of leaves
 * @returns {number[]}
 */
export function leafOrder(joins, distance, count) {
  if (count < 2) return [...new Array(count).keys()];
  const members = Array.from({ length: count }, (_, leaf) => [leaf]);
  for (const { a, b } of joins) members.push([...members[a], ...members[b]]);
  /** @param {number} node @returns {number[][][]} pairs of leaf sets: a leaf of either set may be at each end of the node */
  const ends = (node) => {
    if (node < count) return [[members[node], members[node]]];
    const { a, b } = joins[node - count];
    return [[members[a], members[b]], [members[b], members[a]]];
  };
  // The least sum with these two leaves at the ends of the smallest node that holds both.
  const least = new Float64Array(count * count);
  for (const { a, b } of joins) {
    for (const [first, inner] of ends(a)) {
      for (const [last, outer] of ends(b)) meet(least, distance, count, [first, inner, outer, last]);
    }
  }
  /**
   * @param {number} node
   * @param {number} left
   * @param {number} right
   * @returns {[number, number, number][]} the two branches of a node, left to right, each with the leaves at both ends
   */
  const split = (node, left, right) => {
    const join = joins[node - count];
    const [a, b] = members[join.a].includes(left) ? [join.a, join.b] : [join.b, join.a];
    const inner = /** @type {number[][]} */ (ends(a).find(([own]) => own.includes(left)))[1];
    const outer = /** @type {number[][]} */ (ends(b).find(([own]) => own.includes(right)))[1];
    const [i, j] = smallest(inner, outer, (one, other) => least[left * count + one] + distance[one * count + other] + least[other * count + right]);
    return [[a, left, i], [b, j, right]];
  };
  const { a, b } = joins[joins.length - 1];
  const edges = smallest(members[a], members[b], (one, other) => least[one * count + other]);
  const order = [];
  /** @type {[number, number, number][]} */
  const waiting = [[2 * count - 2, Math.min(...edges), Math.max(...edges)]]; // either direction will do
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next[0] < count) order.push(next[0]);
    else waiting.push(...split(...next).reverse());
  }
  return order;
}

/**
 * The pair of least sum; of equals the first.
 * @param {number[]} rows
 * @param {number[]} columns
 * @param {(row: number, column: number) => number} sum
 */
function smallest(rows, columns, sum) {
  let found = [rows[0], columns[0]];
  let least = Infinity;
  for (const row of rows) {
    for (const column of columns) {
      const here = sum(row, column);
      if (here < least) [least, found] = [here, [row, column]];
    }
  }
  return found;
}

/**
 * Note the least sums from each of the first leaves, by way of the two inner sets, to each of the last.
 * @param {Float64Array} least changed
 * @param {Float64Array} distance
 * @param {number} count
 * @param {number[][]} way first, inner, outer, last
 */
function meet(least, distance, count, [first, inner, outer, last]) {
  const joined = new Float64Array(outer.length);
  for (const from of first) {
    outer.forEach((there, n) => {
      joined[n] = Infinity;
      for (const here of inner) joined[n] = Math.min(joined[n], least[from * count + here] + distance[here * count + there]);
    });
    for (const to of last) {
      let sum = Infinity;
      for (let n = 0; n < outer.length; n++) sum = Math.min(sum, joined[n] + least[outer[n] * count + to]);
      least[from * count + to] = least[to * count + from] = sum;
    }
  }
}
