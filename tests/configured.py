"""JAX as other people have set it up."""

import contextlib
from collections.abc import Iterator

import jax


@contextlib.contextmanager
def settings(**names: object) -> Iterator[None]:
    """Set JAX up for all threads, as environment variables do."""
    before = {name: getattr(jax.config, name) for name in names}
    try:
        for name, value in names.items():
            jax.config.update(name, value)
        yield
    finally:
        for name, value in before.items():
            jax.config.update(name, value)
