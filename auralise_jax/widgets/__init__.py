"""Panels that live in a notebook, and pages that need no notebook."""

from auralise_jax.widgets.explorer import Explorer as Explorer
from auralise_jax.widgets.explorer import explore as explore
