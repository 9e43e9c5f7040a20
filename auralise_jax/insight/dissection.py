"""Dissection: which concept a feature follows, with a number, and a name where it stands out.

After Network Dissection (Bau, Zhou, Khosla, Oliva and Torralba 2017, arXiv:1704.05796), for sound
and with a control: a network that never learned anything has good onset detectors by chance, so a
name needs more than the best that random weights offer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float
from tqdm.auto import tqdm

from auralise_jax.audio import Clip
from auralise_jax.files import write_whole
from auralise_jax.insight.chance import Chance, chance, excess_over
from auralise_jax.insight.concepts import CONCEPTS
from auralise_jax.insight.dissection_figure import dissection_figure
from auralise_jax.insight.dissection_rows import NO_CONCEPT, Name, Row
from auralise_jax.insight.evidence import Evidence, gather
from auralise_jax.insight.scores import Scores, p_values, q_values, score
from auralise_jax.network import Model
from auralise_jax.network.cost import check_window
from auralise_jax.network.layer import Layer
from auralise_jax.probes.sounding import Probe
from auralise_jax.records import Records
from auralise_jax.tables import Table

if TYPE_CHECKING:
    from auralise_jax.audio.figure import ShownFigure

LEVEL, LEAST_AUC, LEAST_DRAWS = 0.05, 0.75, 100
NEAREST = "nearest concept"
"""Note of every feature that was dissected."""
_LEFT_OUT = "maps on no grid of frequency and time"


class Dissection(Records[Row]):
    """Every feature and concept; made by `dissect`. ``to_frame()`` gives a pandas table.

    Attributes
    ----------
    model : str
        The network with the features.
    sounds : int
        How many were heard.
    names : dict of (int, int) to Name
        By layer and feature.
    chance : Chance
        Of the random networks; pass it on to `dissect` for another model of the same shape.
    left_out : dict of int to Layer
        Layers whose maps lie on no grid of frequency and time, by number: no concept is looked for.
    """

    def __init__(
        self,
        model: str,
        sounds: int,
        layers: Sequence[tuple[Scores, Float[np.ndarray, "concepts features"]]],
        chance: Chance,
        numbers: Sequence[int] | None = None,
        left_out: Mapping[int, Layer] | None = None,
    ) -> None:
        self.model, self.sounds, self.chance = model, sounds, chance
        self.left_out = dict(left_out or {})
        self.names: dict[tuple[int, int], Name] = {}
        thresholds = chance.thresholds()
        rows = []
        numbers = numbers or range(1, len(layers) + 1)
        for at, (number, (scores, p)) in enumerate(zip(numbers, layers, strict=True)):
            q = q_values(p)
            excess = excess_over(thresholds, scores, at)
            for feature in range(p.shape[1]):
                name = _name(number, feature, scores, q, excess)
                self.names[number, feature] = name
                for index, concept in enumerate(CONCEPTS):
                    if np.isfinite(scores.auc[index, feature]):
                        rows.append(
                            Row(
                                number,
                                feature,
                                concept.name,
                                float(scores.auc[index, feature]),
                                float(scores.r[index, feature]),
                                float(p[index, feature]),
                                float(q[index, feature]),
                                float(thresholds.auc[at, index]),
                                float(thresholds.r[at, index]),
                            )
                        )
        super().__init__(rows)

    @property
    def named(self) -> list[Name]:
        """The features that have a name, layer by layer, the clearest first."""
        found = [name for name in self.names.values() if name.named]
        return sorted(found, key=lambda name: (name.layer, -name.excess))

    def notes(self) -> dict[tuple[int, int], dict[str, str]]:
        """Return what an atlas shows of each feature, by layer and feature.

        Features without a name have no "name" in theirs.
        """
        found = {}
        for key, name in self.names.items():
            facts = {"name": name.name} if name.named else {}
            nearest = "none"
            if np.isfinite(name.auc):
                nearest = f"{name.concept}, AUC {name.auc:.2f}, q {name.q:.2g}"
            if self.chance.no_control:
                nearest += f"; no control: {self.chance.no_control}"
            found[key] = facts | {NEAREST: nearest}
        for number, layer in self.left_out.items():
            for feature in range(layer.features):
                found[number, feature] = {NEAREST: f"not looked for in layer {layer}: {_LEFT_OUT}"}
        return found

    def table(self, layer: int | None = None) -> Table:
        """Return the features with a name, of a layer or of all layers, as a table.

        Raises
        ------
        ValueError
            If there is no such layer.
        """
        from auralise_jax.text import Rows

        layers = sorted({number for number, _ in self.names})
        if layer is not None and layer not in layers:
            raise ValueError(f"layer must be one of {layers}, not {layer!r}")
        rows: Rows = [("feature", "name", "r", "q", "times the bar")]
        for name in self.named:
            if layer in (None, name.layer):
                feature = f"{name.layer}-{name.feature}"
                figures = (f"{name.r:.2f}", f"{name.q:.4f}", f"{name.excess:.1f}")
                rows.append((feature, name.name, *figures))
        names = [name for name in self.names.values() if layer in (None, name.layer)]
        rest = sum(not name.named for name in names)
        bar = f"the bar is set by {self.chance.best.shape[1]} random networks"
        if self.chance.no_control:
            bar = f"no control: {self.chance.no_control}"
        notes = [f"{rest} of {len(names)}: {NO_CONCEPT}; {bar}"]
        if self.left_out and layer is None:
            notes.append(f"without {', '.join(map(str, self.left_out.values()))}: {_LEFT_OUT}")
        return Table.of_text(rows, left=2, notes=notes)

    def claims(self) -> Table:
        """Return what the paper's authors heard, and whether it holds for this model.

        They describe their model by ear; another model need not agree. Claims marked [2] are
        reported only.
        """
        from auralise_jax.text import Rows

        rows: Rows = [("claim", "verdict", "features")]
        depth = max(layer for layer, _ in self.names)
        for claim in _CLAIMS:
            layers = [min(layer, depth) for layer in claim.layers]
            found = [
                name
                for name in self.named
                if name.layer in layers and name.concept in claim.concepts
            ]
            best = ", ".join(
                f"{name.layer}-{name.feature} ({name.auc:.2f})"
                for name in sorted(found, key=lambda name: -name.excess)[:3]
            )
            more = f" and {len(found) - 3} more" if len(found) > 3 else ""
            verdict = "holds" if found else "does not hold"
            if self.chance.no_control:
                verdict = "no control"
            rows.append((claim.words, verdict, best + more or "-"))
        notes = ["[1] abstract of arXiv:1607.02444 or its author's blog; [2] reported, unverified"]
        if self.chance.no_control:
            notes.append(f"no control: {self.chance.no_control}")
        return Table.of_text(rows, left=3, notes=notes)

    def save(self, path: str | Path) -> Path:
        """Write the name of every feature as a table in CSV, which `merge_marks` reads.

        Parameters
        ----------
        path : str or Path
            An existing file is replaced. Columns: the model, and the fields of `Name`.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        from auralise_jax.insight.names_table import names_table

        write_whole(Path(path), names_table(self.model, self.names.values()))
        return Path(path)

    def figure(self) -> ShownFigure:
        """Draw each concept's best feature in each layer, against random networks."""
        return dissection_figure(self)

    def __repr__(self) -> str:
        return (
            f"<Dissection: {self.model!r}, {len(self.names)} features on {self.sounds} sounds; "
            f"{len(self.named)} have a name>"
        )


class _Claim(NamedTuple):
    words: str
    layers: tuple[int, ...]
    concepts: tuple[str, ...]


_CLAIMS = (
    _Claim("onset detectors in layers 1-2 [1]", (1, 2), ("onsets",)),
    _Claim("layer 1 keeps what is held, not attacks [1]", (1,), ("sustained partials", "harmonic")),
    _Claim("bass selectors in layers 1-2 [2]", (1, 2), ("bass",)),
    _Claim("harmonic selectors in layers 2-3 [2]", (2, 3), ("harmonic", "sustained partials")),
    _Claim("melody (top note) in layers 2-4 [2]", (2, 3, 4), ("melody",)),
    _Claim("kick-drum selectors in layers 3-4 [1]", (3, 4), ("kick",)),
    _Claim("textures in layers 4-5 [1]", (4, 5), ("noise",)),
)


def dissect(
    model: Model,
    sounds: Iterable[Probe | Clip] | None = None,
    *,
    networks: int = 100,
    draws: int = 10_000,
    seed: int = 0,
    chance_of: Chance | None = None,
    progress: bool = True,
) -> Dissection:
    """Score every feature for every concept, and name the features that stand out.

    A feature gets a name only if it detects the concept with an AUC of at least .75; if that is
    beyond chance with q < .05, by circular time shifts and Benjamini and Hochberg's correction
    over the layer; and if AUC or r exceeds what 99 % of networks with random weights reach
    anywhere (`Chance.thresholds`). All other features have "no clear concept"; all features have,
    if the network has no weights to draw anew and so no control.

    Parameters
    ----------
    model : Model
        The network with the features.
    sounds : iterable of Probe or Clip, optional
        By default 104 probes of `probes.stimuli`, whose concepts are known. In clips descriptors
        estimate where a concept is, so that names are less certain.
    networks : int
        Networks with random weights, at least 20. They take most of the time: about 2 s each.
        Fewer than 100 lower the thresholds, and more features get a name.
    draws : int
        Random time shifts, at least 100; their number bounds p from below.
    seed : int
        Seed of the shifts, and of the places that are compared.
    chance_of : Chance, optional
        The random networks' scores from an earlier call with the same sounds and network.
    progress : bool
        Whether to show bars.

    Returns
    -------
    Dissection
        A list of rows (layer, feature, concept, auc, r, p, q, ...); its ``.names`` has a `Name`
        for each feature, ``.table()`` and ``.claims()`` print them. Layers whose maps lie on no
        grid of frequency and time are left out, and ``.left_out`` names them.

    Raises
    ------
    ValueError
        If there are no sounds, all layers are left out, or a number is too small.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> found = aj.dissect(aj.load_model("genre"))  # doctest: +SKIP
    >>> found.named[0].name  # doctest: +SKIP
    'silence detector, AUC .86'
    """
    if draws < LEAST_DRAWS:
        raise ValueError(f"draws must be {LEAST_DRAWS} or more, not {draws!r}")
    check_window(model.network.cost(), model.frontend)
    if sounds is None:
        sounds = default_sounds(model)
    evidence = gather(sounds, model.frontend, model.network, seed=seed, progress=progress)
    if chance_of is None:
        chance_of = chance(model, evidence, networks, least_auc=LEAST_AUC, progress=progress)
    return dissect_by(model, evidence, chance_of, draws=draws, seed=seed, progress=progress)


def dissect_by(
    model: Model,
    evidence: Evidence,
    chance_of: Chance,
    *,
    draws: int = 10_000,
    seed: int = 0,
    progress: bool = False,
) -> Dissection:
    """Dissect by evidence that is there already; see `dissect`."""
    maps = evidence.maps(model)
    numbers = evidence.layers or range(1, len(maps) + 1)
    for number, one in zip(numbers, maps, strict=True):
        model.check_finite(one, f"layer {number}")
    scores = score(evidence, maps)
    layers = []
    steps = list(zip(evidence.levels, maps, scores, strict=True))
    for level, one, own in tqdm(steps, "time shifts", unit="layer", disable=not progress):
        layers.append((own, p_values(level, one, draws, seed)))
    every = enumerate(model.layers, start=1)
    left_out = {number: layer for number, layer in every if number not in numbers}
    sounds = len(evidence.pictures)
    return Dissection(model.name, sounds, layers, chance_of, numbers, left_out)


def default_sounds(model: Model) -> list[Probe]:
    """Return the probes that features are scored on, at the model's rate where that can be."""
    from auralise_jax.probes.stimuli import stimuli

    rate = min(max(model.frontend.sample_rate, 8_000), 96_000)
    return [probe for seed in (0, 1) for probe in stimuli(rate, seed=seed)]


def _name(
    layer: int,
    feature: int,
    scores: Scores,
    q: Float[np.ndarray, "concepts features"],
    excess: Float[np.ndarray, "concepts features"],
) -> Name:
    auc, r, own_q, own = (x[:, feature] for x in (scores.auc, scores.r, q, excess))
    scored = np.isfinite(auc)
    if not scored.any():
        return Name(layer, feature, NO_CONCEPT, "-", nan, nan, nan, nan, named=False)
    clear = scored & (auc >= LEAST_AUC) & (own_q < LEVEL) & (own > 1)
    best = int(
        np.argmax(np.where(clear, own, -np.inf) if clear.any() else np.where(scored, auc, 0))
    )
    concept = CONCEPTS[best]
    percent = f"{auc[best]:.2f}".removeprefix("0")
    named = bool(clear.any())
    name = f"{concept.detector}, AUC {percent}" if named else NO_CONCEPT
    found = [float(x[best]) for x in (auc, r, own_q, own)]
    return Name._make((layer, feature, name, concept.name, *found, named))
