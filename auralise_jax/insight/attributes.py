"""How far features follow an attribute of the music: key, chord, instrument, or your own.

The second experiment of Choi, Fazekas and Sandler 2016 (arXiv:1607.02444): clips that differ in one
attribute and agree in all others are compared by what a feature makes of them. If the two results
are alike, the attribute does not matter to the feature. The paper is reported to correlate
deconvolved spectrograms pairwise and to average per layer; its coefficient is not published. The
coefficient here is Pearson's, over whole flattened pictures.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Literal, NamedTuple, get_args

import jax
import numpy as np
from jaxtyping import Bool, Float32, Int
from tqdm.auto import tqdm

from auralise_jax.audio import Clip
from auralise_jax.choices import one_of
from auralise_jax.insight.attribute_table import AttributeCorrelations, Correlations
from auralise_jax.insight.pearson import pearson, standardise
from auralise_jax.listening import Listening, Projection, listen
from auralise_jax.listening.position import POSITIONS
from auralise_jax.listening.resynthesis import resynthesise
from auralise_jax.network import Model
from auralise_jax.network.rules import check_rule

By = Literal["projection", "activation", "auralised"]

BY: tuple[By, ...] = get_args(By)

MOST = 1000
"""Clips at most: the correlations of all pairs then take 4 MB a feature."""

Value = str | float
Result = Float32[np.ndarray, "clips places"]


class _Comparison(NamedTuple):
    """The results that are compared."""

    by: By
    rule: str
    position: str


def attribute_correlations(
    model: Model,
    clips: Iterable[Clip],
    attributes: Iterable[Mapping[str, Value]],
    by: str = "projection",
    *,
    rule: str = "deconvnet",
    position: str = "all",
    layers: Iterable[int | str] | None = None,
    draws: int = 1000,
    seed: int = 0,
    progress: bool = True,
) -> AttributeCorrelations:
    """Correlate what each feature makes of clips that differ in a single attribute.

    Pairs are of clips that differ in one attribute and agree in all others. A constant result,
    such as that of a feature that does not respond, correlates with nothing: it is dropped, and
    counted. A high r says little by itself, since untrained networks reach high values, too:
    compare it with the r of `untrained(model)` and of the clips' own pictures (`.input`).

    Parameters
    ----------
    model : Model
        The network under study.
    clips : iterable of Clip
        At least 2, at most 1,000; the model gets the first window of each.
    attributes : iterable of mapping
        A mapping for each clip, all with the same keys, such as
        ``{"key": "A4", "instrument": "piano"}``. Attributes that all clips share are left out.
    by : {"projection", "activation", "auralised"}
        Compare the signed projections; the maps after ReLU and pooling; or the pictures, in the
        model's own domain, of the auralised sounds (phase resynthesis, no loudness gain).
    rule, position
        As in `Listening.project`; not used by "activation".
    layers : iterable of int or str, optional
        By default all.
    draws : int
        Resamples for the 95 % intervals, at least 100.
    seed : int
        Seed of the resamples.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    AttributeCorrelations
        A list of rows (layer, attribute, mean, spread, pairs, ...), a table that
        ``pandas.DataFrame`` reads; its ``.features`` has a row per feature, ``.figure()`` draws it.

    Raises
    ------
    ValueError
        If clips and attributes do not fit, no two clips differ in just one attribute, or a choice
        is not legal.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> from auralise_jax.probes.probes import chord_probes
    >>> probes = chord_probes(instruments=["sine"], keys=["A4", "G5"], chords=["major", "minor"])
    >>> found = attribute_correlations(
    ...     aj.load_model("genre"),
    ...     [probe.clip for probe in probes],
    ...     [probe.attributes for probe in probes],
    ...     by="activation",
    ...     layers=[1],
    ...     progress=False,
    ... )
    >>> [(row.layer, row.attribute, row.pairs) for row in found]
    [(1, 'key', 2), (1, 'chord', 2)]
    """
    clips, labels = list(clips), [dict(one) for one in attributes]
    pairs = _pairs(clips, labels)
    comparison = _Comparison(
        one_of("by", by, BY), check_rule(rule), one_of("position", position, POSITIONS)
    )
    if draws < 100:
        raise ValueError(f"draws must be 100 or more, not {draws!r}")
    chosen = model.layers if layers is None else layers
    numbers = sorted({model.number(layer) for layer in chosen})
    if not numbers:
        raise ValueError("layers is empty; leave it out for all layers")
    steps = len(clips) + sum(model.layer(number).features for number in numbers)
    words = f"{len(clips)} clips by {comparison.by}"
    with tqdm(total=steps, desc=words, unit="step", disable=not progress) as bar:
        heard = []
        for clip in clips:
            heard.append(listen(model, clip))
            bar.update()
        pictures = np.stack([one.picture.reshape(-1) for one in heard])
        source = correlate(pictures)[None]
        found = {number: _layer(heard, number, comparison, bar.update) for number in numbers}
    return AttributeCorrelations(
        model.name,
        comparison.by,
        comparison.rule,
        comparison.position,
        pairs,
        found,
        source,
        draws,
        seed,
    )


def correlate(rows: Result) -> Float32[np.ndarray, "clips clips"]:
    """Return Pearson's r of each row with each; NaN where a row is constant. Writes over `rows`."""
    peaks = np.abs(rows).max(axis=1, keepdims=True)
    if not np.isfinite(peaks).all():
        raise ValueError("a result is not finite: the model's weights or the clip are damaged")
    rows /= np.where(peaks > 0, peaks, 1)  # or squares of small numbers vanish
    standardise(rows)
    found: Float32[np.ndarray, "clips clips"] = pearson(rows, rows)
    constant = ~rows.any(axis=1)
    found[constant] = found[:, constant] = np.nan
    return found


def _layer(
    heard: Sequence[Listening], layer: int, comparison: _Comparison, each: Callable[[], object]
) -> Correlations:
    """Correlate the results of every feature of a layer."""
    count = heard[0].model.layer(layer).features
    found = np.empty((count, len(heard), len(heard)), np.float32)
    if comparison.by == "activation":
        maps = np.stack([one.activations(layer).reshape(-1, count).T for one in heard])
        for feature in range(count):
            found[feature] = correlate(maps[:, feature].copy())
            each()
        return found

    def result(one: Listening, feature: int) -> Float32[np.ndarray, " places"]:
        shot = one.project(layer, feature, comparison.rule, comparison.position)
        return (_auralised(shot) if comparison.by == "auralised" else shot.picture).reshape(-1)

    # All clips of a feature before the next, so that only two features' results are kept. Two
    # threads, as in `Listening.projections`; they go on while results are correlated.
    with ThreadPoolExecutor(2) as pool:

        def begin(feature: int) -> list[Future[Float32[np.ndarray, " places"]]]:
            return [pool.submit(result, one, feature) for one in heard]

        try:
            waiting = begin(0)
            for feature in range(count):
                rows = np.stack([future.result() for future in waiting])
                waiting = begin(feature + 1) if feature + 1 < count else []
                found[feature] = correlate(rows)
                each()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return found


def _auralised(shot: Projection) -> Float32[np.ndarray, "freq time"]:
    """Return the picture of a projection's sound, faint or not: no layer's peak is asked for."""
    source = shot.source
    frontend = source.frontend
    sound = resynthesise(
        shot.picture,
        source.picture,
        source.spectrum,
        frontend,
        frontend.samples,
        "phase",
    )
    picture: Float32[np.ndarray, "freq time"] = jax.device_get(frontend.picture(sound.samples))
    return picture


def _pairs(
    clips: Sequence[Clip], labels: Sequence[Mapping[str, Value]]
) -> dict[str, Bool[np.ndarray, "clips clips"]]:
    """Return for each attribute which two clips differ in it alone."""
    if len(clips) != len(labels):
        raise ValueError(
            f"each clip needs its attributes: {len(clips)} clips, {len(labels)} attributes"
        )
    if not 2 <= len(clips) <= MOST:
        raise ValueError(f"clips must be 2 to {MOST}, not {len(clips)}")
    names = list(labels[0])
    if not names:
        raise ValueError("attributes are empty; give each clip at least one, as {'key': 'A4'}")
    for number, one in enumerate(labels):
        if set(one) != set(names):
            raise ValueError(
                f"all attributes need the same keys: clip 0 has {', '.join(names)}, clip {number} "
                f"has {', '.join(one) or 'none'}"
            )
    codes = np.stack([_codes([one[name] for one in labels]) for name in names])
    varied = np.flatnonzero(codes.max(axis=1))
    names, codes = [names[n] for n in varied], codes[varied]
    if not names:
        raise ValueError("all clips have the same attributes: there is nothing to compare")
    differ = codes[:, :, None] != codes[:, None, :]
    alone = differ.sum(axis=0) == 1
    pairs = {name: alone & by_name for name, by_name in zip(names, differ, strict=True)}
    lonely = [name for name, some in pairs.items() if not some.any()]
    if len(lonely) == len(names):
        raise ValueError(
            f"no two clips differ in just one of {', '.join(names)}; name fewer attributes"
        )
    if lonely:
        warnings.warn(
            f"no two clips differ in {' or in '.join(lonely)} alone: they get no figures",
            stacklevel=3,
        )
    return pairs


def _codes(values: Sequence[Value]) -> Int[np.ndarray, " clips"]:
    """Return a number for each value, the same for equal values."""
    numbers: dict[Value, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values])
