"""A model: a network, the front end it was trained with, and its classes."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Float32

from auralise_jax.audio import Clip
from auralise_jax.choices import one_of
from auralise_jax.frontend import AnyFrontend, Frontend
from auralise_jax.network.answer import NONE, check_none_below, why_none
from auralise_jax.network.cost import check_window
from auralise_jax.network.edited import gains_of, with_gains
from auralise_jax.network.edits import AnyGains, Features, Gains, merged_gains
from auralise_jax.network.layer import Layer, find_layer
from auralise_jax.network.network import Network, NoControl
from auralise_jax.network.pitch import read_pitch
from auralise_jax.network.summary import summary, times
from auralise_jax.network.task import TASKS, Task, check_classes, probabilities, tempi
from auralise_jax.text import many, shorten

_TRIED = 100
"""Seeds in a row whose networks are like the model, before it is said that all are."""

_SHOWN = 12
"""Classes that a model says of itself."""


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """A network that can be listened to.

    Parameters
    ----------
    network : Network
        The network with its weights: the paper's CNN or another.
    frontend : AnyFrontend
        How a clip becomes a picture.
    classes : tuple of str
        A name per output; empty if there is no head.
    training : mapping
        Facts about the training, as stored in the file; may be empty.
    name : str
        Name of the model in panels.
    untrained : bool
        Whether the weights are those of `random_model`, so that outputs are chance.
    task : {"classes", "tags", "tempo", "pitch"}
        The meaning of the outputs. A sound belongs to one of the classes; each tag holds or does
        not; tempi are classes with names such as "120 BPM". A network for pitch has no classes:
        the layer "pitch" gives the pitch, and the layer "voicing" whether there is a pitch.
    none_below : float
        From 0 to below 1, for the task "classes": where the largest probability lies below it,
        the answer is "none of these". See `training.confidence.threshold`.

    Raises
    ------
    ValueError
        If there is no layer, the front end's pictures are not the network's, the classes do not
        fit the head or the task, or `none_below` is out of range or for another task.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> model = aj.load_model("genre")
    >>> print(*model.layers)
    conv1 conv2 conv3 conv4 conv5
    >>> model.classes
    ('ballad', 'dance', 'hip-hop')
    """

    network: Network
    frontend: AnyFrontend = field(default_factory=Frontend)
    classes: tuple[str, ...] = ()
    training: Mapping[str, Any] = field(default_factory=dict)
    name: str = "model"
    untrained: bool = False
    task: Task = "classes"
    none_below: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        if not self.network.layers:
            raise ValueError(f"model {self.name!r} has no layer, so there is nothing to listen to")
        if self.network.picture_shape != self.frontend.shape:
            raise ValueError(
                f"the network sees pictures of shape {self.network.picture_shape}, the front end "
                f"makes them of shape {self.frontend.shape}"
            )
        if not all(isinstance(one, str) for one in self.classes):
            raise ValueError(f"classes must be names, not {self.classes!r:.80}")
        outputs = self.network.outputs_count
        if len(self.classes) != outputs:
            raise ValueError(
                f"classes must have {outputs} names, one per output, not {len(self.classes)}"
            )
        if len(set(self.classes)) < outputs:
            raise ValueError(f"classes must differ from each other, not {list(self.classes)}")
        check_classes(one_of("task", self.task, TASKS), self.classes)
        none_below = check_none_below(self.none_below, self.task, self.classes)
        object.__setattr__(self, "none_below", none_below)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that can be projected; layer 1 is the first."""
        return self.network.layers

    @property
    def seconds(self) -> float:
        """Length of the model's window in seconds."""
        return self.frontend.duration or self.frontend.samples / self.frontend.sample_rate

    def layer(self, wanted: Layer | str | int) -> Layer:
        """Return a layer by its name, or by its number from 1.

        Raises
        ------
        ValueError
            If there is no such layer; the message says which there are.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> aj.load_model("genre").layer(3).field
        (22, 22)
        """
        return self.layers[self.number(wanted) - 1]

    def number(self, wanted: Layer | str | int) -> int:
        """Return a layer's number, from 1; raise as `layer` does."""
        return find_layer(self.layers, wanted)

    @property
    def gains(self) -> Gains:
        """Gains of features that are muted or turned up, by the layer's name and the number."""
        return gains_of(self.network)

    def with_gains(self, gains: AnyGains) -> Model:
        """Return the same model with some features muted, turned down or turned up.

        A feature's map passes up as ``off + gain * (map - off)``, with `off` what the map is where
        the feature is silent: 0 after a ReLU. What lies above hears the rest, and so do the
        outputs and projections of higher layers. The feature's own map and its projection stay,
        so that it can still be seen and heard.

        Parameters
        ----------
        gains : mapping of (layer, feature) to float
            From 0 (muted) to 2, by layer (name, or number from 1) and feature (from 0). A feature
            that has a gain already gets the new one; 1 leaves it as it was trained.

        Returns
        -------
        Model
            It can be listened to like any other, and is not saved.

        Raises
        ------
        ValueError
            If there is no such layer or feature, or a gain is not a number from 0 to 2.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> muted = aj.load_model("genre").with_gains({(3, 20): 0, ("conv2", 1): 1.5})
        >>> dict(muted.gains)
        {('conv2', 1): 1.5, ('conv3', 20): 0.0}
        >>> dict(muted.with_gains({(2, 1): 1}).gains)
        {('conv3', 20): 0.0}
        """
        return dataclasses.replace(self, network=with_gains(self.network, gains))

    def under(self, mute: Features = (), gains: AnyGains | None = None) -> Model:
        """Return the same model under these gains and no others; see `Listening.edited`."""
        cleared = dict.fromkeys(self.gains, 1.0)
        return self.with_gains(cleared | merged_gains(self.layers, mute, gains or {}))

    def probabilities(self, state: Any) -> dict[str, float]:
        """Return the class probabilities that follow from a forward pass."""
        if not self.classes:
            what = "; ask heard.outputs() for its pitch" if self.task == "pitch" else ""
            raise ValueError(
                f"model {self.name!r} gives no scores, so it knows no classes; "
                f"it can be listened to, not asked{what}"
            )
        scores = np.asarray(jax.device_get(self.network.outputs(state)))
        self.check_finite(scores, "its classes")
        return dict(zip(self.classes, probabilities(self.task, scores).tolist(), strict=True))

    def answer(self, odds: Mapping[str, float]) -> str:
        """Return the most probable class, or "none of these" if it is less so than `none_below`.

        Parameters
        ----------
        odds : mapping of str to float
            {class: probability}, as `predict` returns them.

        Raises
        ------
        ValueError
            If there are none.

        Examples
        --------
        >>> import dataclasses
        >>> import auralise_jax as aj
        >>> model = dataclasses.replace(aj.load_model("genre"), none_below=0.5)
        >>> model.answer({"ballad": 0.1, "dance": 0.7, "hip-hop": 0.2})
        'dance'
        >>> model.answer({"ballad": 0.4, "dance": 0.3, "hip-hop": 0.3})
        'none of these'
        """
        if not odds:
            raise ValueError("odds is empty; an answer needs the probability of each class")
        return NONE if why_none(odds, self.none_below) else max(odds, key=lambda name: odds[name])

    def outputs(self, state: Any) -> dict[str, Float[np.ndarray, " n"]]:
        """Return what the network says after a forward pass, as arrays; see `Listening.outputs`."""
        if self.task == "pitch":
            columns = self.frontend.axes
            found = {
                layer: np.asarray(jax.device_get(self.network.activations(state, layer)))
                for layer in ("pitch", "voicing")
            }
            return {"seconds": columns.seconds, **read_pitch(**found)}
        odds = np.array(list(self.probabilities(state).values()))
        bpm = {"bpm": tempi(self.classes)} if self.task == "tempo" else {}
        return {**bpm, "probability": odds}

    def check_finite(self, values: np.ndarray, where: str) -> float:
        """Make sure that a result fits float32, and return its largest magnitude.

        Parameters
        ----------
        values : array
            Of any shape, not empty.
        where : str
            What they are, for the message.

        Raises
        ------
        ValueError
            If a value is not finite: the model's weights or its gain are too large.
        """
        # Both are NaN where any value is; neither needs a copy.
        peak = max(float(values.max()), -float(values.min()))
        if not math.isfinite(peak):
            gain = getattr(self.frontend, "gain", None)
            gains = " or the gains of its features" if self.gains else ""
            raise ValueError(
                f"model {self.name!r} overflows float32 in {where}: its weights"
                f"{f' or its gain, {gain:g},' if gain else ''}{gains} are too large for the sound"
            )
        return peak

    def predict(self, clip: Clip) -> dict[str, float]:
        """Return {class: probability}, the mean over consecutive windows.

        A last window under half length is dropped, unless it is the only one; a shorter one is
        padded with zeros.

        Raises
        ------
        ValueError
            If the model has no head.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> odds = aj.load_model("genre").predict(aj.example_clips()["dance"])
        >>> round(sum(odds.values()), 6)
        1.0
        """
        check_window(self.network.cost(), self.frontend)
        samples = clip.resample(self.frontend.sample_rate).samples
        windows = [
            self.probabilities(self.network.forward(self.frontend.picture(window)))
            for window in self.frontend.windows(samples)
        ]
        return {name: float(np.mean([w[name] for w in windows])) for name in self.classes}

    def __str__(self) -> str:
        """Return a table of the layers; see `summary`."""
        noun = {"tags": "tag", "tempo": "tempo class"}.get(self.task, "class")
        says = many(len(self.classes), noun) if self.classes else "no classes"
        says += self._none()
        if self.gains:
            says += f", gains of {many(len(self.gains), 'feature')}"
        return (
            f"{shorten(self.name, 60)}: {many(len(self.layers), 'layer')}, {says}; hears "
            f"{self.seconds:g} s at {self.frontend.sample_rate} Hz as a picture of "
            f"{times(self.frontend.shape)}\n\n{summary(self.network)}"
        )

    def __repr__(self) -> str:
        widths = " ".join(f"{layer.name}:{layer.features}" for layer in self.layers)
        names = self.classes if len(self.classes) <= _SHOWN else (*self.classes[:_SHOWN], "…")
        classes = ", ".join(names) or "no classes"
        gains = f"; gains of {many(len(self.gains), 'feature')}" if self.gains else ""
        return f"<Model {self.name!r}: {widths}; {classes}{self._none()}{gains}>"

    def _none(self) -> str:
        return f" ({NONE} below {100 * self.none_below:.3g} %)" if self.none_below else ""


def untrained(model: Model) -> Model:
    """Return the same network with random weights that the model did not begin from.

    A network that is trained from seed 0 stays close to `random_model` with seed 0: its weights
    still correlate with those it began from. As a control that would say little; this takes the
    first seed that is not like it.

    Raises
    ------
    NoControl
        If there is none; the message says why.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> control = untrained(aj.random_model(aj.load_model("genre"), seed=0))
    >>> control.name.endswith("random weights (seed 1)")
    True
    """
    return next(controls(model))


def controls(model: Model, first_seed: int = 0) -> Iterator[Model]:
    """Yield `random_model` of one seed after another, but for those that the model began from.

    Those are known by their largest weights, which correlate with the model's by more than a half.
    Only weights that `Network.randomise` draws count: other constants are the same in both.

    Raises
    ------
    NoControl
        If the network has no weights, or they are too few to differ from random ones.
    """
    drawn = zip(*(_weights(model.network.randomise(seed)) for seed in (0, 1)), strict=True)
    changed = [number for number, pair in enumerate(drawn) if not np.array_equal(*pair)]
    if not changed:
        raise NoControl(f"a {type(model.network).__name__} draws the same weights for every seed")
    weights = _weights(model.network)
    largest = max(changed, key=lambda number: weights[number].size)
    a = weights[largest]
    alike = 0
    for seed in itertools.count(first_seed):
        control = random_model(model, seed)
        b = _weights(control.network)[largest]
        if np.abs(a @ b) <= 0.5 * np.linalg.norm(a) * np.linalg.norm(b):
            alike = 0
            yield control
        else:
            alike += 1
            if alike == _TRIED:
                raise NoControl(
                    f"the networks of {_TRIED} seeds were all like it: its largest array of "
                    f"weights has {many(a.size, 'number')}"
                )


def _weights(network: Network) -> list[Float32[np.ndarray, " n"]]:
    return [np.asarray(leaf).ravel() for leaf in jax.device_get(jax.tree.leaves(network))]


def random_model(model: Model, seed: int = 0) -> Model:
    """Return the same network freshly initialised: the control for any claim.

    Its `none_below` is 0: a threshold belongs to the probabilities that it was chosen on.

    Parameters
    ----------
    model : Model
        Gives network, front end and classes.
    seed : int
        Of the He-normal kernels; biases are zero. Training with the same seed begins from these
        very weights: a control for the shipped model wants another than 0.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> control = aj.random_model(aj.load_model("genre"), seed=1)
    >>> control.name
    'genre, random weights (seed 1)'
    """
    return Model(
        model.network.randomise(seed),
        model.frontend,
        model.classes,
        {"seed": seed},
        f"{model.name}, random weights (seed {seed})",
        untrained=True,
        task=model.task,
    )
