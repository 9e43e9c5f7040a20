"""What a network hears in a whole song: windows all over it, and where a feature is strong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Float32

from auralise_jax.audio import Clip
from auralise_jax.audio.recording import Recording
from auralise_jax.listening.listening import Listening
from auralise_jax.listening.resynthesis import Auralised
from auralise_jax.listening.song_figure import song_figure
from auralise_jax.listening.song_moments import Moment, best, in_a_row
from auralise_jax.listening.song_projection import (
    SongPicture,
    SongProjection,
    part_of,
    project_song,
)
from auralise_jax.listening.song_windows import hear
from auralise_jax.network import Layer, Model
from auralise_jax.network.answer import NONE, answers
from auralise_jax.network.cost import check_window
from auralise_jax.network.edits import AnyGains, Features, Gains
from auralise_jax.network.rules import Rule, as_rule, check_rule
from auralise_jax.text import listed

if TYPE_CHECKING:
    from auralise_jax.audio.figure import ShownFigure


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
    answers : tuple of str
        The most probable class of each window, or "none of these" as in `Model.answer`; empty if
        it gives no scores.
    loudness : float
        Integrated loudness of the whole song in LUFS (ITU-R BS.1770), at the model's rate; ``-inf``
        for silence, ``nan`` under 0.4 s.
    wave : array of float32, shape (pieces,)
        Largest magnitudes of the sound in equal pieces, 20 or a few more a second.
    """

    def __init__(
        self,
        model: Model,
        recording: Recording,
        hop: float,
        each: Callable[[int, int], object] | None,
        progress: bool,
    ) -> None:
        check_window(model.network.cost(), model.frontend)
        self.model, self.title, self.hop = model, recording.title, float(hop)
        self.seconds, self.duration = model.seconds, recording.duration
        self.classes = model.classes
        self._recording = recording
        heard = hear(model, recording, self.hop, each, progress)
        self.times, self.probabilities = heard.starts, heard.probabilities
        said = answers(self.probabilities, model.none_below) if self.classes else ()
        self.answers = tuple(NONE if one < 0 else self.classes[one] for one in said)
        self.loudness, self.wave = heard.loudness, heard.wave
        self._samples, self._activities = heard.samples, heard.activities
        self._pictures: dict[tuple[int, int, int], SongPicture] = {}

    def activity(self, layer: Layer | str | int) -> Float32[np.ndarray, "windows features"]:
        """Return how much each feature of a layer responds to each window.

        That is the mean over the cells of a feature's map of how far they are from its value in
        silence. It is kept as float16, so a value is right to 1 part in 2000; what is below a
        millionth of the layer's largest is 0.

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
        >>> loudest = song.activity(3).sum(axis=0).argmax()
        >>> (moment,) = song.strongest(3, loudest, n=1)
        >>> moment.start < moment.end <= song.duration
        True
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
        >>> 4 < sound.duration <= 8  # two windows of 4 s, of which the song may cut off the last
        True
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

    @property
    def gains(self) -> Gains:
        """Gains of features that are muted or turned up; see `Model.with_gains`."""
        return self.model.gains

    def edited(
        self,
        mute: Features = (),
        gains: AnyGains | None = None,
        *,
        each: Callable[[int, int], object] | None = None,
        progress: bool = True,
    ) -> SongListening:
        """Return the same song, heard with some features muted, turned down or turned up.

        The song is heard again.

        Parameters
        ----------
        mute, gains
            As in `Listening.edited`: instead of those of this listening. Without any, the network
            is as it was trained.
        each, progress
            As in `listen_song`.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> song = aj.listen_song(aj.load_model("genre"), "hiphop", progress=False)
        >>> muted = song.edited(mute=[(3, 20)], progress=False)
        >>> dict(muted.gains)
        {('conv3', 20): 0.0}
        >>> bool((muted.activity(3) == song.activity(3)).all())
        True
        """
        model = self.model.under(mute, gains)
        found = SongListening(model, self._recording, self.hop, each, progress)
        found._pictures = self._pictures
        return found

    def plot(
        self,
        layer: Layer | str | int | None = None,
        feature: int | None = None,
        beside: SongListening | None = None,
    ) -> ShownFigure:
        """Draw the song over time: its wave, the classes, and the activity of a feature.

        Values stand in the middle of their windows. Probabilities of up to eight classes are areas
        that add up to 1; of tags, and of more classes, the most probable are lines.

        Parameters
        ----------
        layer : Layer, str or int, optional
            Draw the activity of this layer; of all its features, if none is given.
        feature : int, optional
            The feature whose activity is drawn, from 0.
        beside : SongListening, optional
            The same song as another network hears it, or the same network with features muted;
            drawn as dashed lines.

        Returns
        -------
        matplotlib Figure
            Not tied to pyplot; save it with ``figure.savefig(path)``.

        Raises
        ------
        ValueError
            If there is no such layer or feature, a feature is given without a layer, or the model
            of `beside` has other classes.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> song = aj.listen_song(aj.load_model("genre"), "hiphop", progress=False)
        >>> len(song.plot(3, 20).axes)
        3
        """
        return song_figure(self, layer, feature, beside)

    def _repr_png_(self) -> bytes:
        return self.plot().png()

    def project(
        self,
        layer: Layer | str | int,
        feature: int,
        rule: Rule | str = "deconvnet",
        start: float | None = None,
        end: float | None = None,
        *,
        each: Callable[[int, int], object] | None = None,
    ) -> SongProjection:
        """Project a feature back to the picture of the whole song, or of a part of it.

        The result is that of one long projection, to rounding; it is made of pieces that overlap by
        what a cell sees on either side. Where the network can be run on longer pictures, up to the
        layer, pieces are longer than the model's. Where it cannot, they are the model's own, and
        after the song stands silence. The picture is kept, so that the next feature takes less.

        Parameters
        ----------
        layer : Layer, str or int
            A layer, a name such as ``"conv3"``, or a number from 1.
        feature : int
            From 0.
        rule : {"deconvnet", "gradient", "guided"} or Rule
            What ReLU does on the way back.
        start, end : float, optional
            A part of the song, in seconds, to whole columns of the picture. It is projected as a
            part of the song: what sounds before and after it counts.
        each : callable, optional
            Called after every piece with the number of pieces that are done, and of all; an
            exception ends the work.

        Returns
        -------
        SongProjection
            A `Projection` whose ``picture`` is as long as the part. It is ``silent`` if the
            feature does not respond in any of the pieces, or with less than a millionth of what
            the layer's strongest feature does.

        Raises
        ------
        ValueError
            If a choice is not legal; if the part takes more memory than the limit allows (the
            message says how long a part may be); if cells of the layer have no place in time or see
            the whole picture, or the front end scales each picture by itself.
        UnsupportedOperation
            If a step below the layer has no backward rule.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> song = aj.listen_song(aj.load_model("genre"), "hiphop", progress=False)
        >>> song.project(3, 20).picture.shape
        (257, 443)
        >>> song.project(3, 20, start=2.0, end=5.0).auralise()
        <Auralised 'Hip-hop, feature 3-20, deconvnet': 3.02 s at 11025 Hz>
        """
        found = self.model.layer(layer)
        number = found.check_feature(feature)
        known = as_rule(rule) if isinstance(rule, Rule) else check_rule(rule)
        part = part_of(self.duration, start, end)
        return project_song(
            self.model,
            self._recording,
            self._samples,
            found,
            number,
            known,
            part,
            self._pictures,
            each=each,
        )

    def auralise(
        self,
        layer: Layer | str | int,
        feature: int,
        rule: Rule | str = "deconvnet",
        resynthesis: str = "phase",
        loudness: str = "match",
        start: float | None = None,
        end: float | None = None,
    ) -> Auralised:
        """Make a feature audible over the whole song, or a part of it.

        Peak and loudness are matched over all of it, not window by window: where the feature is
        weak, it is quiet.

        Parameters
        ----------
        layer, feature, rule, start, end
            As in `project`.
        resynthesis, loudness
            As in `Projection.auralise`.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> song = aj.listen_song(aj.load_model("genre"), "hiphop", progress=False)
        >>> song.auralise(1, 47)
        <Auralised 'Hip-hop, feature 1-47, deconvnet': 10.29 s at 11025 Hz>
        """
        return self.project(layer, feature, rule, start, end).auralise(resynthesis, loudness)

    def __repr__(self) -> str:
        return (
            f"<SongListening: {self.model.name!r} to {self.title!r}, {self.duration:.2f} s, "
            f"{len(self.times)} windows, one every {self.hop:g} s>"
        )
