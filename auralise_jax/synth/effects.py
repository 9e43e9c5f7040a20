"""Effects: each a small pure function, of sound or of frequency.

Linear ones are given as the response at complex frequencies `f` = 1j * hertz. They are the
textbook's analogue filters, causal and stable, and several multiply into one transform.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float64]
Response = NDArray[np.complexfloating]


def low_pass(f: Response, corner: float, order: int = 2) -> Response:
    """Attenuate above `corner` Hz, by 6 dB an octave and order.

    Examples
    --------
    >>> abs(low_pass(np.array([0, 1000j, 1e9j]), corner=1000, order=2)).round(2).tolist()
    [1.0, 0.5, 0.0]
    """
    return np.asarray((1 + f / corner) ** -order)


def high_pass(f: Response, corner: float, order: int = 2) -> Response:
    """Attenuate below `corner` Hz, by 6 dB an octave and order.

    Examples
    --------
    >>> abs(high_pass(np.array([0, 1000j, 1e9j]), corner=1000, order=2)).round(2).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.asarray((f / (f + corner)) ** order)


def low_shelf(f: Response, corner: float, db: float) -> Response:
    """Raise what lies well below `corner` Hz by `db`.

    Examples
    --------
    >>> abs(low_shelf(np.array([0, 1e9j]), corner=150, db=20)).round(2).tolist()
    [10.0, 1.0]
    """
    root = 10 ** (db / 40)
    return np.asarray((f + corner * root) / (f + corner / root))


def high_shelf(f: Response, corner: float, db: float) -> Response:
    """Raise what lies well above `corner` Hz by `db`.

    Examples
    --------
    >>> abs(high_shelf(np.array([0, 1e9j]), corner=2500, db=20)).round(2).tolist()
    [1.0, 10.0]
    """
    root = 10 ** (db / 40)
    return np.asarray((1 + f / corner * root) / (1 + f / corner / root))


def peak(f: Response, centre: float, db: float, q: float = 1.0) -> Response:
    """Raise a band around `centre` Hz by `db`; its width is `centre / q`.

    Examples
    --------
    >>> abs(peak(np.array([0, 800j, 1e9j]), centre=800, db=20)).round(2).tolist()
    [1.0, 10.0, 1.0]
    """
    root, s = 10 ** (db / 40), f / centre
    return np.asarray((s**2 + s * root / q + 1) / (s**2 + s / root / q + 1))


def tilt(sound: NDArray[np.floating], db: float, sample_rate: int, pivot: float = 700.0) -> Sound:
    """Raise the highs and lower the lows by `db`: one first-order filter around `pivot` Hz.

    Examples
    --------
    >>> constant = tilt(np.ones(8000), db=12, sample_rate=8000)
    >>> round(20 * np.log10(constant[-1]))
    -12
    """
    from scipy.signal import bilinear, lfilter

    root, corner = 10 ** (db / 40), 2 * np.pi * pivot
    b, a = bilinear([root, corner / root], [1 / root, corner * root], fs=sample_rate)
    return np.asarray(lfilter(b, a, sound))


def room(rng: np.random.Generator, sample_rate: int, seconds: float = 1.2) -> Sound:
    """Return the impulse response of a room without echoes: decaying noise of unit energy.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the noise.
    sample_rate : int
        In Hz.
    seconds : float
        Length; it has fallen by 52 dB then.

    Examples
    --------
    >>> round(float(np.sum(room(np.random.default_rng(0), 8000) ** 2)), 6)
    1.0
    """
    t = np.arange(round(seconds * sample_rate)) / sample_rate
    tail = rng.standard_normal(len(t)) * np.exp(-t / (seconds / 6))
    tail[: round(0.01 * sample_rate)] = 0  # walls are some metres away
    return np.asarray(tail / np.sqrt(np.sum(tail**2)))


def duck(
    sound: NDArray[np.floating],
    onsets: Sequence[float],
    depth_db: float,
    sample_rate: int,
    recovery: float = 0.1,
) -> NDArray[np.floating]:
    """Push a sound down at each onset (in seconds), from where it recovers exponentially.

    Examples
    --------
    >>> duck(np.ones(4), [0.25], depth_db=20, sample_rate=8, recovery=1e-9).round(2).tolist()
    [1.0, 1.0, 0.1, 1.0]
    """
    if not onsets or depth_db == 0:
        return sound
    t = np.arange(len(sound)) / sample_rate
    starts = np.sort(np.asarray(onsets))
    last = np.searchsorted(starts, t, side="right") - 1
    since = np.where(last >= 0, t - starts[last], np.inf)
    return np.asarray(sound * 10 ** (-depth_db / 20 * np.exp(-since / recovery)))


def compress(
    sound: Sound, ratio: float, sample_rate: int, below_db: float = 12.0, seconds: float = 0.08
) -> Sound:
    """Reduce level differences: what is louder than a threshold rises 1 / ratio as fast.

    Parameters
    ----------
    sound : ndarray, shape (n,)
        Any level.
    ratio : float
        1 or more; 1 changes nothing.
    sample_rate : int
        In Hz.
    below_db : float
        The threshold lies this far below the loudest moment.
    seconds : float
        Over how long a level is measured.

    Examples
    --------
    >>> steps = np.repeat([0.1, 1.0], 4000)
    >>> quieter = compress(steps, ratio=4, sample_rate=8000)
    >>> float(quieter[2000]), round(20 * np.log10(quieter[6000]))  # 12 dB above: 9 dB of them go
    (0.1, -9)
    """
    if ratio <= 1 or not sound.any():
        return sound
    block = max(1, round(seconds * sample_rate / 4))
    blocks = -(-len(sound) // block)
    power = np.resize(np.append(sound**2, np.zeros(blocks * block - len(sound))), (blocks, block))
    smooth = np.convolve(power.mean(axis=1), np.ones(4) / 4, mode="same")
    level_db = 10 * np.log10(smooth + 1e-12 * smooth.max())
    over = np.maximum(level_db - level_db.max() + below_db, 0)
    middles = (np.arange(blocks) + 0.5) * block
    gain_db = np.interp(np.arange(len(sound)), middles, over * (1 / ratio - 1))
    return np.asarray(sound * 10 ** (gain_db / 20))


def saturate(sound: Sound, drive_db: float) -> Sound:
    """Round off peaks, as tape and valves do: tanh of the sound raised by `drive_db` over its RMS.

    At 0 dB only what is far above the RMS is bent.

    Examples
    --------
    >>> saturate(np.array([0.0, 1.0, -1.0, 0.0]), drive_db=20).round(2).tolist()
    [0.0, 0.28, -0.28, 0.0]
    """
    rms = np.sqrt(np.mean(sound**2)) if len(sound) else 0.0
    if not rms > 0:
        return sound
    scale = 4 * rms / 10 ** (drive_db / 20)
    return np.asarray(scale * np.tanh(sound / scale))


def sample_and_hold(sound: Sound, lower_rate: float, sample_rate: int) -> Sound:
    """Let an old sampler play it: each value is kept until the next at a lower rate comes.

    Examples
    --------
    >>> sample_and_hold(np.arange(6.0), lower_rate=4000, sample_rate=8000).tolist()
    [0.0, 0.0, 2.0, 2.0, 4.0, 4.0]
    """
    held = np.floor(np.floor(np.arange(len(sound)) * lower_rate / sample_rate + 1e-9)
                    * sample_rate / lower_rate).astype(int)  # fmt: skip
    return np.asarray(sound[np.minimum(held, max(len(sound) - 1, 0))])


def hiss(rng: np.random.Generator, size: int, colour: float) -> Sound:
    """Return noise of RMS about 1; `colour` 0 is white, 0.95 rumbles.

    Examples
    --------
    >>> round(float(np.std(hiss(np.random.default_rng(0), 100_000, colour=0.9))), 1)
    1.0
    """
    from scipy.signal import lfilter

    noise = lfilter([1.0], [1.0, -colour], rng.standard_normal(size))
    return np.asarray(noise * np.sqrt(1 - colour**2))


def crackle(rng: np.random.Generator, size: int, sample_rate: int, rate: float) -> Sound:
    """Return the clicks of a worn record, `rate` a second on average, RMS 1.

    Examples
    --------
    >>> clicks = crackle(np.random.default_rng(0), 80_000, 8000, rate=5)
    >>> 20 < int(np.count_nonzero(clicks)) < 90
    True
    """
    count = rng.poisson(rate * size / sample_rate)
    clicks = np.zeros(size)
    if count and size:
        sizes = rng.standard_normal(count) * rng.exponential(1.0, count)
        np.add.at(clicks, rng.integers(0, size, count), sizes)
        clicks /= np.sqrt(np.mean(clicks**2))
    return clicks
