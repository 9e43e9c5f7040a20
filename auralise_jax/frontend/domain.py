"""A model's own domain: from what the rows of a filter bank hold to values, and back."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Float32

from auralise_jax.choices import one_of
from auralise_jax.frontend.framed import Settings

DomainCompression = Literal["linear", "log1p", "log10", "log", "db"]
Power = Literal[1, 2]
Given = float | Float[np.ndarray, " freq"] | list[float] | tuple[float, ...] | None
Values = Float32[Array, "freq time *channels"]

LEAST = 1e-37
"""What float32 holds with all its digits."""


class Scaling(NamedTuple):
    """Where the domain lies for one sound: a value is ``(compressed - shift) / scale``."""

    low: Float32[Array, ""]
    """What counts as nothing, compressed."""
    shift: Float32[Array, "rows 1"]
    scale: Float32[Array, "rows 1"]
    floor: Float32[Array, "rows 1"]
    """The value of silence."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Domain(Settings):
    """Compression of a filter bank's rows, then a normalisation; settings of `LogMel` and others.

    Parameters
    ----------
    power : {2, 1}
        What the rows sum: powers of the STFT, or magnitudes.
    compression : {"linear", "log1p", "log10", "log", "db"}
        Of ``s = gain * row``: ``s``, ``log(1 + s)``, ``log10(1 + s)``, ``log(s + amin)``, or
        decibels re `ref` of ``max(s, amin)``.
    gain : float
        Positive.
    amin : float, optional
        1e-37 or more; by default librosa's, 1e-10 for powers and 1e-5 for magnitudes.
    ref : float or "max"
        What 0 dB stands for: a value of ``s``, or the largest of each picture.
    top_db : float, optional
        Decibels below the largest of each picture that are left, as librosa does; None for all.
    normalise : {None, "picture"}
        ``"picture"`` gives each picture mean 0 and variance 1.
    mean, std : float or array of float, shape (freq,), optional
        Subtracted from every row, and what that is divided by; of all rows, or one a row.
    """

    power: Power = 2
    compression: DomainCompression = "linear"
    gain: float = 1.0
    amin: float = None  # type: ignore[assignment]  # librosa's, of that power
    ref: float | Literal["max"] = 1.0
    top_db: float | None = None
    normalise: Literal["picture"] | None = None
    mean: Given = field(default=None, repr=False)
    std: Given = field(default=None, repr=False)

    def _check_domain(self, rows: int) -> None:
        """Raise ValueError if a setting is outside of its range."""
        if isinstance(self.power, bool) or self.power not in (1, 2):
            raise ValueError(f"power must be 1 (magnitudes) or 2 (powers), not {self.power!r}")
        self._set("power", int(self.power))
        one_of("compression", self.compression, get_args(DomainCompression))
        amin: float | None = self.amin
        if amin is None:
            self._set("amin", {1: 1e-5, 2: 1e-10}[self.power])
        self._set_numbers("gain", "amin")
        self._check_positive("gain", "amin")
        if self.amin < LEAST:
            raise ValueError(f"amin must be {LEAST:g} or more, not {self.amin!r}")
        if not isinstance(self.ref, str):
            self._set_numbers("ref")
            self._check_positive("ref")
        elif self.ref != "max":
            raise ValueError(f"ref must be a number or 'max', not {self.ref!r}")
        if self.top_db is not None:
            self._set_numbers("top_db")
            self._check_positive("top_db")
        if self.compression != "db" and (self.ref != 1 or self.top_db is not None):
            raise ValueError(
                f"ref and top_db belong to compression 'db', not to {self.compression!r}"
            )
        if self.normalise is not None:
            one_of("normalise", self.normalise, ("picture",))
            if self.mean is not None or self.std is not None:
                raise ValueError("give normalise='picture', or mean and std, not both")
        for name in ("mean", "std"):
            self._set(name, _of_rows(name, getattr(self, name), rows))

    def _check_positive(self, *names: str) -> None:
        for name in names:
            if not 0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be positive and finite, not {getattr(self, name)!r}")

    @property
    def scales_each_picture(self) -> bool:
        """Whether what a cell shows depends on other cells of its picture."""
        return self.normalise is not None or self.ref == "max" or self.top_db is not None

    @property
    def _decibels(self) -> float:
        """Decibels of a factor of ten."""
        return 20 / self.power

    def _compressed(self, rows: Float32[Array, "..."]) -> Float32[Array, "..."]:
        """Return rows compressed; in decibels, less than `amin` counts as `amin`."""
        scaled = self.gain * rows
        if self.compression == "db":
            return self._decibels * jnp.log10(jnp.maximum(scaled, self.amin))
        if self.compression == "log":
            return jnp.log(scaled + self.amin)
        if self.compression == "linear":
            return scaled
        logarithm = jnp.log1p(scaled)
        return logarithm / math.log(10) if self.compression == "log10" else logarithm

    def _expanded(self, compressed: Values) -> Values:
        """Undo `_compressed`."""
        if self.compression == "db":
            scaled = 10 ** (compressed / self._decibels)
        elif self.compression == "log":
            scaled = jnp.exp(compressed) - self.amin
        elif self.compression == "linear":
            scaled = compressed
        else:
            by = math.log(10) if self.compression == "log10" else 1.0
            scaled = jnp.expm1(compressed * by)
        return scaled / self.gain

    def _scaling_of(self, rows: Values) -> Scaling:
        """Return where the domain lies for a picture of these rows."""
        compressed = self._compressed(rows)
        low = self._compressed(jnp.zeros((), jnp.float32))
        shift, scale = jnp.zeros((1, 1), jnp.float32), jnp.ones((1, 1), jnp.float32)
        peak = jnp.maximum(compressed.max(), low)
        if self.top_db is not None:
            low = jnp.maximum(low, peak - self.top_db)
        if self.ref == "max":
            shift = shift + peak
        elif self.compression == "db":
            shift = shift + self._decibels * math.log10(max(self.ref, self.amin))
        if self.normalise == "picture":
            above = jnp.maximum(compressed, low)
            shift, scale = (one.reshape(1, 1) for one in (above.mean(), above.std()))
            scale = jnp.where(scale > 0, scale, 1)
        if self.mean is not None:
            shift = shift + _column(self.mean)
        if self.std is not None:
            scale = _column(self.std)
        return Scaling(low, shift, scale, (low - shift) / scale)

    def _values(self, rows: Values, scaling: Scaling) -> Values:
        """Return what the network sees of rows."""
        compressed = self._compressed(rows)
        low, shift, scale, floor = (_beside(one, rows) for one in scaling)
        return jnp.where(compressed > low, (compressed - shift) / scale, floor)

    def _held(self, values: Values, scaling: Scaling) -> Values:
        """Return what rows hold that the network sees so: nothing at the floor and below it."""
        _, shift, scale, floor = (_beside(one, values) for one in scaling)
        rows = self._expanded(jnp.where(values > floor, values * scale + shift, 0))
        return jnp.where(values > floor, jnp.maximum(rows, 0), 0)


def _beside(one: Array, values: Values) -> Array:
    """Give an array of rows as many axes as values have."""
    return one.reshape(one.shape + (1,) * (values.ndim - one.ndim))


def _column(given: Any) -> Float32[Array, "rows 1"]:
    return jnp.reshape(given, (-1, 1))


def _of_rows(name: str, given: Any, rows: int) -> float | Float32[np.ndarray, " freq"] | None:
    if given is None:
        return None
    try:
        with np.errstate(over="ignore"):
            found = np.asarray(given, np.float32)
    except (TypeError, ValueError):
        found = np.empty(0, np.float32)
    if found.shape not in ((), (rows,)):
        raise ValueError(f"{name} must be a number or {rows} of them, one a row, not {given!r:.80}")
    if not np.isfinite(found).all() or (name == "std" and not (found > 0).all()):
        raise ValueError(f"{name} must be finite{', and positive' if name == 'std' else ''}")
    return found if found.shape else float(found)
