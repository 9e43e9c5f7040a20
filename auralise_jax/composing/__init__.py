"""The grammar of grooves: pieces in three genres, made up from a seed."""

from auralise_jax.composing.grooves import FAMILIES as FAMILIES
from auralise_jax.composing.grooves import GENRES as GENRES
from auralise_jax.composing.grooves import groove as groove
from auralise_jax.composing.grooves import tempo_alone as tempo_alone
