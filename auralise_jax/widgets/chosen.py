"""What an explorer shows: a window of a clip under a model, and what of it is muted."""

from __future__ import annotations

from typing import Any, NamedTuple

from auralise_jax.network import Model
from auralise_jax.widgets.muting import Mutes, Parts, as_traits, fitting, part_words


class Chosen(NamedTuple):
    """A window of a clip under a model, by the names in the panel's lists, and what is muted."""

    model: str
    clip: str
    start: float
    """Seconds."""
    muted: Mutes = ()
    removed: Parts = ()

    @property
    def window(self) -> Chosen:
        """Without muted features: the same source, and the network as it was trained."""
        return self._replace(muted=())

    @property
    def named(self) -> dict[str, str | float]:
        """Model, clip and start."""
        return {name: getattr(self, name) for name in ("model", "clip", "start")}

    @property
    def traits(self) -> dict[str, Any]:
        """As a page has it."""
        return self.named | as_traits(self.muted, self.removed)


def still_muted(before: Chosen, asked: Chosen, model: Model) -> tuple[Chosen, list[str]]:
    """Return what is asked for without what another model or clip does not have, and a sentence.

    A stretch of time belongs to the window that it was drawn in; a band stays.
    """
    muted, removed, lost = fitting(asked.muted, asked.removed, model)
    if (asked.clip, asked.start) != (before.clip, before.start):
        moved = [part for part in removed if part.stretch and part in before.removed]
        removed = tuple(part for part in removed if part not in moved)
        lost += [part_words(part, before.start) for part in moved]
    words = [f"not muted here, so brought back: {', '.join(lost)}"] if lost else []
    return asked._replace(muted=muted, removed=removed), words
