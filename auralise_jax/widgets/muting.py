"""What is muted in a panel: features of the network, and parts of the source.

Pages and people give lists, panels keep tuples: what is muted is part of what a window is kept by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

from auralise_jax.audio.removal import Removed, within
from auralise_jax.insight.control import share_control
from auralise_jax.listening import Listening
from auralise_jax.network import Model
from auralise_jax.network.edits import checked_gains, place
from auralise_jax.widgets import door
from auralise_jax.widgets.facts import said_beside
from auralise_jax.widgets.variant import Variant

MOST_PARTS = 24
"""The largest number of parts of the source that are taken out together."""


class Muted(NamedTuple):
    """A feature with a gain: 0 takes it out of the network, 2 doubles it."""

    layer: int
    """From 1."""
    feature: int
    """From 0."""
    gain: float = 0.0


Mutes: TypeAlias = tuple[Muted, ...]
Parts: TypeAlias = tuple[Removed, ...]


def mutes(given: object, model: Model) -> Mutes:
    """Return what is to be muted, checked; a feature that is named twice has its last gain.

    Parameters
    ----------
    given : list
        Of (layer, feature), which is taken out, or (layer, feature, gain). A gain of 1 leaves a
        feature as it is.
    model : Model
        Whose features they are.

    Raises
    ------
    ValueError
        If there is no such layer or feature, or a gain is not a number from 0 to 2.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> mutes([("conv3", 20), [4, 7, 1.5]], aj.load_model("genre"))
    (Muted(layer=3, feature=20, gain=0.0), Muted(layer=4, feature=7, gain=1.5))
    """
    known: dict[tuple[int, int], float] = {}
    for one in _listed("muted", given, sum(layer.features for layer in model.layers)):
        if not isinstance(one, (list, tuple)) or len(one) not in (2, 3):
            raise ValueError(
                "a feature is muted by its layer and number, as (3, 20), or gets a gain, as "
                f"(3, 20, 1.5), not {door.short(one)}"
            )
        which, gain = place(model.layers, tuple(one[:2])), one[2] if len(one) == 3 else 0.0
        known.pop(which, None)  # the last is listed last
        known |= {which: gain}
    checked_gains(model.layers, known)
    return tuple(Muted(*which, float(gain)) for which, gain in known.items())


def parts(given: object, model: Model) -> Parts:
    """Return the parts of the source to be taken out, checked.

    Parameters
    ----------
    given : list
        Of mappings with a ``"band"``, lowest and highest frequency in Hz, a ``"stretch"``, first
        and last moment in seconds of the window, or both.
    model : Model
        What hears the source.

    Raises
    ------
    ValueError
        If a part is not of this form, empty, or not within the window of the model.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> parts([{"band": [200, 800]}], aj.load_model("genre"))
    (Removed(band=(200.0, 800.0), stretch=None),)
    """
    found: dict[Removed, None] = {}
    for one in _listed("removed", given, MOST_PARTS):
        if not isinstance(one, dict) or not set(one) <= set(Removed._fields):
            raise ValueError(
                'a part of the source is named as {"band": [200, 800]}, {"stretch": [1, 2]} or '
                f"both, not {door.short(one)}"
            )
        part = Removed.of(**one)
        within("band", part.band, model.frontend.sample_rate / 2, "Hz")
        within("stretch", part.stretch, model.seconds, "s", slack=1 / model.frontend.sample_rate)
        found[part] = None
    return tuple(found)


def _listed(name: str, given: object, most: int) -> Sequence[Any]:
    if not isinstance(given, (list, tuple)):
        raise ValueError(f"{name} must be a list, not {door.short(given)}")
    if len(given) > most:
        raise ValueError(f"{name} must be a list of at most {most}, not {len(given)}")
    return given


def as_traits(muted: Mutes, removed: Parts) -> dict[str, list[Any]]:
    """Return what is muted as a page has it."""
    return {
        "muted": [list(one) for one in muted],
        "removed": [
            {name: None if ends is None else list(ends) for name, ends in part._asdict().items()}
            for part in removed
        ],
    }


def fitting(muted: Mutes, removed: Parts, model: Model) -> tuple[Mutes, Parts, list[str]]:
    """Return what another model has of what is muted, and what it lacks in words."""
    have = [
        one
        for one in muted
        if one.layer <= len(model.layers) and one.feature < model.layer(one.layer).features
    ]
    heard = [part for part in removed if _is_within(part, model)]
    lost = [f"{one.layer}-{one.feature}" for one in muted if one not in have]
    lost += [part_words(part) for part in removed if part not in heard]
    return tuple(have), tuple(heard), lost


def _is_within(part: Removed, model: Model) -> bool:
    try:
        return bool(parts([part._asdict()], model))
    except ValueError:
        return False


def part_words(part: Removed, start: float = 0.0) -> str:
    """Return a part in words; `start` is where the window begins, in seconds.

    Examples
    --------
    >>> part_words(Removed((200.0, 800.0), (1.0, 2.0)))
    '200 to 800 Hz from 1.0 to 2.0 s'
    """
    band = part.band and f"{part.band[0]:.0f} to {part.band[1]:.0f} Hz"
    stretch = part.stretch and "{:.1f} to {:.1f} s".format(*(start + end for end in part.stretch))
    return " from ".join(filter(None, (band, stretch)))


def without(variant: Variant, removed: Parts) -> Variant:
    """Return a variant with parts of its source taken out; the variant itself if there are none."""
    heard = variant.heard
    for part in removed:
        heard = heard.without(**part._asdict())
    return variant if heard is variant.heard else Variant(heard, variant.name, variant.rule)


def edited(variant: Variant, muted: Mutes) -> Variant:
    """Return a variant whose features have other gains; the variant itself if there are none.

    Its features are compared with random weights as the variant's own are: what is muted does not
    change what random weights make of the source.
    """
    gains = {(one.layer, one.feature): one.gain for one in muted if one.gain != 1}
    if not gains:
        return variant
    heard = variant.heard.edited(gains=gains)
    share_control(heard, variant.heard)
    heard.measure_silence_as(variant.heard)
    return Variant(heard, variant.name, variant.rule)


def take_facts(take: dict[str, Any], heard: Listening, plain: Listening) -> dict[str, Any]:
    """Return a panel's facts about a take, with what the network says of the untouched window."""
    if heard is plain:
        return take
    said, before = said_beside(heard, plain)
    return take | {"classes": said, "unmuted": before}


def muted_notes(heard: Listening, muted: Mutes) -> list[str]:
    """Return what muting still does where a network has no classes."""
    if not muted or heard.model.classes or heard.model.task == "pitch":
        return []
    return ["this network gives no classes: muting changes pictures and sounds of the layers above"]


def below(muted: Iterable[Muted], layer: int) -> frozenset[Muted]:
    """Return what decides how a layer's features look and sound: what is muted below it."""
    return frozenset(one for one in muted if one.layer < layer and one.gain != 1)
