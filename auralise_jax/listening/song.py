"""A whole song: windows all over it, what the network says of each, where a feature is strong."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32
from tqdm.auto import tqdm

from auralise_jax.audio import Clip
from auralise_jax.audio.recording import Recording, find_recording
from auralise_jax.listening.listening import Listening
from auralise_jax.listening.song_moments import Moment, best, in_a_row
from auralise_jax.listening.song_windows import count_windows, hear
from auralise_jax.network import Layer, Model, load_model
from auralise_jax.network.cost import check_window
from auralise_jax.text import listed


class SongListening:
    """A model's forward passes over all of a song; made by `listen_song`.

    Attributes
    ----------
    model : Model
        The network and its front end.
    title : str
        Of the song.
    hop : float
        Seconds from a window's beginning to the next window's.
    seconds, duration : float
        Length of a window and of the song.
    times : array of float, shape (windows,)
        Where each window begins, in seconds.
    classes : tuple of str
        The model's; empty if it gives no scores.
    probabilities : array of float, shape (windows, classes)
        What the model says of each window.
    loudness : float
        Integrated loudness of the whole song in LUFS (ITU-R BS.1770), at the model's rate; ``-inf``
        for silence, ``nan`` under 0.4 s.
    wave : array of float32, shape (pieces,)
        Largest magnitudes of the sound in equal pieces, 20 or a few more a second.
    """

    def __init__(
        self, model: Model, recording: Recording, hop: float, each: Callable[[], object]
    ) -> None:
        check_window(model.network.cost(), model.frontend)
        self.model, self.title, self.hop = model, recording.title, float(hop)
        self.seconds, self.duration = model.seconds, recording.duration
        self.classes = model.classes
        self._recording = recording
        heard = hear(model, recording, self.hop, each)
        self.times, self.probabilities = heard.starts, heard.probabilities
        self.loudness, self.wave = heard.loudness, heard.wave
        self._activities = heard.activities

    def activity(self, layer: Layer | str | int) -> Float32[np.ndarray, "windows features"]:
        """Return how much each feature of a layer responds to each window.

        That is the mean over the cells of a feature's map of how far they are from its value in
        silence. It is kept as float16, so a value is right to 1 part in 2000.

        Parameters
        ----------
        layer : Layer, str or int
            A layer, a name such as ``"conv3"``, or a number from 1.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> song = aj.listen_song(aj.load_model("genre"), "hiphop", progress=False)
        >>> song.activity(3).shape
        (9, 64)
        """
        return self._activities[self.model.layer(layer).name].values

    def strongest(self, layer: Layer | str | int, feature: int, n: int = 5) -> tuple[Moment, ...]:
        """Return the windows in which a feature responds most, the strongest first.

        Parameters
        ----------
        layer : Layer, str or int
            A layer, a name such as ``"conv3"``, or a number from 1.
        feature : int
            From 0.
        n : int
            How many windows, at most; none of them overlap, and windows without any response are
            left out.

        Returns
        -------
        tuple of Moment
            Each with ``start`` and ``end`` in seconds, and the activity as ``value``.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> song = aj.listen_song(aj.load_model("genre"), "hiphop", progress=False)
        >>> for moment in song.strongest(3, 20):
        ...     print(f"{moment.start:g} to {moment.end:g} s")
        1 to 5 s
        6 to 10 s
        """
        number = self.model.layer(layer).check_feature(feature)
        return self._best(self.activity(layer)[:, number], n)

    def likeliest(self, class_name: str, n: int = 5) -> tuple[Moment, ...]:
        """Return the windows in which a class is most probable, the most probable first.

        Parameters
        ----------
        class_name : str
            One of `classes`.
        n : int
            How many windows, at most; none of them overlap.

        Returns
        -------
        tuple of Moment
            Each with ``start`` and ``end`` in seconds, and the probability as ``value``.

        Raises
        ------
        ValueError
            If there is no such class, or the model gives no scores.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> song = aj.listen_song(aj.load_model("genre"), "hiphop", progress=False)
        >>> sound = song.excerpts(song.likeliest("hip-hop", 2))
        >>> sound.duration
        8.0
        """
        if not self.classes:
            raise ValueError(
                f"model {self.model.name!r} gives no scores, so it knows no classes; what its "
                "features respond to is there: activity, strongest, project"
            )
        if class_name not in self.classes:
            raise ValueError(
                f"class_name must be one of {listed(self.classes)}, not {class_name!r:.80}"
            )
        return self._best(self.probabilities[:, self.classes.index(class_name)], n)

    def _best(self, values: Float[np.ndarray, " windows"], n: int) -> tuple[Moment, ...]:
        return best(values, self.times, self.seconds, self.duration, n)

    def excerpts(self, moments: Sequence[Moment]) -> Clip:
        """Return windows of the song in a row, in the order given.

        Each fades in and out within a hundredth of a second, so that joints do not click.

        Parameters
        ----------
        moments : sequence of Moment
            From `strongest` or `likeliest`, or made by hand: ``aj.Moment(12.0, 16.0, 1.0)``.

        Returns
        -------
        Clip
            At the song's own sampling rate.

        Raises
        ------
        ValueError
            If there is no moment, or one lies outside of the song.
        """
        return in_a_row(self._recording, moments)

    def at(self, seconds: float) -> Listening:
        """Return what `listen` hears in the window that begins there.

        Parameters
        ----------
        seconds : float
            Into the song. A window that the song ends in is padded with silence.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> song = aj.listen_song(aj.load_model("genre"), "hiphop", progress=False)
        >>> song.at(2.5)
        <Listening: 'genre' to <Clip 'Hip-hop': 4.00 s at 11025 Hz>, 2.5-6.5 s>
        """
        return Listening(self.model, self._recording, seconds)

    def __repr__(self) -> str:
        return (
            f"<SongListening: {self.model.name!r} to {self.title!r}, {self.duration:.2f} s, "
            f"{len(self.times)} windows, one every {self.hop:g} s>"
        )


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
    >>> song.classes[song.probabilities.mean(axis=0).argmax()]
    'hip-hop'
    """
    model = model if isinstance(model, Model) else load_model(model)
    recording = find_recording(clip)
    rate = model.frontend.sample_rate
    _check_hop(hop, rate, model.seconds, recording.duration)
    total = count_windows(recording.duration * rate, model.frontend.samples, hop * rate)
    done = itertools.count(1)
    with tqdm(total=total, desc="listening", unit="window", disable=not progress) as bar:

        def one() -> None:
            bar.update()
            if each is not None:
                each(next(done), total)

        song = SongListening(model, recording, hop, one)
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
