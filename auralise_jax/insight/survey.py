"""A survey: every feature of one layer in numbers, for one window of one clip.

So that nobody has to listen to 64 sounds to find the few worth hearing: which features carry the
layer's energy, which only echo the source, which sound alike, and which are silent.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from auralise_jax.insight.comparison import (
    Picture,
    Projections,
    compare,
    correlations,
    grouped,
    resemblance,
)
from auralise_jax.listening import Listening

DUPLICATE = 0.95
"""What a feature and its duplicate correlate by, at least."""


@dataclass(frozen=True, eq=False, repr=False)
class Survey:
    """Numbers about every feature of one layer; made by `survey`.

    All are about rectified projections, which is what the paper's resynthesis makes audible, and
    for one clip: another clip gives another order.

    Attributes
    ----------
    layer : int
        From 1.
    rule, position : str
        How the features were projected.
    alike : float
        What the features of a group correlate by, on average, at least.
    energy : array of float, shape (features,)
        Each feature's share of the layer's sum of squares. Sums to 1; all 0 in a silent layer.
    likeness : array of float, shape (features,)
        Magnitude of Pearson's correlation with the source picture, 0 to 1; 0 for a silent feature.
    sparseness : array of float, shape (features,)
        Hoyer's (2004): 1 if all lies in a single place of the picture, 0 if it is spread evenly;
        0 for a silent feature.
    silent : array of bool, shape (features,)
        As in `Projection.silent`: the peak is below 1e-6 of the largest in the layer.
    correlation : array of float, shape (features, features)
        Pearson's correlation between projections; 1 on the diagonal, 0 for silent features, and
        with those that are nowhere positive.
    group : array of int, shape (features,)
        From 0, the largest group first (of equal ones that with the lowest feature); silent
        features have -1. Average linkage (Sokal and Michener 1958) on 1 - correlation.
    similar : array of int, shape (features,)
        Feature numbers in an order in which neighbours sound alike (Bar-Joseph, Gifford and
        Jaakkola 2001), silent ones last.
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
    group: Int[np.ndarray, " features"]
    similar: Int[np.ndarray, " features"]

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
    ) -> Survey:
        """Survey projections that are there already; see `survey`.

        Parameters
        ----------
        projections : array of float, shape (features, freq, time)
            Signed, as from `Listening.project_layer`.
        source : array of float, shape (freq, time)
            The picture they belong to, `Listening.picture`.
        layer, rule, position
            What to call them; not checked.
        alike : float
            Above 0 and at most 1.

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
        <Survey: layer 1, deconvnet, position all: 4 features in 2 groups, 1 silent; first 2, 3, 0>
        >>> found.group
        array([ 0, -1,  0,  1])
        """
        _check_alike(alike)
        rows = compare(projections, source)
        correlation = correlations(rows)
        group, similar = grouped(correlation, rows.silent, alike)
        return cls(
            layer,
            rule,
            position,
            float(alike),
            rows.energy,
            resemblance(rows, source),
            rows.sparseness,
            rows.silent,
            correlation,
            group,
            similar,
        )

    @property
    def selectivity(self) -> Float[np.ndarray, " features"]:
        """1 - likeness: how far a feature is from an echo of the source, shape (features,).

        0 where there is nothing to hear: for silent features, and those nowhere positive.
        """
        return np.where(self.energy > 0, 1 - self.likeness, 0.0)

    @functools.cached_property
    def twin(self) -> Int[np.ndarray, " features"]:
        """The feature that each is most like, shape (features,); -1 where it is like none."""
        others = self.correlation - 2 * np.eye(len(self.silent))
        return np.where(others.max(axis=1, initial=-1) > 0, others.argmax(axis=1), -1)

    @property
    def redundancy(self) -> Float[np.ndarray, " features"]:
        """How like its twin each is, 0 to 1, shape (features,): what is lost without it is little.

        1 - redundancy is what no other single feature of the layer tells.
        """
        places = np.arange(len(self.twin))
        return np.where(self.twin >= 0, self.correlation[places, self.twin], 0.0)

    @functools.cached_property
    def copies(self) -> Int[np.ndarray, " features"]:
        """The feature that each is a duplicate of, shape (features,); -1 if it is of none.

        Duplicates correlate by `DUPLICATE`. Of several the one with the most energy is the
        original; a feature is compared with originals only.
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

    @functools.cached_property
    def interest(self) -> Float[np.ndarray, " features"]:
        """How much a feature asks to be heard, 0 to 1, shape (features,); 0 for silent ones.

        The geometric mean of two percentile ranks among the living, by energy and by selectivity;
        such a rank is the share of features that do not exceed this one. Loud echoes and faint
        oddities both score low. Of duplicates (see `copies`) only the original keeps its score,
        the others have half of theirs: heard once is enough.
        """
        living = np.flatnonzero(~self.silent)
        loud, odd = (_standing(values[living]) for values in (self.energy, self.selectivity))
        interest = np.zeros(len(self.silent))
        # The whole numbers are multiplied first, so that equal products are exactly equal.
        interest[living] = np.sqrt(loud * odd) / max(1, len(living))
        return np.where(self.copies >= 0, interest / 2, interest)

    @functools.cached_property
    def order(self) -> Int[np.ndarray, " features"]:
        """Feature numbers by interest, most first, silent last; of equals the lower first."""
        return np.argsort(-self.interest, kind="stable")

    @functools.cached_property
    def rank(self) -> Int[np.ndarray, " features"]:
        """Each feature's place in `order`, from 1."""
        rank = np.empty_like(self.order)
        rank[self.order] = np.arange(1, len(rank) + 1)
        return rank

    def table(self, n: int = 10) -> str:
        """Return the first `n` features in order as a text table.

        Raises
        ------
        ValueError
            If `n` is below 1.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
        >>> print(survey(heard, "conv5").table(3).splitlines()[0])
        rank  feature  interest  energy  selectivity  sparseness  group       twin
        """
        from auralise_jax.learning.text import Rows, aligned, percent

        if n < 1:
            raise ValueError(f"n must be 1 or more, not {n!r}")
        names = "rank feature interest energy selectivity sparseness group twin".split()
        rows: Rows = [tuple(names)]
        for k in self.order[:n]:
            told = ("silent", *["-"] * 5)
            if not self.silent[k]:
                twin = f"{self.twin[k]} ({self.redundancy[k]:.2f})" if self.twin[k] >= 0 else "-"
                told = (
                    f"{self.interest[k]:.2f}",
                    percent(self.energy[k]),
                    f"{self.selectivity[k]:.2f}",
                    f"{self.sparseness[k]:.2f}",
                    f"{self.group[k]}",
                    twin,
                )
            rows.append((f"{self.rank[k]}", f"{k}", *told))
        return "\n".join(aligned(rows, left=0))

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
) -> Survey:
    """Project every feature of a layer, and put the result in numbers.

    Parameters
    ----------
    heard : Listening
        A model that has heard a clip.
    layer : int or str
        From 1, or a name such as ``"conv3"``.
    rule : {"deconvnet", "gradient", "guided"}
        What ReLU does on the way back.
    position : {"all", "strongest"}
        Start from each feature's whole map, or from its strongest position only.
    alike : float
        Features of a group correlate by this much on average; above 0 and at most 1. Higher
        values make more and smaller groups.

    Returns
    -------
    Survey

    Raises
    ------
    ValueError
        If a choice is not legal; the message lists the legal ones.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
    >>> found = survey(heard, "conv3")
    >>> bool(found.rank[found.order[0]] == 1)
    True
    >>> round(float(found.energy.sum()), 6)
    1.0
    """
    _check_alike(alike)  # before the long work
    projections = heard.project_layer(layer, rule, position)
    number = heard.model.architecture.check_layer(layer)
    return Survey.of(
        projections, heard.picture, layer=number, rule=rule, position=position, alike=alike
    )


def likeness(projections: Projections, source: Picture) -> float:
    """Return how much a layer's projections resemble the source on average, 0 to 1.

    The mean over the living features of `Survey.likeness`; 0 if all are silent. On its own it says
    little, since projections with switches resemble the source whatever the weights: set it beside
    the same of `random_model` (Adebayo et al. 2018, arXiv:1810.03292).

    Parameters
    ----------
    projections : array of float, shape (features, freq, time)
        Signed, as from `Listening.project_layer`.
    source : array of float, shape (freq, time)
        The picture they belong to, `Listening.picture`.

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
    rows = compare(projections, source)
    living = ~rows.silent
    return float(resemblance(rows, source)[living].mean()) if living.any() else 0.0


def _standing(values: Float[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
    """Return how many values do not exceed each, itself included."""
    return np.searchsorted(np.sort(values), values, side="right")


def _check_alike(alike: float) -> None:
    if not 0 < alike <= 1:
        raise ValueError(f"alike must be above 0 and at most 1, not {alike!r}")
