"""Pictures of sound that a network is tried with, and that a control's statistics come from."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from auralise_jax.audio import Clip, example_clips
from auralise_jax.device import on_device
from auralise_jax.frontend import AnyFrontend

WINDOWS = 16
"""Of an example clip, at most."""

Pictures = Callable[[], list[Array]]


def example_pictures(
    frontend: AnyFrontend, example: Clip | Float[Array | np.ndarray, "..."] | None = None
) -> tuple[Array, Pictures]:
    """Return one picture, and what gives several.

    Parameters
    ----------
    frontend : AnyFrontend
        Makes them.
    example : Clip or array, optional
        Of a clip, they are its first windows; of a picture, that one alone. If not given, they are
        the first window of each shipped clip.

    Raises
    ------
    ValueError
        If the example is a picture of another shape than the front end's.
    TypeError
        If it is neither a clip nor a picture.
    """

    def of(clip: Clip, count: int) -> list[Array]:
        windows = frontend.windows(clip.resample(frontend.sample_rate).samples)
        return [jnp.asarray(frontend.picture(one)) for one in itertools.islice(windows, count)]

    if example is None:
        clips = example_clips()
        first, *_ = clips
        return of(clips[first], 1)[0], lambda: [of(clip, 1)[0] for clip in clips.values()]
    if isinstance(example, Clip):
        return of(example, 1)[0], lambda: of(example, WINDOWS)
    if not isinstance(example, (jax.Array, np.ndarray)):
        raise TypeError(f"an example is a Clip or a picture, not {example!r}; see aj.load_clip")
    picture = on_device(np.asarray(jax.device_get(example), np.float32))
    if picture.shape != frontend.shape:
        raise ValueError(
            f"the example has shape {picture.shape}; the front end makes pictures of shape "
            f"{frontend.shape}"
        )
    return picture, lambda: [picture]
