"""Every feature of a layer edited alone: by the long way, by an oracle, by captum, and by laws."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import oracle
import pytest
from networks import draw

from auralise_jax.network import Architecture
from auralise_jax.network.edits import Edit
from auralise_jax.network.stack.ablation import scores_alone

pytestmark = pytest.mark.usefixtures("compiled_quickly")

Edits = list[tuple[np.ndarray, np.ndarray]]


def make_weights(
    made: Architecture, shape: tuple[int, int], seed: int = 0
) -> dict[str, np.ndarray]:
    """Return tensors by He's initialisation; biases are negative, so that some maps hold zeros."""
    rng = np.random.default_rng(seed)
    return {
        name: draw(*size, seed=seed + number)
        if len(size) > 1
        else rng.uniform(-0.3, 0.1, size).astype(np.float32)
        for number, (name, size) in enumerate(made.shapes(shape).items())
    }


def parts(tensors: dict[str, np.ndarray], made: Architecture) -> tuple[list, list, list]:
    kernels = [tensors[f"{name}.kernel"] for name in made.layers]
    biases = [tensors[f"{name}.bias"] for name in made.layers]
    numbers = range(1, len(made.dense) + 1)
    return (
        kernels,
        biases,
        [(tensors[f"dense{n}.kernel"], tensors[f"dense{n}.bias"]) for n in numbers],
    )


def by_hand(tensors, made: Architecture, picture: np.ndarray, edits: Edits) -> np.ndarray:
    """Return the scores under an edit of every layer, in float64 and without JAX."""
    kernels, biases, head = parts(tensors, made)
    maps = picture[..., None].astype(float)
    for kernel, bias, (scale, shift) in zip(kernels, biases, edits, strict=True):
        results = np.maximum(oracle.convolve(maps, kernel) + bias, 0)
        maps = oracle.max_pool(results, made.pool)[0] * scale + shift
    return oracle.head(maps, head)


def untouched(made: Architecture) -> Edits:
    return [(np.ones(n), np.zeros(n)) for n in made.features]


def fast(tensors, made, picture, layer: int, edit, others: Edits | None = None) -> np.ndarray:
    sent = jax.tree.map(lambda x: jnp.asarray(x, jnp.float32), parts(tensors, made))
    kernels, biases, head = (tuple(one) for one in sent)
    edits = [
        Edit(*(jnp.asarray(x, jnp.float32) for x in one))
        for one in [edit, *(others or untouched(made))]
    ]
    rows = scores_alone(
        kernels,
        biases,
        head,
        jnp.asarray(picture, jnp.float32),
        edits[0],
        tuple(edits[1:]),
        layer=layer,
        pool=made.pool,
    )
    return np.asarray(rows)


NETWORKS = [
    ((29, 23), Architecture(features=(4, 11, 6), dense=(7, 3))),
    ((17, 31), Architecture(features=(2, 3), kernel_size=(5, 3), pool=(3, 2), dense=(4,))),
    ((96, 88), Architecture(features=(3, 9, 2), dense=(5, 4, 2))),  # large enough for tiles
    ((13, 9), Architecture(features=(9,), kernel_size=(1, 1), pool=(1, 1), dense=(1,))),
]


@pytest.mark.parametrize(("shape", "made"), NETWORKS)
@pytest.mark.parametrize("edited", [False, True], ids=["alone", "among others"])
def test_the_oracle_says_the_same(shape, made: Architecture, edited: bool) -> None:
    """In any layer: muted, doubled, set to another value; with other layers edited, or not."""
    rng = np.random.default_rng(1)
    tensors = make_weights(made, shape)
    picture = np.abs(rng.standard_normal(shape)).astype(np.float32)
    others = untouched(made)
    if edited:
        others = [(rng.uniform(0, 2, n), rng.uniform(-1, 1, n)) for n in made.features]
    for layer, count in enumerate(made.features, start=1):
        edit = rng.choice([0.0, 0.0, 2.0], count), rng.choice([0.0, 0.7], count)
        wanted = []
        for k in range(count):
            one = [(scale.copy(), shift.copy()) for scale, shift in others]
            for row, values in zip(one[layer - 1], edit, strict=True):
                row[k] = values[k]
            wanted.append(by_hand(tensors, made, picture, one))
        found = fast(tensors, made, picture, layer, edit, others if edited else None)
        assert found.shape == (count, made.dense[-1])
        # Winograd's tiles round by 3e-6 of a block's peak.
        np.testing.assert_allclose(found, wanted, atol=1e-4 * np.ptp(wanted), rtol=1e-5)


PATH = Path(__file__).parents[2] / "data" / "captum_ablation.npz"


@pytest.fixture(scope="module")
def captum() -> dict[str, np.ndarray]:
    with np.load(PATH, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


@pytest.mark.parametrize("layer", [1, 2, 3])
@pytest.mark.parametrize("name", ["muted", "set"])
def test_captum_says_the_same(captum, layer: int, name: str) -> None:
    made = Architecture(features=(4, 5, 6), dense=(7, 3))
    values = captum[f"values{layer}"] * (name == "set")
    found = fast(captum, made, captum["picture"], layer, (np.zeros_like(values), values))
    changes = found - captum["scores"]
    wanted = captum[f"{name}{layer}"]
    np.testing.assert_allclose(changes, wanted, atol=2e-6 * np.ptp(captum["scores"]))
    assert np.abs(wanted).max() > 0.05 * np.ptp(captum["scores"])


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_an_edit_that_changes_nothing_gives_the_scores(captum, layer: int) -> None:
    made = Architecture(features=(4, 5, 6), dense=(7, 3))
    ones, zeros = untouched(made)[layer - 1]
    found = fast(captum, made, captum["picture"], layer, (ones, zeros))
    np.testing.assert_allclose(found, np.broadcast_to(captum["scores"], found.shape), atol=1e-5)


def test_all_edits_are_one_program(captum, compiled) -> None:
    made = Architecture(features=(4, 5, 6), dense=(7, 3))
    rng = np.random.default_rng(0)
    before = None
    for _ in range(3):
        fast(captum, made, captum["picture"], 2, rng.uniform(0, 2, (2, 5)))
        before = compiled() if before is None else before
    assert compiled() == before
