/** Average linkage (Sokal and Michener 1958), with the same joins as SciPy makes where distances are equal. */

/** @typedef {{a: number, b: number, height: number}} Join of two leaves or earlier joins, by number; joins follow the leaves */

/**
 * The tree of average linkage by the chain of nearest neighbours (Müllner 2011, arXiv:1109.2378).
 * @param {Float64Array} distance (leaves, leaves)
 * @param {number} count of leaves
 * @returns {Join[]} the lowest first
 */
export function averageLinkage(distance, count) {
  const apart = distance.slice();
  const size = new Array(count).fill(1);
  /** @type {number[]} */
  const chain = [];
  const joins = [];
  while (joins.length < count - 1) {
    if (!chain.length) chain.push(size.findIndex((members) => members > 0));
    const { near, nearest } = toMutual(chain, apart, size);
    const [x, y] = [chain[chain.length - 1], near].sort((one, other) => one - other);
    chain.length -= 2;
    joins.push({ a: x, b: y, height: nearest });
    for (let i = 0; i < count; i++) {
      if (!size[i] || i === x || i === y) continue;
      const mean = (size[x] * apart[i * count + x] + size[y] * apart[i * count + y]) / (size[x] + size[y]);
      apart[i * count + y] = apart[y * count + i] = mean;
    }
    size[y] += size[x];
    size[x] = 0;
  }
  return labelled(joins.sort((one, other) => one.height - other.height), count);
}

/**
 * Follow the chain to two clusters, the last of the chain, that are each other's nearest.
 * @param {number[]} chain changed
 * @param {Float64Array} apart
 * @param {number[]} size 0: joined to another
 */
function toMutual(chain, apart, size) {
  for (;;) {
    const last = chain[chain.length - 1];
    const before = chain.length > 1 ? chain[chain.length - 2] : -1;
    let near = before; // preferred among equals, or the chain might go in circles
    let nearest = before < 0 ? Infinity : apart[last * size.length + before];
    for (let i = 0; i < size.length; i++) {
      if (size[i] && i !== last && apart[last * size.length + i] < nearest) {
        nearest = apart[last * size.length + i];
        near = i;
      }
    }
    if (near === before) return { near, nearest };
    chain.push(near);
  }
}

/**
 * Joins of clusters, named by their leaves, as joins of leaves and earlier joins.
 * @param {Join[]} joins the lowest first
 * @param {number} count
 */
function labelled(joins, count) {
  const parent = Array.from({ length: 2 * count - 1 }, (_, node) => node);
  const rootOf = (/** @type {number} */ node) => {
    let root = node;
    while (parent[root] !== root) root = parent[root];
    return root;
  };
  return joins.map(({ a, b, height }, number) => {
    const [low, high] = [rootOf(a), rootOf(b)].sort((one, other) => one - other);
    parent[low] = parent[high] = count + number;
    return { a: low, b: high, height };
  });
}

/**
 * A number for each leaf, the same for those that are joined no higher than `height`.
 * @param {Join[]} joins
 * @param {number} count
 * @param {number} height
 */
export function clusters(joins, count, height) {
  const members = Array.from({ length: count }, (_, leaf) => [leaf]);
  const heights = new Array(count).fill(0);
  const cluster = Array.from({ length: count }, (_, leaf) => leaf);
  for (const join of joins) {
    const own = [...members[join.a], ...members[join.b]];
    const highest = Math.max(join.height, heights[join.a], heights[join.b]);
    if (highest <= height) for (const leaf of own) cluster[leaf] = Math.min(...own);
    members.push(own);
    heights.push(highest);
  }
  return cluster;
}
