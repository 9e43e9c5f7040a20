"""Front ends as settings and arrays, for files of models; whatever comes from a file is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

import jax
import numpy as np

from auralise_jax.frontend.frontend import AnyFrontend
from auralise_jax.frontend.log_frequency import MOST_BANKS, LogFrequency
from auralise_jax.frontend.mel import LogMel
from auralise_jax.frontend.raw import Raw
from auralise_jax.frontend.stft import Frontend

KINDS: dict[str, type[Any]] = {
    "stft": Frontend,
    "log-mel": LogMel,
    "log-frequency": LogFrequency,
    "raw": Raw,
}


def stored(frontend: AnyFrontend) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return a front end as settings that JSON holds, and arrays.

    Returns
    -------
    settings : dict
        With its ``kind``.
    arrays : dict of array of float32
        By names that are no settings, such as ``mean`` or ``bank0``.

    Raises
    ------
    ValueError
        If it is of another kind than the package's.

    Examples
    --------
    >>> from auralise_jax import Frontend
    >>> settings, arrays = stored(Frontend())
    >>> settings["kind"], settings["n_fft"], arrays
    ('stft', 512, {})
    >>> restored(settings, arrays) == Frontend()
    True
    """
    kind = next((name for name, one in KINDS.items() if type(frontend) is one), None)
    if kind is None:
        raise ValueError(
            f"a {type(frontend).__name__} cannot be saved; front ends that can: "
            f"{', '.join(one.__name__ for one in KINDS.values())}"
        )
    settings: dict[str, Any] = {"kind": kind}
    arrays: dict[str, np.ndarray] = {}
    for name in (one.name for one in fields(KINDS[kind])):
        value = getattr(frontend, name)
        if name == "banks":
            arrays |= {f"bank{number}": np.asarray(one) for number, one in enumerate(value)}
        elif isinstance(value, (np.ndarray, jax.Array)) and value.ndim:
            arrays[name] = np.asarray(value)
        else:  # a leaf that JAX has rebuilt is an array, without axes
            value = value.item() if isinstance(value, jax.Array) else value
            settings[name] = list(value) if isinstance(value, tuple) else value
    if restored(settings, arrays) != frontend:
        raise ValueError(
            f"this {type(frontend).__name__} cannot be saved: its filter bank is not the one that "
            "its settings say"
        )
    return settings, arrays


def restored(settings: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> AnyFrontend:
    """Return the front end that `stored` took apart; its settings may come from anybody.

    Raises
    ------
    ValueError
        If a setting or an array is missing, not known, or outside of its range.
    """
    kind = settings.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"front ends are of the kinds {', '.join(KINDS)}, not {kind!r:.80}")
    known = {one.name: one.default is MISSING for one in fields(KINDS[kind])}
    given = {key: value for key, value in settings.items() if key != "kind"}
    for key in given:
        if key not in known or key == "banks":
            raise ValueError(f"the {kind} front end has no setting {key!r:.80}")
    numbered = {f"bank{number}": number for number in range(MOST_BANKS * ("banks" in known))}
    for key in arrays:
        if key not in (*numbered, "mean", "std") or key in given or key not in (*numbered, *known):
            raise ValueError(f"the {kind} front end has no array {key!r:.80}, or has it twice")
    given |= {key: array for key, array in arrays.items() if key not in numbered}
    if numbered:
        given["banks"] = [arrays[name] for name in numbered if name in arrays]
    if missing := [key for key, needed in known.items() if needed and key not in given]:
        raise ValueError(f"the {kind} front end lacks {', '.join(missing)}")
    made: AnyFrontend = KINDS[kind](**given)
    return made
