"""The control: how much the features of an untrained network resemble the source.

A projection with switches resembles the source whatever the weights, so a likeness alone says
little (Adebayo et al. 2018, arXiv:1810.03292): compare it with the likeness of random weights.
"""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Callable, Sequence

import numpy as np

from auralise_jax.audio import Clip
from auralise_jax.insight.comparison import Picture, Projections, compare, source_correlations
from auralise_jax.listening import Listening, Projection
from auralise_jax.network import Model, untrained
from auralise_jax.network.network import NoControl
from auralise_jax.network.streaming import Described


def likeness(projections: Projections, source: Picture) -> float:
    """Return how much a layer's projections resemble the source on average, 0 to 1.

    The mean of `Survey.likeness` over the features that are not silent; 0 if all are. Alone it
    says little, since projections with switches resemble the source whatever the weights: compare
    it with the likeness of `random_model` (Adebayo et al. 2018, arXiv:1810.03292).

    Parameters
    ----------
    projections : array of float, shape (features, freq, time)
        Signed, as from `Listening.project_layer`; of any shape that pictures have.
    source : array of float, shape (freq, time)
        The picture that was projected, `Listening.picture`.

    Raises
    ------
    ValueError
        If shapes do not fit, or a number is not finite.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
    >>> 0 < likeness(heard.project_layer(3), heard.picture) < 1
    True
    """
    return _likenesses(projections, source)[0]


_AMONG = (0.1, 0.9)
"""Quantiles between which a control's likenesses are said to lie."""


def _likenesses(projections: Projections, source: Picture) -> tuple[float, tuple[float, float]]:
    """Return `likeness`, and between which values eight in ten features have theirs."""
    rows = compare(projections, source)
    own = source_correlations(rows, source)[~rows.silent]
    if not len(own):
        return 0.0, (0.0, 0.0)
    low, high = np.quantile(own, _AMONG)
    return float(own.mean()), (float(low), float(high))


class Control:
    """The same network with random weights on the same window; made by `control_of`.

    The weights are those of `untrained`, from which the model was not trained. Each number is
    computed when it is first asked for, and kept.

    Parameters
    ----------
    model : Model
        The trained model.
    clip : Clip
        The window, `Listening.clip`.

    Attributes
    ----------
    why : str
        Why there is no control; empty if there is one, and before any likeness was asked for.
    """

    def __init__(self, model: Model, clip: Clip) -> None:
        self._model, self._clip = model, clip
        self._known: dict[tuple[int, str, str], tuple[float, tuple[float, float]]] = {}
        self.why = ""
        self._working = threading.RLock()  # a second thread waits for the figure

    @property
    def heard(self) -> Listening:
        """The network with random weights, listening to the window; raise as `untrained` does."""
        with self._working:
            return self._heard

    @functools.cached_property
    def _heard(self) -> Listening:
        return Listening(untrained_of(self._model), self._clip, 0.0)

    def likeness(
        self, layer: int, rule: str, position: str, each: Callable[[], None] = lambda: None
    ) -> float | None:
        """Return `likeness` of a layer; None without a control, see `why`.

        `each` as in `Listening.projections`.
        """
        key = (layer, rule, position)
        with self._working:
            if key not in self._known:
                try:
                    heard = self._heard
                except NoControl as error:
                    self.why = str(error)
                    return None
                self.take(*key, heard.projections(*key, each=each))
            return self._known[key][0]

    def take(self, layer: int, rule: str, position: str, found: Sequence[Projection]) -> None:
        """Take the likeness of a layer from projections of it in `heard` that are there already."""
        pictures = np.stack([projection.picture for projection in found])
        with self._working:
            self._known[layer, rule, position] = _likenesses(pictures, self.heard.picture)

    def known(self, layer: int, rule: str, position: str) -> float | None:
        """Return `likeness` of a layer if it was asked for before."""
        return self._known.get((layer, rule, position), (None,))[0]

    def among(self, layer: int, rule: str, position: str) -> tuple[float, float] | None:
        """Return the likenesses between which eight in ten features lie, if `known`."""
        return self._known.get((layer, rule, position), (None, None))[1]


_CONTROLS: weakref.WeakKeyDictionary[Listening, Control] = weakref.WeakKeyDictionary()
_UNTRAINED: weakref.WeakKeyDictionary[Model, Model] = weakref.WeakKeyDictionary()


def control_of(heard: Listening) -> Control:
    """Return a listening's control; it lives as long as the listening does."""
    return _CONTROLS.setdefault(heard, Control(heard.model, heard.clip))


def share_control(heard: Listening, other: Listening) -> None:
    """Compare a listening with the control of another one, to the same window."""
    _CONTROLS[heard] = control_of(other)


def untrained_of(model: Model) -> Model:
    """Return `untrained` of a model, kept as long as the model lives; raise as it does."""
    return _UNTRAINED.get(model) or _UNTRAINED.setdefault(model, untrained(model))


def why_no_control(model: Model) -> str:
    """Return why a model has no control; nothing if it has one."""
    if isinstance(model.network, Described):  # its weights are known by name, so they can be drawn
        return ""
    try:
        untrained_of(model)
    except NoControl as error:
        return str(error)
    return ""
