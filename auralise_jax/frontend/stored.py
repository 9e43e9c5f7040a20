"""Front ends as settings and arrays, for files of models; whatever comes from a file is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

import jax
import numpy as np

from auralise_jax.frontend.frontend import AnyFrontend
from auralise_jax.frontend.mel import LogMel
from auralise_jax.frontend.stft import Frontend

KINDS: dict[str, type[Any]] = {"stft": Frontend, "log-mel": LogMel}

ARRAYS = frozenset(("mean", "std"))
"""What may be given as an array."""


def stored(frontend: AnyFrontend) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return a front end as settings that JSON holds, and arrays.

    Returns
    -------
    settings : dict
        With its ``kind``.
    arrays : dict of array of float32
        By names that are no settings.

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
    arrays = {}
    for name in (one.name for one in fields(KINDS[kind])):
        value = getattr(frontend, name)
        if isinstance(value, (np.ndarray, jax.Array)) and value.ndim:
            arrays[name] = np.asarray(value)
        else:  # a leaf that JAX has rebuilt is an array, without axes
            settings[name] = value.item() if isinstance(value, jax.Array) else value
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
    given = dict(settings) | dict(arrays)
    del given["kind"]
    for key in given:
        if key not in known or (key in arrays) > (key in ARRAYS):
            raise ValueError(f"the {kind} front end has no {key!r:.80} of this sort")
        if key in arrays and key in settings:
            raise ValueError(f"the front end's {key!r} is given as a setting and as an array")
    if missing := [key for key, needed in known.items() if needed and key not in given]:
        raise ValueError(f"the {kind} front end lacks {', '.join(missing)}")
    made: AnyFrontend = KINDS[kind](**given)
    return made
