"""All devices, of this process and of others, as one mesh over which batches are split.

With a single device the same code runs: the mesh has one cell, and the shardings change nothing.
"""

from __future__ import annotations

import hashlib
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from auralise_jax.device import check_device

_PATIENCE = 86_400
"""Seconds that processes wait at the end for the first, which scores and writes."""


def check_same(what: str, text: str) -> None:
    """Raise ValueError if the processes that train together do not all hold the same `text`."""
    if jax.process_count() == 1:
        return
    from jax.experimental import multihost_utils

    digest = np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint8)
    digests = np.asarray(multihost_utils.process_allgather(digest))
    if (digests != digest).any():
        raise ValueError(
            f"the processes do not hold the same {what}: give all the same command, music and "
            "decoders"
        )


def join(coordinator: str | None, process: int | None, processes: int | None) -> None:
    """Join the processes that train together, before anything else uses JAX.

    Parameters
    ----------
    coordinator : str, optional
        ``host:port`` of process 0; None leaves it to the cluster (Slurm and others that
        `jax.distributed.initialize` knows).
    process, processes : int, optional
        Number of this process, from 0, and how many there are.

    Raises
    ------
    ValueError
        If the three do not fit each other.
    """
    if coordinator is not None and (process is None or processes is None):
        raise ValueError("with a coordinator, say which of how many processes this is")
    if process is not None and processes is not None and not 0 <= process < processes:
        raise ValueError(f"process must be 0 to {processes - 1}, not {process}")
    jax.distributed.initialize(coordinator, processes, process, shutdown_timeout_seconds=_PATIENCE)


class Devices:
    """All devices of all processes, as a mesh with one axis, ``clips``.

    Parameters
    ----------
    batch : int
        Clips in a batch; must divide evenly among the devices.
    """

    def __init__(self, batch: int) -> None:
        check_device()
        devices = jax.devices()
        if batch < 1 or batch % len(devices):
            raise ValueError(
                f"batch must be a positive multiple of the {len(devices)} devices, not {batch}"
            )
        self.mesh = Mesh(np.array(devices), ("clips",))
        self._everywhere = NamedSharding(self.mesh, PartitionSpec())  # type: ignore[no-untyped-call]
        self._split = NamedSharding(self.mesh, PartitionSpec("clips"))  # type: ignore[no-untyped-call]

    def copy(self, tree: Any) -> Any:
        """Copy arrays to every device; all processes must hold the same arrays."""
        return self._make(self._everywhere, tree)

    def split(self, tree: Any) -> Any:
        """Make global batches, of which each process holds a part."""
        return self._make(self._split, tree)

    def like(self, tree: Any) -> Any:
        """Describe copied arrays, for a checkpoint to be read into."""

        def describe(x: jax.Array) -> Any:
            return jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=self._everywhere)  # type: ignore[no-untyped-call]

        return jax.tree.map(describe, tree)

    @staticmethod
    def _make(sharding: NamedSharding, tree: Any) -> Any:
        def make(part: Any) -> Any:
            return jax.make_array_from_process_local_data(sharding, np.asarray(part))  # type: ignore[no-untyped-call]

        return jax.tree.map(make, tree)


def is_first() -> bool:
    """Return whether this is the process that prints and writes.

    Raises
    ------
    OSError
        If JAX has nothing to compute on; see `device.check_device`.
    """
    check_device()
    return bool(jax.process_index() == 0)
