"""What a network is, as text: its layers, what they see and consist of, what has no way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from auralise_jax.network.network import Network
from auralise_jax.network.refusal import UnsupportedOperation
from auralise_jax.tables import Table
from auralise_jax.text import Rows, listed, shorten

WIDEST = 40
"""Columns of a layer's name."""

WAYS_BACK = {
    "ReLU": "by the rule that is asked for: deconvnet, gradient or guided",
    "max-pool": "by its switches, to the cell that was the largest of its window",
}
"""Of operations that have another way back than the gradient's, by how they begin."""


@runtime_checkable
class Explained(Protocol):
    """A network that can say what its layers consist of."""

    def operations(self, layer: str) -> tuple[str, ...]:
        """Return a layer's operations in words, from its first to its last."""

    def refused(self, layer: str) -> UnsupportedOperation | None:
        """Return why a layer cannot be projected; None if it can."""


def summary(network: Network) -> Table:
    """Return a table of a network's layers, and what comes back how.

    Sizes are (freq, time), or time alone where maps have no other axis; strides and receptive
    fields are in cells of the picture.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> for line in summary(aj.load_model("genre").network).splitlines()[:3]:
    ...     print(line)
       layer  axes        features       map   stride    field  consists of
    1  conv1  freq, time        64  128 x 86    2 x 2    4 x 4  conv 3 x 3, ReLU, max-pool 2 x 2
    2  conv2  freq, time        64   64 x 43    4 x 4  10 x 10  conv 3 x 3, ReLU, max-pool 2 x 2
    """
    sizes = network.sizes(network.picture_shape)
    rows: Rows = [("", "layer", "axes", "features", "map", "stride", "field")]
    rows += [
        (
            str(number),
            shorten(layer.name, WIDEST),
            ", ".join(layer.axes),
            f"{layer.features:,}",
            times(sizes[layer.name]),
            times(layer.stride) if layer.stride else "-",
            times(layer.field) if layer.field else "all",
        )
        for number, layer in enumerate(network.layers, start=1)
    ]
    left, notes = [0, 1, 2], []
    if isinstance(network, Explained):
        made = [network.operations(layer.name) for layer in network.layers]
        words = ["consists of", *map(", ".join, made)]
        left.append(len(rows[0]))
        rows = [(*row, said) for row, said in zip(rows, words, strict=True)]
        notes = ["", *_ways_back(made)]
        notes += _refusals(network, [layer.name for layer in network.layers])
        if left_out := getattr(network, "left_out", ()):
            notes.append(
                f"left out: {listed(left_out)}; as far as can be followed, their cells lie along "
                "neither frequency nor time; aj.wrap(..., layers=[...]) keeps those that it names"
            )
    return Table.of_text(rows, left, notes=notes)


def times(sizes: Sequence[int]) -> str:
    """Return sizes as text.

    Examples
    --------
    >>> times((3, 5))
    '3 x 5'
    """
    return " x ".join(map(str, sizes))


def _ways_back(made: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Go through what is said of the way back, for the operations that there are."""
    said = [words for one in made for words in one]
    for kind, way in WAYS_BACK.items():
        if any(words.startswith(kind) for words in said):
            yield f"{kind}: back {way}"
    if any(words.startswith("ReLU") and words != "ReLU" for words in said):
        yield "a capped ReLU: the same, and nothing where it is capped, except under deconvnet"
    if any(words.endswith("(as stated)") for words in said):
        yield "(as stated): back as `allow` says"
    yield "all else: linear, back as in the gradient"


def _refusals(network: Explained, layers: Sequence[str]) -> Iterator[str]:
    why = {name: str(error) for name in layers if (error := network.refused(name))}
    for reason in dict.fromkeys(why.values()):
        names = ", ".join(name for name, one in why.items() if one == reason)
        yield f"cannot be projected: {names}; {reason}"
