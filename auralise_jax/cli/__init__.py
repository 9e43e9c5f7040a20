"""The command line."""

from auralise_jax.cli.program import main as main
