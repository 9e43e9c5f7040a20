"""Panels that live in a notebook, and pages that need no notebook."""

from auralise_jax.widgets.comparison import Comparison as Comparison
from auralise_jax.widgets.comparison import compare as compare
from auralise_jax.widgets.explorer import Explorer as Explorer
from auralise_jax.widgets.explorer import explore as explore
from auralise_jax.widgets.lesson import Lesson as Lesson
from auralise_jax.widgets.probing import Probing as Probing
from auralise_jax.widgets.probing import probe as probe
