"""The recipe of a training: every setting that the result depends on, validated once."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any

from auralise_jax.frontend import Frontend
from auralise_jax.network import Architecture
from auralise_jax.training.augment import Augmentation

PAPER = Architecture()
SMALL = Architecture(features=(8, 16, 16, 16, 16), dense=(64, 3))
SIZES = {"paper": PAPER, "small": SMALL}


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Parameters
    ----------
    architecture : Architecture
        The width of its last dense layer is replaced by the number of classes.
    frontend : Frontend
        How clips become pictures: an STFT, since what augments clips changes its magnitudes.
    augmentation : Augmentation
        Random changes to training clips.
    steps : int
        Optimiser steps at most; the learning rate warms up for a twentieth of them and then falls
        to zero as a cosine. 0 chooses a number by the size of the data, see `with_steps`.
    batch : int
        Clips of music per step, over all devices.
    rate : float
        Highest learning rate of AdamW.
    weight_decay : float
        Of AdamW.
    conv_dropout, dense_dropout : float
        As in `network.stack.cnn.CNN`.
    balance : bool
        Weigh the loss of each class by the inverse of its number of training clips.
    validate_every, patience : int
        Steps between two validations, and validations without a lower loss after which training
        stops. The model with the lowest validation loss is kept.
    outliers : float
        Sounds of no class that are added to each batch, as a share of its clips, 0 to 1; at least
        one, unless 0. Their target is the same probability for each class (outlier exposure,
        Hendrycks et al. 2019, arXiv:1812.04606), so that noise or speech gets no sure answer.
    average : float
        Decay of an exponential mean of the weights, 0 to below 1, which is validated and kept
        (Polyak and Juditsky 1992; with the short memory at the beginning that Szegedy et al. 2016,
        arXiv:1512.00567, take from TensorFlow). 0: the weights themselves.
    fixed : int
        How many of the lowest layers keep the weights that they start with, 0 to all; see
        `train_on` for where a training starts.
    seed : int
        Of the weights, the order, the crops, the augmentation, the dropout and the outliers.

    Raises
    ------
    ValueError
        If a value lies outside its range.
    """

    architecture: Architecture = PAPER
    frontend: Frontend = field(default_factory=lambda: Frontend(compression="log1p"))
    augmentation: Augmentation = field(default_factory=Augmentation)
    steps: int = 0
    batch: int = 32
    rate: float = 1e-3
    weight_decay: float = 1e-3
    conv_dropout: float = 0.25
    dense_dropout: float = 0.5
    balance: bool = True
    validate_every: int = 50
    patience: int = 10
    outliers: float = 0.1
    average: float = 0.999
    fixed: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.frontend, Frontend):
            raise ValueError(
                "frontend must be an STFT, aj.Frontend(...), since clips are augmented on its "
                f"magnitudes; train a network on the pictures of a {type(self.frontend).__name__} "
                "with a library of your own, and listen to it here"
            )
        if not self.architecture.dense:
            raise ValueError("architecture must have dense layers, or there is nothing to train")
        for name, least in (
            ("steps", 0),
            ("batch", 1),
            ("validate_every", 1),
            ("patience", 1),
            ("seed", 0),
        ):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**31:
                raise ValueError(
                    f"{name} must be a whole number from {least} to 2**31 - 1, not {value!r}"
                )
        layers = len(self.architecture.features)
        is_number = isinstance(self.fixed, int) and not isinstance(self.fixed, bool)
        if not (is_number and 0 <= self.fixed <= layers):
            raise ValueError(
                f"fixed must be a number of layers from 0 to {layers}, not {self.fixed!r}"
            )
        for name in ("rate", "weight_decay"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be at least 0, not {getattr(self, name)!r}")
        if not 0 <= self.outliers <= 1:
            raise ValueError(f"outliers must be a share from 0 to 1, not {self.outliers!r}")
        for name in ("conv_dropout", "dense_dropout", "average"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be 0 to below 1, not {getattr(self, name)!r}")

    def with_steps(self, clips: int) -> Recipe:
        """Return the recipe with its number of steps: 30 epochs, within 200 to 3,000 steps."""
        if self.steps:
            return self
        steps = min(max(math.ceil(30 * clips / self.batch), 200), 3_000)
        return dataclasses.replace(self, steps=steps)

    @property
    def outliers_per_batch(self) -> int:
        """How many sounds of no class are added to each batch."""
        return max(1, round(self.outliers * self.batch)) if self.outliers else 0

    def for_classes(self, count: int) -> Architecture:
        """Return the architecture with one output per class."""
        return dataclasses.replace(self.architecture, dense=(*self.architecture.dense[:-1], count))

    def as_dict(self) -> dict[str, Any]:
        """Return all settings as plain Python, for a file."""
        return dataclasses.asdict(self)
