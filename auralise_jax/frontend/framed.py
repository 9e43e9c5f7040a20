"""What front ends of centred STFT frames share: windows of sound, the STFT, and the way back."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Array, Float, Float32, Shaped

from auralise_jax.frontend.axes import Axes
from auralise_jax.frontend.frontend import Spectrum
from auralise_jax.frontend.transform import Stft, first, istft, stft, with_phase
from auralise_jax.frontend.windows import starts

PadMode = Literal["reflect", "constant"]

PAD_MODES: tuple[PadMode, ...] = get_args(PadMode)
"""How sound goes on beyond its ends, as in ``numpy.pad``; ``"constant"`` are zeros."""


class Settings:
    """Settings of a frozen dataclass that are made plain numbers when they are checked."""

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _set_whole(self, *names: str) -> None:
        """Make settings plain whole numbers, or raise ValueError."""
        for name in names:
            value = getattr(self, name)
            if isinstance(value, bool) or not hasattr(value, "__index__"):
                raise ValueError(f"{name} must be a whole number, not {value!r}")
            self._set(name, operator.index(value))

    def _set_numbers(self, *names: str) -> None:
        """Make settings plain numbers, or raise ValueError."""
        for name in names:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
                raise ValueError(f"{name} must be a number, not {value!r}")
            self._set(name, _as_float(value))


class Framed(Settings):
    """Sound in centred frames, the first of them on sample 0; a base, without settings of its own.

    What derives from it has ``sample_rate``, ``n_fft``, ``hop_length`` and ``duration``, and the
    ``shape`` of its pictures.
    """

    sample_rate: int
    n_fft: int
    hop_length: int
    duration: float
    pad_mode: PadMode = "reflect"

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one picture."""
        raise NotImplementedError

    @property
    def axes(self) -> Axes:
        """Hertz of a picture's rows and seconds of its columns."""
        raise NotImplementedError

    @property
    def longest(self) -> int:
        """Samples that one column sees."""
        return self.n_fft

    @property
    def channel(self) -> int | None:
        """Which channel of a picture is inverted to sound; None: pictures have no channels."""
        return None

    def _check_frames(self) -> None:
        """Raise ValueError if a setting of the STFT is outside of its range."""
        self._set_whole("sample_rate", "n_fft", "hop_length")
        if not 1 <= self.sample_rate <= 768_000:
            raise ValueError(f"sample_rate must be 1 to 768000 Hz, not {self.sample_rate!r}")
        if not (2 <= self.n_fft <= 65536 and self.n_fft % 2 == 0):
            raise ValueError(f"n_fft must be even, 2 to 65536, not {self.n_fft!r}")
        if not 1 <= self.hop_length <= self.n_fft // 2:
            raise ValueError(
                f"hop_length must be 1 to {self.n_fft // 2}, half of n_fft, not {self.hop_length!r}"
            )

    def _check_duration(self) -> None:
        self._set_numbers("duration")
        if not 0 < self.duration <= 600:
            raise ValueError(f"duration must be above 0 and at most 600 s, not {self.duration!r}")

    @property
    def samples(self) -> int:
        """Samples in one picture."""
        return max(1, round(self.duration * self.sample_rate))

    def columns(self, count: int) -> int:
        """Return how many columns a picture of `count` samples has."""
        return 1 + count // self.hop_length

    @property
    def seconds(self) -> float:
        """Width of one picture: its frames times the hop."""
        return self.columns(self.samples) * self.hop_length / self.sample_rate

    @property
    def frequencies(self) -> np.ndarray:
        """Centre of each bin of the STFT, in hertz."""
        return np.fft.rfftfreq(self.n_fft, 1 / self.sample_rate)

    @property
    def bins(self) -> Axes:
        """Hertz of the STFT's bins and seconds of its frames, without the frame past the end."""
        hop = self.hop_length / self.sample_rate
        seconds = np.arange(self.columns(self.samples)) * self.hop_length / self.sample_rate
        return Axes("linear", self.frequencies, seconds, hop, self.n_fft / self.sample_rate)

    def fit(self, samples: Shaped[np.ndarray, " n"]) -> Shaped[np.ndarray, " samples"]:
        """Return the first window of samples (n,), padded with zeros where they end before.

        Examples
        --------
        >>> import numpy as np
        >>> from auralise_jax import Frontend
        >>> frontend = Frontend(sample_rate=4, n_fft=2, hop_length=1, duration=1.0)
        >>> frontend.fit(np.array([1, 2, 3])).tolist(), frontend.fit(np.arange(9)).tolist()
        ([1, 2, 3, 0], [0, 1, 2, 3])
        """
        window = samples[: self.samples]
        return np.pad(window, (0, self.samples - len(window)))

    def windows(self, samples: Shaped[np.ndarray, " n"]) -> Iterator[Shaped[np.ndarray, " m"]]:
        """Yield consecutive windows of samples (n,), each as `fit` makes it.

        A last window under half length is dropped, unless it is the only one.

        Examples
        --------
        >>> import numpy as np
        >>> from auralise_jax import Frontend
        >>> frontend = Frontend(sample_rate=4, n_fft=2, hop_length=1, duration=1.0)
        >>> [len(list(frontend.windows(np.ones(n)))) for n in (1, 4, 5, 6, 9)]
        [1, 1, 1, 2, 2]
        """
        for start in starts(len(samples), self.samples):
            yield self.fit(samples[start:])

    def stft(self, samples: Float[Array | np.ndarray, " n"], *, tail: int = 0) -> Stft:
        """Transform samples (n,) to an STFT of as many frames as a picture has columns.

        With ``tail=1`` one more frame is taken, past the end. All samples then lie between two
        frame centres, and the inverse of a *changed* spectrum stays tame: without it the last
        samples are divided by the window's vanishing edge, and a mask turns them into a burst.
        """
        frames = self.columns(len(samples)) + tail
        return first(self._stft(samples, frames), frames)

    def _stft(self, samples: Float[Array | np.ndarray, " n"], frames: int) -> Stft:
        """Return an STFT, maybe with more frames than were asked for."""
        return stft(
            samples, self.n_fft, self.hop_length, frames, usual=self.samples, mode=self.pad_mode
        )

    def istft(self, spectrum: Stft, length: int) -> Float32[Array, " n"]:
        """Invert an STFT to `length` samples by weighted overlap-add (Griffin and Lim 1984)."""
        return istft(spectrum, self.n_fft, self.hop_length, length)

    def synthesise(
        self,
        magnitude: Float32[Array, "bins frames"],
        spectrum: Spectrum,
        length: int | None = None,
    ) -> Float32[Array, " n"]:
        """Give magnitudes the source's phase and invert them; see `AnyFrontend`."""
        if length is None:
            length = (magnitude.shape[1] - 1) * self.hop_length + self.n_fft // 2
        return self.istft(with_phase(magnitude, spectrum.stft), length)


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")
