"""Model files: one safetensors file each, and no pickle anywhere.

A file says its format: 1 holds the paper's CNN by its architecture, 2 a network of another kind.
"""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

from auralise_jax.choices import one_of
from auralise_jax.files import write_whole
from auralise_jax.network import graph_file, stack_file
from auralise_jax.network.edited import MUTED
from auralise_jax.network.foreign.known import KNOWN, kept_at
from auralise_jax.network.graph.building import WAYS_OUT
from auralise_jax.network.model import Model
from auralise_jax.network.safe import DTYPES, open_file
from auralise_jax.network.stack.network import Stack
from auralise_jax.network.traced import TracedNetwork


def shipped_models() -> tuple[str, ...]:
    """Return the names of the models that travel with the package.

    Examples
    --------
    >>> shipped_models()
    ('genre',)
    """
    folder = resources.files("auralise_jax").joinpath("data", "models")
    names = (Path(item.name) for item in folder.iterdir())
    return tuple(sorted(name.stem for name in names if name.suffix == ".safetensors"))


def load_model(source: str | Path) -> Model:
    """Load a model by its shipped name or from a safetensors file.

    Parameters
    ----------
    source : str or Path
        A name from ``auralise-jax models``, such as ``"genre"`` or ``"musicnn-mtt"``, or the path
        of a model file.

    Returns
    -------
    Model

    Raises
    ------
    FileNotFoundError
        If there is neither such a name nor such a file, or the name is that of a known network
        that is not here yet; the message says how to get it.
    ValueError
        If the file is not a whole, consistent model file; the message says where it is not.

    Examples
    --------
    >>> load_model("genre").frontend.sample_rate
    11025
    """
    if isinstance(source, str) and source in shipped_models():
        folder = resources.files("auralise_jax").joinpath("data", "models")
        with resources.as_file(folder.joinpath(f"{source}.safetensors")) as path:
            return _read(Path(path), source)
    if isinstance(source, str) and source in KNOWN:
        path = kept_at(source)
        if not path.exists():
            raise FileNotFoundError(
                f"{source} is a network of other people that is not here yet; get it with: "
                f"auralise-jax models get {source}"
            )
        try:
            return _read(path, source)
        except ValueError as error:
            raise ValueError(
                f"{error}; get it anew with: auralise-jax models get {source}"
            ) from None
    path = Path(source)
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name a .safetensors model file in it")
    if not path.exists():
        raise FileNotFoundError(
            f"there is no model file {path}, and no shipped model of that name; "
            f"shipped: {', '.join(shipped_models())}"
        )
    return _read(path, os.fsencode(path.stem).decode("utf-8", "replace"))


def save_model(model: Model, path: str | Path, *, dtype: str | None = None) -> Path:
    """Write a model file, whole or not at all.

    The paper's CNN is written by its architecture. Another network is written as the list of its
    operations, if all of them are on a list that the package knows: convolutions, dense steps,
    ReLUs, pools, sums and so on. What it computes stays; its function is in the file no more.

    Parameters
    ----------
    model : Model
        What to write.
    path : str or Path
        Should end in ``.safetensors``; an existing file is replaced.
    dtype : {"float32", "float16", "bfloat16"}, optional
        How weights are stored; if not given, as in the file that the model was loaded from, and
        as float32 if it was not. Rounded weights *are* another model: score them, not their twin.

    Returns
    -------
    Path
        Where it was written.

    Raises
    ------
    ValueError
        If `dtype` is unknown, a weight does not fit it, or `training` holds what `load_model`
        would refuse. If the network is no closed list of operations, or the front end is not the
        package's: the message says why, for a network which operation and where.
    OSError
        If the place cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> path = save_model(load_model("genre"), folder / "copy.safetensors")
    >>> load_model(path).network.dtypes["conv1.kernel"]  # as in the shipped file
    'float16'
    """
    path = Path(path)
    write_whole(path, model_file(model, dtype))
    return path


def model_file(model: Model, dtype: str | None = None) -> bytes:
    """Return what `save_model` writes; raise ValueError as it does."""
    if dtype is not None:
        one_of("dtype", dtype, tuple(DTYPES.values()))
    if (why := why_not_saved(model)) is not None:
        raise ValueError(f"model {model.name!r} cannot be saved: {why}")
    pack = stack_file.pack_stack if isinstance(model.network, Stack) else graph_file.pack_graph
    return pack(model, dtype)


def can_be_saved(model: Model) -> bool:
    """Return whether `save_model` knows how to write the model's network and front end."""
    return why_not_saved(model) is None


def why_not_saved(model: Model) -> str | None:
    """Return what keeps a model from being a file, and what to do; None if nothing does.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> import auralise_jax as aj
    >>> def network(picture):
    ...     return jnp.sort(aj.tap(jax.nn.relu(picture[..., None]), "only").mean((0, 1)))
    >>> model = aj.wrap(network, frontend=aj.Frontend())
    >>> print(why_not_saved(model).split(": ", 1)[1])  # doctest: +ELLIPSIS
    sort (in sort) is not among the operations that a model file holds. A model with such a step...
    """
    if model.gains:
        return f"{MUTED} to save the network as it was trained"
    if isinstance(model.network, Stack):
        return stack_file.why_not_packed(model)
    if isinstance(model.network, TracedNetwork):
        return graph_file.why_not_packed(model)
    return f"its network is a {type(model.network).__name__}, which no file holds. {WAYS_OUT}."


_READ = {stack_file.FORMAT: stack_file.read_stack, graph_file.FORMAT: graph_file.read_graph}


def _read(path: Path, name: str) -> Model:
    try:
        contents = open_file(path)
        found = contents.metadata.get("format")
        if found not in _READ:
            raise ValueError(
                f"its metadata says format {found!r}, not {' or '.join(map(repr, _READ))}; "
                "weights from elsewhere need converting first"
            )
        return _READ[found](contents, name)
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"{path} is not a model file that can be used: {error}") from None
