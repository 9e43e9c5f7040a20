"""Format 1 of model files: the paper's CNN, its tensors by name. Readable for ever."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from auralise_jax.frontend import AnyFrontend, Frontend
from auralise_jax.network.facts import facts_of, read_facts
from auralise_jax.network.model import Model
from auralise_jax.network.safe import (
    DTYPES,
    Contents,
    packed,
    rounded,
    text_of,
    value_of,
    weights,
)
from auralise_jax.network.stack.architecture import Architecture
from auralise_jax.network.stack.network import Stack, stack_of

FORMAT = "auralise-jax/1"


def why_not_packed(model: Model) -> str | None:
    """Return what keeps a model of the paper's CNN from being a file; None if nothing does."""
    frontend: AnyFrontend = model.frontend
    if isinstance(frontend, Frontend):
        return None
    kind = type(frontend).__name__
    return f"a file holds the settings of an STFT, and its front end is a {kind}"


def pack_stack(model: Model, dtype: str | None) -> bytes:
    """Return a model of the paper's CNN and an STFT as a file; see `save_model`."""
    network = stack_of(model, "saved")
    tensors = {
        name: rounded(name, value, dtype or network.dtypes.get(name, "float32"))
        for name, value in network.tensors.items()
    }
    settings: dict[str, Any] = {
        "architecture": dataclasses.asdict(network.architecture),
        "frontend": dataclasses.asdict(cast(Frontend, model.frontend)),
        **facts_of(model, all_of_them=False),
    }
    settings.pop("untrained", None)
    if model.untrained != _only_seed(model.training):
        settings["untrained"] = model.untrained
    metadata = {"format": FORMAT} | {key: text_of(key, value) for key, value in settings.items()}
    return packed(tensors, metadata)


def read_stack(contents: Contents, name: str) -> Model:
    """Return the model of a file of format 1; raise ValueError or TypeError if it is not one."""
    metadata, stored = contents
    architecture = Architecture(**_known(Architecture, value_of(metadata, "architecture", dict)))
    frontend = Frontend(**_known(Frontend, value_of(metadata, "frontend", dict)))
    facts = read_facts(metadata)
    facts.setdefault("untrained", _only_seed(facts["training"]))
    # A tensor nobody asked for is an error, not skipped: without it the network is another one.
    tensors = {key: weights(key, value).astype(np.float32) for key, value in stored.items()}
    dtypes = {key: DTYPES[value["dtype"]] for key, value in stored.items()}
    network = Stack(tensors, architecture, frontend.shape, dtypes)
    return Model(network, frontend, name=name, **facts)


def _only_seed(training: Mapping[str, Any]) -> bool:
    """Return what a file without the word "untrained" says by its notes on training."""
    return set(training) == {"seed"}


def _known(kind: type, settings: dict[str, Any]) -> dict[str, Any]:
    """Drop keys of later versions, which may be added to a file."""
    names = {f.name for f in dataclasses.fields(kind)}
    return {key: value for key, value in settings.items() if key in names}
