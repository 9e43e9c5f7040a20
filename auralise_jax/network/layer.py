"""A layer: what a person can point at in a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auralise_jax.choices import whole
from auralise_jax.text import listed


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer of a network; it equals its name, and prints as such.

    Parameters
    ----------
    name : str
        Unique in the network.
    features : int
        Number of feature maps.
    axes : tuple of str
        Axes of a map: ``("freq", "time")`` or ``("time",)``.
    stride : tuple of int, optional
        Cells of the picture from a cell of a map to the next, along each axis; None if that is not
        a fixed number.
    field : tuple of int, optional
        Receptive field of a cell of a map, in cells of the picture along each axis and before the
        picture's edge cuts it; None: the whole picture.
    before : tuple of int, optional
        How many cells of the picture the first cell of a map sees before the picture's first, along
        each axis: all of them zeros.
    unpooled : tuple of int, optional
        Receptive field before the layer's own pooling; None for a layer without pooling.
    reported : tuple of int, optional
        Receptive field according to the paper on the network; None without such a paper.

    Examples
    --------
    >>> layer = Layer("conv3", 64, ("freq", "time"), (8, 8), (22, 22))
    >>> print(layer, layer == "conv3", {layer: "a"}["conv3"])
    conv3 True a
    """

    name: str
    features: int
    axes: tuple[str, ...] = ("freq", "time")
    stride: tuple[int, ...] | None = None
    field: tuple[int, ...] | None = None
    before: tuple[int, ...] | None = None
    unpooled: tuple[int, ...] | None = None
    reported: tuple[int, ...] | None = None

    def __str__(self) -> str:
        return self.name

    def __format__(self, spec: str) -> str:
        return format(self.name, spec)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Layer):
            return self is other or vars(self) == vars(other)
        return self.name == other

    def __hash__(self) -> int:
        return hash(self.name)

    def check_feature(self, feature: int) -> int:
        """Return a feature's number, from 0, or raise ValueError that says which there are."""
        number = whole(feature)
        if not 0 <= number < self.features:
            raise ValueError(
                f"feature must be 0 to {self.features - 1} in layer {self.name}, which has "
                f"{self.features} features, not {feature!r}"
            )
        return number


def find_layer(layers: Sequence[Layer], wanted: Layer | str | int) -> int:
    """Return the number, from 1, of a layer that is given by number or name.

    Raises
    ------
    ValueError
        If there is no such layer; the message says which there are.

    Examples
    --------
    >>> layers = [Layer("low", 8), Layer("high", 16)]
    >>> find_layer(layers, "high"), find_layer(layers, 1)
    (2, 1)
    """
    if isinstance(wanted, (str, Layer)):
        for number, layer in enumerate(layers, start=1):
            if layer == wanted:
                return number
    elif 1 <= (number := whole(wanted)) <= len(layers):
        return number
    shown = listed([layer.name for layer in layers])
    asked = f"{wanted.name!r} of another network" if isinstance(wanted, Layer) else repr(wanted)
    raise ValueError(f"layer must be 1 to {len(layers)}, or one of {shown}, not {asked}")
