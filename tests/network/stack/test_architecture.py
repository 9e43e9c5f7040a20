"""Sizes and receptive fields: the paper's figures, and fields found by perturbing pictures."""

import jax.numpy as jnp
import numpy as np
import pytest

from auralise_jax.network import Architecture
from auralise_jax.network.stack.passes import forward

PAPER = Architecture()
HERTZ_PER_ROW = 11025 / 512
MS_PER_FRAME = 1000 * 256 / 11025


# The paper's network


def test_the_papers_network_is_the_default() -> None:
    assert PAPER.features == (64, 64, 64, 64, 64)
    assert PAPER.kernel_size == (3, 3)
    assert PAPER.pool == (2, 2)
    assert PAPER.dense == (512, 256, 3)
    assert PAPER.layers == ("conv1", "conv2", "conv3", "conv4", "conv5")


@pytest.mark.parametrize(
    ("layer", "size"), [(1, (128, 86)), (2, (64, 43)), (3, (32, 21)), (4, (16, 10)), (5, (8, 5))]
)
def test_map_sizes_of_the_paper(layer: int, size: tuple[int, int]) -> None:
    assert PAPER.map_size((257, 173), layer) == size


@pytest.mark.parametrize(("layer", "field"), [(1, 4), (2, 10), (3, 22), (4, 46), (5, 94)])
def test_exact_receptive_fields(layer: int, field: int) -> None:
    # By hand: on the way down a block makes of f cells 2 f + 2, so 1, 4, 10, ...
    assert PAPER.receptive_field(layer) == (field, field)


@pytest.mark.parametrize(
    ("layer", "milliseconds", "hertz"),
    [(1, 93, 86), (2, 162, 151), (3, 302, 280), (4, 580, 538), (5, 1137, 1055)],
)
def test_fields_as_the_paper_reports_them(layer: int, milliseconds: int, hertz: int) -> None:
    rows, frames = PAPER.reported_field(layer)
    # The paper prints whole numbers, some rounded down, some up; one cell is 23 ms and 21.5 Hz.
    assert frames * MS_PER_FRAME == pytest.approx(milliseconds, abs=1)
    assert rows * HERTZ_PER_ROW == pytest.approx(hertz, abs=1)


def test_shapes_of_the_papers_tensors() -> None:
    shapes = PAPER.shapes((257, 173))
    assert list(shapes) == [
        f"{name}.{part}"
        for name in (*PAPER.layers, "dense1", "dense2", "dense3")
        for part in ("kernel", "bias")
    ]
    assert shapes["conv1.kernel"] == (3, 3, 1, 64)
    assert shapes["conv5.kernel"] == (3, 3, 64, 64)
    assert shapes["conv5.bias"] == (64,)
    assert shapes["dense1.kernel"] == (2560, 512)  # 8 * 5 * 64
    assert shapes["dense3.kernel"] == (256, 3)
    assert shapes["dense3.bias"] == (3,)


# Others

SKEW = Architecture(features=(2, 3), kernel_size=(5, 3), pool=(2, 3), dense=())


def test_freq_and_time_are_not_mixed_up() -> None:
    assert SKEW.map_size((41, 40), 1) == (20, 13)
    assert SKEW.map_size((41, 40), 2) == (10, 4)
    # On the way down a block makes of f rows 2 f + 4: 1, 6, 16; and of f frames 3 f + 2: 1, 5, 17.
    assert [SKEW.receptive_field(layer) for layer in (1, 2)] == [(6, 5), (16, 17)]
    assert [SKEW.reported_field(layer) for layer in (1, 2)] == [(6, 4), (11, 10)]
    assert SKEW.shapes((41, 40)) == {
        "conv1.kernel": (5, 3, 1, 2),
        "conv1.bias": (2,),
        "conv2.kernel": (5, 3, 2, 3),
        "conv2.bias": (3,),
    }


def test_a_single_dense_layer() -> None:
    shapes = Architecture(features=(4,), dense=(3,)).shapes((9, 7))
    assert shapes["dense1.kernel"] == (48, 3)  # 4 * 3 * 4


def test_lists_become_tuples() -> None:
    architecture = Architecture([4, 5], [3, 3], [2, 2], [])
    assert architecture == Architecture((4, 5), dense=())
    assert hash(architecture) == hash(Architecture((4, 5), dense=()))


def test_a_picture_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match=r"5 blocks of pool \(2, 2\) leave nothing of a picture"):
        PAPER.shapes((257, 31))
    assert PAPER.shapes((257, 32))["dense1.kernel"] == (512, 512)  # 8 * 1 * 64


# Fields found by trying


@pytest.mark.parametrize(
    ("architecture", "layer"),
    [
        (Architecture(features=(2, 2, 2), dense=()), 1),
        (Architecture(features=(2, 2, 2), dense=()), 2),
        (Architecture(features=(2, 2, 2), dense=()), 3),
        (SKEW, 2),
    ],
)
def test_a_cell_sees_its_receptive_field_and_nothing_else(
    architecture: Architecture, layer: int
) -> None:
    shape = (56, 60)
    rng = np.random.default_rng(0)
    tensors = architecture.shapes(shape)
    # Weights and picture are positive, and no bias: raising any cell enough lets it win every
    # maximum on its way up, so that each cell that is seen shows.
    kernels, biases = [], []
    for name in architecture.layers[:layer]:
        kernels.append(jnp.asarray(rng.uniform(0.5, 1, tensors[f"{name}.kernel"]), jnp.float32))
        biases.append(jnp.zeros(tensors[f"{name}.bias"]))
    picture = rng.uniform(0, 1, shape).astype(np.float32)

    def middle(changed: np.ndarray) -> np.ndarray:
        blocks = forward(
            tuple(kernels), tuple(biases), jnp.asarray(changed), pool=architecture.pool
        )
        maps = np.asarray(blocks[-1].maps)
        return maps[maps.shape[0] // 2, maps.shape[1] // 2]

    before = middle(picture)

    def seen(axis: int) -> list[int]:
        found = []
        for n in range(shape[axis]):
            changed = picture.copy()
            changed[(n,) if axis == 0 else (slice(None), n)] += 100
            if (middle(changed) != before).any():
                found.append(n)
        return found

    for axis, (size, pool) in enumerate(
        zip(architecture.receptive_field(layer), architecture.pool, strict=True)
    ):
        found = seen(axis)
        assert len(found) == size
        assert found == list(range(found[0], found[0] + size))  # no gap
        assert found[0] > 0  # away from the edge, which would hide some
        assert found[-1] < shape[axis] - 1
        # In the middle is the window that the cell pools.
        cell = architecture.map_size(shape, layer)[axis] // 2
        assert found[0] + found[-1] == (2 * cell + 1) * pool**layer - 1


# Checks


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"features": ()}, "features must list 1 to 32 blocks, not 0"),
        ({"features": (4,) * 33}, "features must list 1 to 32 blocks, not 33"),
        ({"features": (4, 0)}, r"features must be a list of whole numbers, 1 to 65536, not \[4, 0"),
        ({"features": (4, -1)}, "features must be a list of whole numbers, 1 to 65536"),
        ({"features": (4, 10**12)}, "features must be a list of whole numbers, 1 to 65536"),
        ({"features": (4.0,)}, "features must be a list of whole numbers"),
        ({"features": (True,)}, "features must be a list of whole numbers"),
        ({"features": ("64",)}, "features must be a list of whole numbers"),
        ({"features": "64"}, "features must be a list of whole numbers, not '64'"),
        ({"features": 64}, "features must be a list of whole numbers, not 64"),
        ({"features": None}, "features must be a list of whole numbers, not None"),
        ({"kernel_size": (3,)}, "kernel_size must be two odd numbers up to 99"),
        ({"kernel_size": (3, 3, 3)}, "kernel_size must be two odd numbers up to 99"),
        ({"kernel_size": (3, 4)}, r"kernel_size must be two odd numbers.*\(freq, time\), not"),
        ({"kernel_size": (101, 3)}, "kernel_size must be two odd numbers up to 99"),
        ({"kernel_size": 3}, "kernel_size must be a list of whole numbers"),
        ({"pool": (2,)}, "pool must be two numbers"),
        ({"pool": (17, 16)}, "pool must be two numbers whose product is at most 256"),
        ({"pool": (0, 2)}, "pool must be a list of whole numbers, 1 to 65536"),
        ({"dense": (7, -3)}, "dense must be a list of whole numbers, 1 to 65536"),
        ({"dense": 3}, "dense must be a list of whole numbers, not 3"),
    ],
    ids=str,
)
def test_bad_sizes_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Architecture(**settings)


def test_a_pool_of_256_cells_fits_a_byte() -> None:
    assert Architecture(pool=(16, 16), features=(4,)).map_size((257, 173), 1) == (16, 10)
