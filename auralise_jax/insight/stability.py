"""Stability: whether a feature's projection stays when the clip is disturbed a little."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from auralise_jax.audio import Clip
from auralise_jax.insight.comparison import compare
from auralise_jax.insight.pearson import pearson
from auralise_jax.listening import Listening


def stability(
    heard: Listening,
    layer: int | str,
    rule: str = "deconvnet",
    position: str = "all",
    *,
    noise_db: float = -40.0,
    seed: int = 0,
) -> Float[np.ndarray, " features"]:
    """Correlate the projections of a layer with those of the same clip and a little noise.

    A switch that a rounding error flips moves a whole patch of the projection: the sound of an
    unstable feature says as much about the noise as about the music (compare Ghorbani, Abid and
    Zou 2019, arXiv:1710.10547).

    Parameters
    ----------
    heard : Listening
        A model's forward pass over a clip, by `listen`.
    layer, rule, position
        As in `Listening.project`.
    noise_db : float
        RMS of the white noise in dB re the clip's, below 0.
    seed : int
        Seed of the noise.

    Returns
    -------
    array of float, shape (features,)
        Pearson's r of rectified projections, -1 to 1; 0 where either is constant.

    Raises
    ------
    ValueError
        If a choice is not legal or the noise is not fainter than the clip.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
    >>> bool(stability(heard, 1).max() > 0.9)
    True
    """
    if not noise_db < 0:
        raise ValueError(f"noise_db must be below 0, not {noise_db!r}")
    clip = heard.clip
    noise = np.random.default_rng(seed).standard_normal(len(clip.samples))
    rms = np.sqrt(np.mean(np.square(clip.samples)))
    samples = clip.samples + (10 ** (noise_db / 20) * rms * noise).astype(np.float32)
    disturbed = Listening(heard.model, Clip(samples, clip.sample_rate, clip.title), 0.0)
    rows = [
        compare(one.project_layer(layer, rule, position), one.picture).unit
        for one in (heard, disturbed)
    ]
    pairs = zip(rows[0][:, None], rows[1][:, None], strict=True)
    return np.array([pearson(one.astype(float), other)[0, 0] for one, other in pairs])
