"""Files of fitted baselines, for comparisons where their training clips are not."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import numpy as np

from auralise_jax.files import write_whole
from auralise_jax.training.baseline import KINDS, Baseline, Kind


def write_baselines(path: Path, fitted: Mapping[Kind, Baseline]) -> None:
    """Write fitted baselines as one NumPy archive, to be asked without their training clips.

    Examples
    --------
    >>> import tempfile
    >>> from auralise_jax.training.baseline import fit_baseline
    >>> one = fit_baseline(np.eye(4), np.array([0, 0, 1, 1]), 2)
    >>> path = Path(tempfile.mkdtemp()) / "fitted.npz"
    >>> write_baselines(path, {"both": one})
    >>> read_baselines(path)["both"].regularisation
    0.1
    """
    arrays = {
        f"{kind}.{field.name}": np.asarray(getattr(one, field.name))
        for kind, one in fitted.items()
        for field in fields(Baseline)
    }
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    write_whole(path, buffer.getvalue())


def read_baselines(path: Path) -> dict[Kind, Baseline]:
    """Read what `write_baselines` wrote.

    Raises
    ------
    OSError
        If there is no such file.
    ValueError
        If it is no such archive.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = dict(archive)
        kinds = [kind for kind in KINDS if f"{kind}.mean" in arrays]
        if not kinds:
            raise ValueError("it is an archive of something else")
        return {
            kind: Baseline(
                mean=arrays[f"{kind}.mean"],
                scale=arrays[f"{kind}.scale"],
                weights=arrays[f"{kind}.weights"],
                bias=arrays[f"{kind}.bias"],
                regularisation=float(arrays[f"{kind}.regularisation"]),
                chosen=bool(arrays[f"{kind}.chosen"]),
            )
            for kind in kinds
        }
    except (EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} holds no fitted baselines; fit them again") from error
