"""Listening: a clip heard by a model, features projected, and projections made audible."""

from auralise_jax.listening.listening import Listening as Listening
from auralise_jax.listening.listening import listen as listen
from auralise_jax.listening.projection import Projection as Projection
from auralise_jax.listening.resynthesis import Auralised as Auralised
