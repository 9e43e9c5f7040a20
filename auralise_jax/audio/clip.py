"""A clip: mono sound with its sampling rate, validated when it is made."""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from auralise_jax.audio import display, encode, loudness
from auralise_jax.audio.resampling import TooLongError, check_length, check_rates
from auralise_jax.files import write_whole

Signal = Float[np.ndarray, " samples"]


def check_rate(rate: object) -> int:
    """Return a sampling rate as an int; raise ValueError if it is not a positive whole number."""
    try:
        number = operator.index(rate)  # type: ignore[arg-type]
    except TypeError:
        number = int(rate) if isinstance(rate, float) and rate.is_integer() else 0
    if isinstance(rate, bool) or number < 1:
        raise ValueError(f"sample_rate must be a positive whole number of hertz, not {rate!r}")
    return number


def check_start(start: float, duration: float) -> None:
    """Raise ValueError if a window cannot begin at `start` in a clip of `duration`, in seconds.

    Examples
    --------
    >>> check_start(12.5, 12.3)
    Traceback (most recent call last):
    ValueError: start must be at least 0 s and less than 12.300 s, the length of the clip, not 12.5
    """
    if not 0 <= start < duration:
        raise ValueError(
            f"start must be at least 0 s and less than {duration:.3f} s, the length of the clip, "
            f"not {start!r}"
        )


@dataclass(frozen=True, eq=False, repr=False)
class Clip:
    """Mono sound.

    In a notebook a clip is displayed as a player above a spectrogram.

    Parameters
    ----------
    samples : array of float, shape (n,)
        One channel, nominally in [-1, 1]. Kept as read-only float32.
    sample_rate : int
        In hertz.
    title : str, optional
        Shown in panels; for a clip from a file, the file's name.

    Raises
    ------
    ValueError
        If the samples are not one non-empty row of finite real numbers, or the rate is not a
        positive whole number.

    Examples
    --------
    >>> import numpy as np
    >>> clip = Clip(0.1 * np.sin(2 * np.pi * 440 * np.arange(22050) / 22050), 22050, "A4")
    >>> clip
    <Clip 'A4': 1.00 s at 22050 Hz>
    """

    samples: Signal
    sample_rate: int
    title: str = ""

    def __post_init__(self) -> None:
        samples = np.asarray(self.samples)
        if not np.issubdtype(samples.dtype, np.floating):
            raise ValueError(
                f"samples must be floating point in about [-1, 1], not {samples.dtype}; "
                "divide whole-number PCM by its full scale (32768 for 16 bit)"
            )
        if samples.ndim != 1:
            raise ValueError(
                f"samples must have shape (n,), one channel, not {samples.shape}; "
                "average the channels first"
            )
        if samples.size == 0:
            raise ValueError("samples is empty; a clip needs at least one sample")
        rate = check_rate(self.sample_rate)
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes inf, and is refused
            samples = samples.astype(np.float32)
        if not np.isfinite(samples).all():
            bad = int(np.flatnonzero(~np.isfinite(samples))[0])
            raise ValueError(
                f"samples must be finite, but sample {bad} ({bad / rate:.3f} s) is "
                f"{samples[bad]}; repair or cut it out first"
            )
        samples.flags.writeable = False
        object.__setattr__(self, "samples", samples)
        object.__setattr__(self, "sample_rate", rate)

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate

    @property
    def peak(self) -> float:
        """Largest absolute sample."""
        return float(np.abs(self.samples).max())

    @functools.cached_property
    def loudness(self) -> float:
        """Integrated loudness in LUFS (ITU-R BS.1770).

        Silence is ``-inf``; under 0.4 s, the standard's shortest block, it is ``nan``.
        """
        return loudness.integrated(self.samples, self.sample_rate)

    def resample(self, sample_rate: int) -> Clip:
        """Return the same sound at another sampling rate, in hertz (soxr, high quality).

        Examples
        --------
        >>> Clip(np.zeros(48000), 48000).resample(11025)
        <Clip: 1.00 s at 11025 Hz>
        """
        rate = check_rate(sample_rate)
        if rate == self.sample_rate:
            return self
        check_rates(self.sample_rate, rate)
        try:
            check_length(len(self.samples) / self.sample_rate * rate, rate)
        except TooLongError as error:
            raise ValueError(f"the clip is {error}") from None
        import soxr

        samples = soxr.resample(self.samples, self.sample_rate, rate, quality="HQ")
        if len(samples) == 0:  # a few samples at a high rate can round to none
            samples = np.zeros(1, np.float32)
        return Clip(samples, rate, self.title)

    def window(self, start: float, duration: float) -> Clip:
        """Return the part from `start`, at most `duration` long, both in seconds.

        Raises
        ------
        ValueError
            If `start` lies outside the clip or `duration` holds no sample.
        """
        check_start(start, self.duration)
        first = min(round(start * self.sample_rate), len(self.samples) - 1)
        count = min(duration * self.sample_rate, len(self.samples))
        if not count >= 0.5:
            raise ValueError(f"duration must be positive and hold a sample, not {duration!r} s")
        samples = self.samples[first : first + max(1, round(count))]
        return Clip(samples, self.sample_rate, self.title)

    def save(self, path: str | Path, *, subtype: str | None = None) -> Path:
        """Write a sound file; the name's ending chooses the format.

        Parameters
        ----------
        path : str or Path
            Ends in ``.wav``, ``.flac``, ``.ogg`` or ``.mp3``. An existing file is replaced, in one
            step, once the new one is whole.
        subtype : str, optional
            As in `soundfile`. By default 16-bit PCM for WAV and FLAC, and 32-bit float for a WAV
            whose peak is above 1, so that nothing is clipped and nothing is turned down unasked.

        Returns
        -------
        Path
            Of the file.

        Raises
        ------
        ValueError
            If the ending is unknown, or the peak is above 1 and the format would clip it.
        OSError
            If the file cannot be written.

        Examples
        --------
        >>> import tempfile, pathlib
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> Clip(np.zeros(11025), 11025).save(folder / "silence.wav").name
        'silence.wav'
        """
        path = Path(path)
        data = encode.encode(self.samples, self.sample_rate, path.suffix, subtype=subtype)
        write_whole(path, data)
        return path

    def __repr__(self) -> str:
        name = f" {self.title!r}" if self.title else ""
        return f"<{type(self).__name__}{name}: {self.duration:.2f} s at {self.sample_rate} Hz>"

    def _repr_html_(self) -> str:
        return display.clip_html(self.samples, self.sample_rate, self.title)
