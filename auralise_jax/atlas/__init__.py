"""Atlas: over a corpus, what every feature of a model responds to most, to see, hear and search."""

from auralise_jax.atlas.indexing import Notes as Notes
from auralise_jax.atlas.making import atlas as atlas
from auralise_jax.atlas.opened import Atlas as Atlas
from auralise_jax.atlas.opened import Excerpt as Excerpt
from auralise_jax.atlas.opened import Feature as Feature
from auralise_jax.atlas.spread import scheduler as scheduler
