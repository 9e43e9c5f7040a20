"""A survey: every feature of a layer in numbers, for a window of a clip.

So that nobody has to listen to 64 sounds to find the few worth hearing: which features carry the
layer's energy, which only echo the source, which sound alike, and which are silent.

The ranking: first the features that are *strong and beyond their control*, by energy, then all
others, by energy. Strong: at least the mean share of the layer's energy, 1 / features. Beyond the
control: less like the source than the features of the same network with random weights are on
average. The energy of a duplicate counts half; only the strongest of duplicates counts in full.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from auralise_jax.choices import one_of
from auralise_jax.insight.comparison import (
    Picture,
    Projections,
    compare,
    correlations,
    grouped,
    source_correlations,
)
from auralise_jax.insight.control import control_of
from auralise_jax.insight.likeness_interval import Ends, likeness_intervals
from auralise_jax.listening import Listening
from auralise_jax.listening.position import POSITIONS
from auralise_jax.tables import Table

DUPLICATE = 0.95
"""The least correlation of a feature and its duplicate."""


@dataclass(frozen=True, eq=False, repr=False)
class Survey:
    """Numbers about every feature of a layer; made by `survey`.

    They describe rectified projections, which the paper's resynthesis makes audible, and hold for
    this clip: another clip gives another order.

    Attributes
    ----------
    layer : int
        From 1.
    rule, position : str
        How the features were projected.
    alike : float
        The least average correlation of the features of a group.
    energy : array of float, shape (features,)
        Each feature's share of the layer's sum of squares. Sums to 1; all 0 in a silent layer.
    likeness : array of float, shape (features,)
        Magnitude of Pearson's correlation with the source picture, 0 to 1; 0 for a silent feature.
    sparseness : array of float, shape (features,)
        Hoyer's (2004): 1 if all energy lies in a single place of the picture, 0 if it is spread
        evenly; 0 for a silent feature.
    silent : array of bool, shape (features,)
        As in `Projection.silent`: the peak is below 1e-6 of the largest in the layer.
    correlation : array of float, shape (features, features)
        Pearson's correlation between projections; 1 on the diagonal, 0 for silent features, and
        with those that are nowhere positive.
    control : float or None
        `likeness` of the same network with random weights, in the mean over its features;
        None if there is none: then no feature counts as an echo.
    no_control : str
        Why there is none, if known.
    control_range : tuple of float, or None
        Likenesses between which eight in ten of the control's features lie.
    likeness_interval : array of float, shape (features, 2), or None
        By `likeness_intervals`.
    """

    layer: int
    rule: str
    position: str
    alike: float
    energy: Float[np.ndarray, " features"]
    likeness: Float[np.ndarray, " features"]
    sparseness: Float[np.ndarray, " features"]
    silent: Bool[np.ndarray, " features"]
    correlation: Float[np.ndarray, "features features"]
    control: float | None = None
    no_control: str = ""
    control_range: tuple[float, float] | None = None
    likeness_interval: Ends | None = None

    @classmethod
    def of(
        cls,
        projections: Projections,
        source: Picture,
        *,
        layer: int,
        rule: str,
        position: str,
        alike: float = 0.7,
        control: float | None = None,
        no_control: str = "",
        control_range: tuple[float, float] | None = None,
    ) -> Survey:
        """Survey projections that are there already; see `survey`.

        Parameters
        ----------
        projections : array of float, shape (features, freq, time)
            Signed, as from `Listening.project_layer`.
        source : array of float, shape (freq, time)
            The picture that was projected, `Listening.picture`.
        layer, rule, position
            Recorded as they are; not checked.
        alike : float
            Above 0 and at most 1.
        control, no_control, control_range
            Likeness of the control, or why there is none; see `Control`.

        Raises
        ------
        ValueError
            If `alike` is out of range, shapes do not fit, or a number is not finite.

        Examples
        --------
        >>> tone, click = np.array([[4.0, 0, 0], [0, 1, 0]]), np.array([[0, 0, 2.0], [0, 0, 1]])
        >>> layer = np.stack([tone, 0 * tone, 2 * tone, click])
        >>> found = Survey.of(layer, tone, layer=1, rule="deconvnet", position="all")
        >>> found
        <Survey: layer 1, deconvnet, position all: 4 features in 2 groups, 1 silent; first 2, 0, 3>
        >>> found.group
        array([ 0, -1,  0,  1])
        """
        _check_alike(alike)
        rows = compare(projections, source)
        return cls(
            layer,
            rule,
            position,
            float(alike),
            rows.energy,
            source_correlations(rows, source),
            rows.sparseness,
            rows.silent,
            correlations(rows),
            control,
            no_control,
            control_range,
            likeness_intervals(rows, source),
        )

    def against(
        self, control: float | None, no_control: str = "", among: tuple[float, float] | None = None
    ) -> Survey:
        """Return the same survey with another control, or the reason why there is none."""
        other = replace(self, control=control, no_control=no_control, control_range=among)
        vars(other)["_grouped"] = self._grouped  # the control changes nothing of what takes longest
        return other

    @functools.cached_property
    def _grouped(self) -> tuple[Int[np.ndarray, " features"], Int[np.ndarray, " features"]]:
        return grouped(self.correlation, self.silent, self.alike)

    @property
    def group(self) -> Int[np.ndarray, " features"]:
        """The group of each feature, shape (features,): from 0, the largest first; -1 if silent.

        Of equally large groups the group with the lowest feature is first. Average linkage (Sokal
        and Michener 1958) on 1 - correlation.
        """
        return self._grouped[0]

    @property
    def similar(self) -> Int[np.ndarray, " features"]:
        """Feature numbers in an order in which neighbours sound alike, silent features last.

        By the optimal leaf ordering of Bar-Joseph, Gifford and Jaakkola 2001.
        """
        return self._grouped[1]

    @property
    def selectivity(self) -> Float[np.ndarray, " features"]:
        """1 - likeness: how far a feature is from an echo of the source, shape (features,).

        0 where there is nothing to hear: for silent features, and those nowhere positive.
        """
        return np.where(self.energy > 0, 1 - self.likeness, 0.0)

    @functools.cached_property
    def twin(self) -> Int[np.ndarray, " features"]:
        """The feature most like each feature, shape (features,); -1 if there is none."""
        others = self.correlation - 2 * np.eye(len(self.silent))
        return np.where(others.max(axis=1, initial=-1) > 0, others.argmax(axis=1), -1)

    @property
    def redundancy(self) -> Float[np.ndarray, " features"]:
        """Correlation of each feature with its twin, 0 to 1, shape (features,).

        1 - redundancy is the part that no other single feature of the layer has.
        """
        places = np.arange(len(self.twin))
        return np.where(self.twin >= 0, self.correlation[places, self.twin], 0.0)

    @functools.cached_property
    def copies(self) -> Int[np.ndarray, " features"]:
        """The original of each duplicate, shape (features,); -1 for all other features.

        Duplicates correlate by `DUPLICATE`. The feature with the most energy is the original of
        its duplicates; features are compared with originals only.
        """
        found = np.full(len(self.silent), -1)
        originals: list[int] = []
        for k in np.argsort(-self.energy, kind="stable"):
            near = [o for o in originals if self.correlation[k, o] >= DUPLICATE]
            if self.silent[k]:
                continue
            if near:
                found[k] = max(near, key=lambda o: self.correlation[k, o])
            else:
                originals.append(int(k))
        return found

    @property
    def strong(self) -> Bool[np.ndarray, " features"]:
        """Whether a feature has the mean share of the layer's energy or more, shape (features,)."""
        return self.energy >= (1 - 1e-9) / len(self.energy)  # equal shares are rounded

    @property
    def beyond(self) -> Bool[np.ndarray, " features"]:
        """Whether a feature is less like the source than the control is, shape (features,).

        So are half of a random network's features: this says where to listen first, and is no
        finding about a feature. Without a control it is true of all features.
        """
        return self.likeness < (np.inf if self.control is None else self.control)

    @functools.cached_property
    def interest(self) -> Float[np.ndarray, " features"]:
        """How much a feature is worth listening to, 0 to 1, shape (features,).

        The energy of features that are `strong` and `beyond` their control; 0 for all others. A
        duplicate (see `copies`) counts half: to hear its original is enough.
        """
        return np.where(self.strong & self.beyond, self._strength, 0.0)

    @property
    def _strength(self) -> Float[np.ndarray, " features"]:
        return np.where(self.copies >= 0, self.energy / 2, self.energy)

    @functools.cached_property
    def order(self) -> Int[np.ndarray, " features"]:
        """Feature numbers by interest, most first; then by energy, where that of copies is halved.

        Silent features stand last; of equals the lower number is first.
        """
        return np.lexsort((-self._strength, -self.interest, self.silent))

    @functools.cached_property
    def rank(self) -> Int[np.ndarray, " features"]:
        """Each feature's place in `order`, from 1."""
        rank = np.empty_like(self.order)
        rank[self.order] = np.arange(1, len(rank) + 1)
        return rank

    def table(self, n: int = 10) -> Table:
        """Return the first `n` features in order as a table, and below it the control.

        Raises
        ------
        ValueError
            If `n` is below 1.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
        >>> print(survey(heard, "conv5").table(3).splitlines()[0])
        rank  feature  interest  energy  likeness  sparseness  group       twin
        """
        from auralise_jax.text import Rows, percent

        if n < 1:
            raise ValueError(f"n must be 1 or more, not {n!r}")
        names = "rank feature interest energy likeness sparseness group twin".split()
        rows: Rows = [tuple(names)]
        for k in self.order[:n]:
            cells = ("silent", *["-"] * 5)
            if not self.silent[k]:
                twin = f"{self.twin[k]} ({self.redundancy[k]:.2f})" if self.twin[k] >= 0 else "-"
                cells = (
                    f"{self.interest[k]:.3f}" if self.interest[k] else "-",
                    percent(self.energy[k]),
                    f"{self.likeness[k]:.2f}",
                    f"{self.sparseness[k]:.2f}",
                    f"{self.group[k]}",
                    twin,
                )
            rows.append((f"{self.rank[k]}", f"{k}", *cells))
        return Table.of_text(rows, left=0, notes=[self.verdict])

    @property
    def verdict(self) -> str:
        """How many features are strong and beyond their control, as a sentence."""
        from auralise_jax.text import percent

        if self.control is None:
            why = f"{self.no_control}; " if self.no_control else ""
            return f"No control: {why}ranked by energy."
        count = int(np.count_nonzero(self.interest))
        which = {0: "No feature has", 1: "1 feature has"}.get(count, f"{count} features have")
        less = f"less like the source than random weights ({self.control:.2f})"
        said = (
            f"{which} {percent(1 / len(self.energy))} of the energy or more and "
            f"{'is' if count < 2 else 'are'} {less}"
        )
        return f"{said}: {'first in the ranking' if count else 'ranked by energy'}."

    def __repr__(self) -> str:
        silent, groups = int(self.silent.sum()), int(self.group.max()) + 1
        text = f"{len(self.silent)} feature{'s' * (len(self.silent) != 1)}"
        if groups:
            first = ", ".join(f"{k}" for k in self.order[: min(3, len(self.silent) - silent)])
            text += f" in {groups} group{'s' * (groups != 1)}, {silent} silent; first {first}"
        else:
            text += ", all silent"
        return f"<Survey: layer {self.layer}, {self.rule}, position {self.position}: {text}>"


def survey(
    heard: Listening,
    layer: int | str,
    rule: str = "deconvnet",
    position: str = "all",
    *,
    alike: float = 0.7,
    control: float | None = None,
) -> Survey:
    """Project every feature of a layer, and put the result in numbers.

    The control is the same network with random weights; its numbers are kept with `heard`.

    Parameters
    ----------
    heard : Listening
        A model's forward pass over a clip, by `listen`.
    layer : int or str
        From 1, or a name such as ``"conv3"``.
    rule : {"deconvnet", "gradient", "guided"}
        What ReLU does on the way back.
    position : {"all", "strongest"}
        Start from each feature's whole map, or from the strongest position only.
    alike : float
        Features of a group correlate by this much on average; above 0 and at most 1. Higher
        values make more and smaller groups.
    control : float, optional
        Likeness to compare the features with; by default the likeness of the same network with
        random weights on the same window. A network without weights has no control: its features
        are ranked by energy, and `Survey.no_control` says why.

    Returns
    -------
    Survey

    Raises
    ------
    ValueError
        If a choice is not legal; the message lists the legal values.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
    >>> found = survey(heard, "conv3")
    >>> bool(found.rank[found.order[0]] == 1)
    True
    """
    _check_alike(alike)  # before the long work
    one_of("position", position, POSITIONS)
    projections = heard.project_layer(layer, rule, position)
    number = heard.model.number(layer)
    no_control, among = "", None
    if control is None:
        own = control_of(heard)
        control, no_control = own.likeness(number, rule, position), own.why
        among = own.among(number, rule, position)
    return Survey.of(
        projections,
        heard.picture,
        layer=number,
        rule=rule,
        position=position,
        alike=alike,
        control=control,
        no_control=no_control,
        control_range=among,
    )


def _check_alike(alike: float) -> None:
    if not 0 < alike <= 1:
        raise ValueError(f"alike must be above 0 and at most 1, not {alike!r}")
