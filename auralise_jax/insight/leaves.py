"""The order of a tree's leaves in which neighbours are closest.

Bar-Joseph, Gifford and Jaakkola 2001 (Bioinformatics 17, S22), by dynamic programming. SciPy's
`optimal_leaf_ordering` finds the optimum but returns another order, at times worse than the one it
was given (scipy issue 11227).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

Leaves = Int[np.ndarray, " _leaves"]


def leaf_order(
    tree: Float[np.ndarray, "joins 4"], distance: Float[np.ndarray, "leaves leaves"]
) -> Int[np.ndarray, " leaves"]:
    """Return the leaves in the order of least distance, of all that turning branches allows.

    Parameters
    ----------
    tree : array of float, shape (leaves - 1, 4)
        As from `scipy.cluster.hierarchy.linkage`.
    distance : array of float, shape (leaves, leaves)
        The sum over neighbours becomes as small as the tree allows.

    Examples
    --------
    >>> from scipy.cluster.hierarchy import linkage
    >>> places = np.array([3.0, 0, 1, 5])
    >>> leaf_order(linkage(places[:, None], "average"), np.abs(places - places[:, None]))
    array([1, 2, 0, 3])
    """
    count = len(distance)
    branches = [(int(a), int(b)) for a, b in tree[:, :2]]
    members = [np.array([leaf]) for leaf in range(count)]
    for a, b in branches:
        members.append(np.concatenate([members[a], members[b]]))

    def ends(node: int) -> list[tuple[Leaves, Leaves]]:
        """Return pairs of leaf sets: a leaf of either set may be at each end of the node."""
        if node < count:
            return [(members[node], members[node])]
        a, b = (members[branch] for branch in branches[node - count])
        return [(a, b), (b, a)]

    # The least sum with these two leaves at the ends of the smallest node that holds both.
    least = np.zeros((count, count))
    for a, b in branches:
        for first, inner in ends(a):
            for last, outer in ends(b):
                joined = _through(least[np.ix_(first, inner)], distance[np.ix_(inner, outer)])
                found = _through(joined, least[np.ix_(outer, last)])
                least[np.ix_(first, last)] = found
                least[np.ix_(last, first)] = found.T

    def split(node: int, left: int, right: int) -> list[tuple[int, int, int]]:
        """Return the two branches of a node, left to right, each with the leaves at both ends."""
        a, b = branches[node - count]
        if left not in members[a]:
            a, b = b, a
        inner = next(others for own, others in ends(a) if left in own)
        outer = next(others for own, others in ends(b) if right in own)
        sums = least[left, inner][:, None] + distance[np.ix_(inner, outer)] + least[outer, right]
        i, j = np.unravel_index(np.argmin(sums), sums.shape)
        return [(a, left, int(inner[i])), (b, int(outer[j]), right)]

    a, b = branches[-1]
    whole = least[np.ix_(members[a], members[b])]
    i, j = np.unravel_index(np.argmin(whole), whole.shape)
    low, high = sorted((int(members[a][i]), int(members[b][j])))  # either direction will do
    order = []
    waiting = [(2 * count - 2, low, high)]
    while waiting:
        node, left, right = waiting.pop()
        if node < count:
            order.append(node)
        else:
            waiting.extend(split(node, left, right)[::-1])
    return np.array(order)


def _through(
    x: Float[np.ndarray, "_a _b"], y: Float[np.ndarray, "_b _c"]
) -> Float[np.ndarray, "_a _c"]:
    """Return the shortest ways from a to c by way of b: a matrix product of sums and minima."""
    shortest: Float[np.ndarray, "_a _c"] = (x[:, :, None] + y).min(axis=1)
    return shortest
