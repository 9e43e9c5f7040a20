"""Who plays when not the whole band does: bass and drums, with another or without, or one alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from auralise_jax.composing.pattern import pick

_SIZES = {"with bass": 0.535, "bass and drums": 0.22, "no bass": 0.18, "alone": 0.065}
# Of single parts, drums tell their genre best.
_DRUMS_ALONE = 0.9


def few(rng: np.random.Generator, layers: Sequence[str]) -> tuple[int, ...]:
    """Draw a few players of a band.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws them.
    layers : sequence of str
        What each player is: "drums", "bass", "pad", or something else; at least one player.

    Returns
    -------
    tuple of int
        Places in `layers`, rising; at least one, at most three where there are drums.

    Examples
    --------
    >>> few(np.random.default_rng(0), ["drums", "bass", "comp", "pad", "lead"])
    (0, 1)
    """
    places = range(len(layers))
    drums = [place for place in places if layers[place] == "drums"]
    bass = [place for place in places if layers[place] == "bass"]
    others = [place for place in places if layers[place] not in ("drums", "bass")]
    # A pad alone says nothing of a genre, so it joins in only with others.
    soloists = [place for place in others if layers[place] != "pad"] or others or bass
    size = str(rng.choice(list(_SIZES), p=list(_SIZES.values())))
    if size == "alone" or len(layers) == 1:
        is_drummer = bool(drums) and (not soloists or rng.random() < _DRUMS_ALONE)
        return tuple(drums) if is_drummer else (pick(rng, soloists),)
    # Without drums and bass, the other player would be alone.
    playing = [*drums, *([] if size == "no bass" and drums and others else bass)]
    if others and not (size == "bass and drums" and drums and bass):
        playing.append(pick(rng, others if playing else soloists))
    return tuple(sorted(playing))
