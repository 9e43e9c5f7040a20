"""A whole song: heard window by window, in one pass."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from auralise_jax.audio import Clip
from auralise_jax.audio.recording import Recording, find_recording
from auralise_jax.listening.song_listening import SongListening
from auralise_jax.network import Model, load_model


def listen_song(
    model: Model | str | Path,
    clip: Clip | Recording | str | Path,
    hop: float = 1.0,
    *,
    each: Callable[[int, int], object] | None = None,
    progress: bool = True,
) -> SongListening:
    """Run a model's forward pass over windows all over a song.

    A file is read once, block by block, so that an hour of sound takes no more memory than a
    minute. As in `Model.predict`, a last window of which less than half is sound is left out, and a
    shorter one is padded with silence. A song that is shorter than the model's window is one
    window.

    Parameters
    ----------
    model : Model, str or Path
        The network and its front end, or what `load_model` takes.
    clip : Clip, str or Path
        A clip, the name of a shipped clip, or a sound file. Any sampling rate: the sound is
        resampled to the model's as a whole, without seams.
    hop : float
        Seconds from a window's beginning to the next window's, to the nearest sample.
    each : callable, optional
        Called after every window with the number of windows that are done, and of all; an
        exception ends the work.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    SongListening

    Raises
    ------
    ValueError
        If the hop is not positive, shorter than a sample or longer than the song; if the file is
        cut off or damaged (maybe only after some windows), or the network overflows: the message
        says at which second.
    FileNotFoundError, OSError
        If there is no such file, or it cannot be read.

    Warns
    -----
    UserWarning
        If the song is shorter than the model's window.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> song = aj.listen_song(aj.load_model("genre"), "hiphop", progress=False)
    >>> song
    <SongListening: 'genre' to 'Hip-hop', 10.29 s, 9 windows, one every 1 s>
    >>> song.times
    array([0., 1., 2., 3., 4., 5., 6., 7., 8.])
    >>> song.probabilities.shape
    (9, 3)
    """
    model = model if isinstance(model, Model) else load_model(model)
    recording = find_recording(clip)
    rate = model.frontend.sample_rate
    _check_hop(hop, rate, model.seconds, recording.duration)
    song = SongListening(model, recording, hop, each, progress)
    missing = song.seconds - song.duration
    if missing * rate > 2:  # a sample or two lost in rounding needs no warning
        warnings.warn(
            f"the clip has {song.duration:.2f} s from 0 s on; padded with {missing:.2f} s of "
            f"silence to the model's {song.seconds:g} s",
            stacklevel=2,
        )
    return song


def _check_hop(hop: float, rate: int, window: float, duration: float) -> None:
    is_number = isinstance(hop, (int, float, np.number)) and not isinstance(hop, bool)
    if not is_number or not (math.isfinite(hop) and hop * rate >= 1):
        raise ValueError(
            f"hop must be a number of seconds, at least {1 / rate:.2g} (a sample), not {hop!r}"
        )
    if hop > duration > window:
        raise ValueError(
            f"hop must be at most {duration:.3f} s, the length of the song, not {hop!r}"
        )
