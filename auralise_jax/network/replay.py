"""ReLUs and max-pools in two halves: forward they keep what is needed, backward it is played back.

Kept are, per ReLU, where it is open, and per max-pool its switches. That serves every rule, so none
has to be known on the way forward. Of an activation for which the user states something else that
may be its input. What is kept inside of a loop is kept turn by turn.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from auralise_jax.network.activations import AS_IT_IS, Stated
from auralise_jax.network.edits import Edit
from auralise_jax.network.evaluation import At, Way
from auralise_jax.network.marks import Marked
from auralise_jax.network.patterns import Pool, Rectify
from auralise_jax.network.pooling import search, spread
from auralise_jax.network.program import Step, Value
from auralise_jax.network.rules import Rule, chosen_backward, is_open


class Keeping(Way):
    """Forward: values, and what a way back needs."""

    def __init__(self) -> None:
        self.kept: dict[At, Array] = {}

    def relu(self, x: Array, part: Rectify, at: At) -> Array:
        """Rectify, and keep where it is open."""
        self.kept[at] = is_open(x, part.cap)
        return part.values(x)

    def pool(self, x: Array, part: Pool, at: At) -> Array:
        """Max-pool, and keep the switches."""
        best, self.kept[at] = search(x, part.window)
        return best.reshape(part.shape)

    def activate(self, x: Array, others: Sequence[Array], part: Stated, at: At) -> Array:
        """Run the activation, and keep what its way back needs."""
        self.kept[at] = part.kept(x)
        return part.values(x, others)

    def kept_for(self, ats: Sequence[At]) -> tuple[Array, ...]:
        """Return what was kept; nothing before a loop, all of it at the end of a turn."""
        return tuple(self.kept[at] for at in ats if at in self.kept)

    def keep(self, ats: Sequence[At], kept: Sequence[Array]) -> None:
        """Keep what all turns kept, or a branch."""
        self.kept.update(zip(ats, kept, strict=True))

    def inside(self, _ats: Sequence[At], _kept: Sequence[Array]) -> Keeping:
        """Return what keeps what one turn or branch does."""
        return Keeping()


class Editing(Keeping):
    """Forward, each layer edited on its way up; `maps` keeps what it was before.

    Parameters
    ----------
    marked : mapping of Step to list of Marked
        The layers, by the last step of each.
    edits : mapping of str to Edit
        One for every layer, by name.
    """

    def __init__(self, marked: Mapping[Step, Sequence[Marked]], edits: Mapping[str, Edit]) -> None:
        super().__init__()
        self.maps: dict[str, Array] = {}
        self._marked, self._edits = marked, edits

    def after(self, step: Step, known: dict[Value, Any]) -> None:
        """Keep the maps of a layer that is complete, and edit what passes up."""
        for one in self._marked.get(step, ()):
            self.maps[one.name] = known[one.value]
            scale, shift = (one.along(jnp.asarray(part)) for part in self._edits[one.name])
            known[one.own] = known[one.own] * scale + shift


class Replaying(Way):
    """Backward: what was kept, in the place of ReLUs and pools.

    Parameters
    ----------
    kept : dict
        What `Keeping` kept.
    number : int
        The rule's place in `RULES`, which may be traced.
    rule : Rule, optional
        Another rule, instead.
    """

    def __init__(
        self, kept: dict[At, Array], number: Int[Array, ""], rule: Rule | None = None
    ) -> None:
        self.kept = kept
        self.number = number
        self.rule = rule

    def relu(self, x: Array, _part: Rectify, at: At) -> Array:
        """Pass `x`, and back by the rule."""
        return self._ruled(x, x, at, self.rule)

    def pool(self, x: Array, part: Pool, at: At) -> Array:
        """Pass zeros of the pooled shape, and back by the switches."""
        window, shape = part.window, x.shape
        pooled = jnp.zeros(part.shape, x.dtype)

        def back(g: Array, switches: Array) -> Array:
            return spread(g.reshape(window.pooled(shape)), switches, window, shape)

        return instead(back, x, pooled, (self.kept[at],))

    def activate(self, x: Array, others: Sequence[Array], part: Stated, at: At) -> Array:
        """Pass zeros of its result's shape, and back what is stated."""
        made = part.steps[-1].outputs[0]
        result = jnp.zeros(made.shape, made.dtype)
        if part.how == AS_IT_IS:
            return instead(part.derivative, x, result, (self.kept[at], *others))
        return self._ruled(x, result, at, part.how if isinstance(part.how, Rule) else self.rule)

    def kept_for(self, ats: Sequence[At]) -> tuple[Array, ...]:
        """Return what was kept of some ReLUs and pools."""
        return tuple(self.kept[at] for at in ats)

    def inside(self, ats: Sequence[At], kept: Sequence[Array]) -> Replaying:
        """Return what plays back one turn or branch."""
        return Replaying(dict(zip(ats, kept, strict=True)), self.number, self.rule)

    def _ruled(self, x: Array, y: Array, at: At, rule: Rule | None) -> Array:
        if rule is not None:
            return instead(lambda g, kept: rule.backward(kept, g), x, y, (self.kept[at],))
        kept = (self.kept[at], self.number)
        return instead(lambda g, kept, number: chosen_backward(number, kept, g), x, y, kept)


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def instead(_back: Callable[..., Array], _x: Array, y: Array, _kept: tuple[Array, ...]) -> Array:
    """Return `y`; to `_x` comes back what `_back` makes of the cotangent and of `_kept`."""
    return y


def _instead_forward(
    _back: Callable[..., Array], _x: Array, y: Array, kept: tuple[Array, ...]
) -> tuple[Array, tuple[Array, ...]]:
    return y, kept


def _instead_backward(
    back: Callable[..., Array], kept: tuple[Array, ...], g: Array
) -> tuple[Array | None, ...]:
    return back(g, *kept), None, None


instead.defvjp(_instead_forward, _instead_backward)
