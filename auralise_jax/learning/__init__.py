"""Pieces to learn from: composing them, playing them, training on them."""

from auralise_jax.learning.grooves import FAMILIES, GENRES, groove, tempo_alone
from auralise_jax.learning.score import Note, Part, Score
from auralise_jax.learning.synth import default_engine, find_soundfonts, render

__all__ = [
    "FAMILIES",
    "GENRES",
    "Note",
    "Part",
    "Score",
    "default_engine",
    "find_soundfonts",
    "groove",
    "render",
    "tempo_alone",
]
