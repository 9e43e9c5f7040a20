"""The order of leaves against every order that the tree allows."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import ClusterNode, linkage, to_tree
from scipy.spatial.distance import pdist, squareform

from auralise_jax.insight.leaves import leaf_order


def flips(node: ClusterNode) -> list[list[int]]:
    """Return every order of its leaves that a tree allows."""
    if node.is_leaf():
        return [[node.id]]
    sides = [(a, b) for a in flips(node.left) for b in flips(node.right)]
    return [a + b for a, b in sides] + [b + a for a, b in sides]


@pytest.mark.parametrize("method", ["average", "single"])  # bushes, and chains
@pytest.mark.parametrize("count", [2, 3, 4, 6, 9])
def test_no_order_of_the_tree_is_shorter(count: int, method: str) -> None:
    for seed in range(5):
        pairs = pdist(np.random.default_rng(seed).normal(size=(count, 4)))
        tree, distance = linkage(pairs, method), squareform(pairs)

        def length(order: list[int], distance: np.ndarray = distance) -> float:
            return float(distance[order[1:], order[:-1]].sum())

        orders = flips(to_tree(tree))
        found = leaf_order(tree, distance).tolist()
        assert found in orders
        assert length(found) == pytest.approx(min(map(length, orders)))
        assert found[0] < found[-1]


def test_points_on_a_line_come_in_their_order() -> None:
    places = np.random.default_rng(0).permutation(700) ** 1.01  # more than Python would recurse
    distance = np.abs(places - places[:, None])
    found = leaf_order(linkage(places[:, None], "single"), distance)
    steps = np.diff(places[found])
    assert (steps > 0).all() or (steps < 0).all()
