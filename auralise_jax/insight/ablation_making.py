"""Ablation: what each feature does to each class, found out by muting it, beside chance.

That a feature is strong where a class is likely does not say that it makes the class likely. Muting
it and running the rest again does, as Morcos, Barrett, Rabinowitz and Botvinick (2018,
arXiv:1803.06959) did for single features. What muting does by chance is seen in networks of random
weights, and for groups of features in random groups of the same layer.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from auralise_jax.choices import one_of, whole
from auralise_jax.insight.ablation import BY, check_scores, measure, measure_groups
from auralise_jax.insight.ablation_control import by_groups, by_networks
from auralise_jax.insight.ablation_table import Ablation
from auralise_jax.insight.ablation_windows import Sounds, windows_of
from auralise_jax.insight.resampling import mean_intervals
from auralise_jax.network import Model, load_model
from auralise_jax.network.layer import Layer


def ablate(
    model: Model | str | Path,
    clips: Sounds,
    layer: Layer | str | int,
    by: str = "zero",
    *,
    features: Iterable[int] | None = None,
    windows: int = 200,
    hop: float | None = None,
    controls: int = 3,
    draws: int = 20,
    seed: int = 0,
    confidence: float = 0.95,
    progress: bool = True,
) -> Ablation:
    """Mute every feature of a layer alone, or some together, and see what each class loses.

    Parameters
    ----------
    model : Model, str or Path
        Of any network that gives scores; a name or a file as in `load_model`.
    clips : Clip, str or Path, or several
        Clips, names of shipped clips, or sound files. Windows are taken from the beginning of each,
        shared out evenly; see `windows_of`.
    layer : Layer, str or int
        By name, or by number from 1.
    by : {"zero", "mean"}
        By "zero" a muted map has the value that it has where its feature is silent
        (`Network.off`, 0 after a ReLU), which the layers above may never have met throughout. By
        "mean" it has the feature's mean over these windows everywhere, so that its level stays and
        what varies is gone.
    features : iterable of int, optional
        Features, from 0, that are muted together, and held against random groups. By default every
        feature is muted alone, and held against those of networks of random weights. Features that
        were chosen for their effects need other clips here, or they win by choice.
    windows : int
        Windows at most.
    hop : float, optional
        Seconds from window to window; by default their length, so that none overlap.
    controls : int
        Networks of random weights; each takes as long as the model. Not used with `features`.
    draws : int
        Groups of as many random other features; used with `features` only.
    seed : int
        Of the groups, and of the bootstrap.
    confidence : float
        Of the intervals, which resample clips, or windows where there is a single clip; and the
        share of the control that its band holds.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    Ablation
        Its ``.effect``, ``.low`` and ``.high`` are arrays (features, classes); ``.table()`` prints
        the strongest, ``.plot()`` draws all, ``.rows()`` is for pandas, ``.order(class_name)``
        ranks features.

    Raises
    ------
    ValueError
        If the model gives no scores; there is no such layer, feature or choice; there are no clips,
        or they are silent; a number is out of range; or a result is not finite.
    OSError
        If a file cannot be read.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> found = aj.ablate(
    ...     "genre", ["dance", "ballad"], layer=5, windows=2, controls=1,
    ...     progress=False,
    ... )
    >>> found
    <Ablation: 'genre', conv5 by zero: 64 features on 2 windows of 2 clips; ballad, dance, hip-hop>
    >>> found.effect.shape, len(found.rows())
    ((64, 3), 192)
    """
    if not isinstance(model, Model):
        model = load_model(model)
    number = model.number(layer)
    own = model.layers[number - 1]
    check_scores(model)
    one_of("by", by, BY)
    group = None if features is None else _group(own, features)
    for name, count, least in (("controls", controls, 0), ("draws", draws, 1), ("seed", seed, 0)):
        if whole(count) < least:
            raise ValueError(f"{name} must be a whole number of at least {least}, not {count!r}")
    if not (isinstance(confidence, (float, np.floating)) and 0 < confidence < 1):
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence!r}")
    heard = windows_of(model, clips, windows, hop)
    pictures, count = heard.pictures, len(heard.pictures)
    steps = count * (1 + (controls if group is None else draws))
    with tqdm(total=steps, desc=f"muting {own}", unit="step", disable=not progress) as bar:
        if group is None:
            found = measure(model, pictures, number, by, each=bar.update)
            control = by_networks(model, pictures, number, by, controls, each=bar.update)
        else:
            found = measure_groups(model, pictures, number, [group], by, each=bar.update)
            control = by_groups(
                model, pictures, number, by, group, draws,
                seed=seed, each=bar.update,
            )  # fmt: skip
        bar.total = bar.n  # without a control there was less to do
    several = len(heard.titles) > 1
    groups = heard.clip if several else np.arange(count)
    low, high = mean_intervals(found.effects, groups, confidence=confidence, seed=seed)
    return Ablation(
        model.name,
        own,
        by,
        model.classes,
        group,
        found.effects.mean(axis=0, dtype=float),
        low,
        high,
        found.spread,
        control,
        count,
        heard.silent,
        heard.titles,
        "clips" if several else "windows",
        confidence,
    )


def _group(layer: Layer, features: Iterable[int]) -> tuple[int, ...]:
    if isinstance(features, (str, bytes)) or not isinstance(features, Iterable):
        raise ValueError(
            f"features must be a list of numbers such as [3, 20], not {features!r:.80}"
        )
    group = [layer.check_feature(feature) for feature in features]
    if not group:
        raise ValueError("features is empty; leave it out to mute every feature alone")
    for feature in group:
        if group.count(feature) > 1:
            raise ValueError(f"feature {feature} is named twice in features")
    return tuple(group)
