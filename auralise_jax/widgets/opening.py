"""How a panel opens: on which clip, and with which feature."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from auralise_jax.audio import Clip, example_clips
from auralise_jax.insight.survey import survey
from auralise_jax.listening import Listening
from auralise_jax.widgets.song import Song


def find_song(clip: Clip | str | Path) -> Song:
    """Return a clip, a shipped clip by name, or a file as a song.

    Examples
    --------
    >>> find_song("dance").title
    'Dance'
    """
    examples = example_clips()
    if isinstance(clip, str) and clip in examples:
        return Song(examples[clip], examples.title(clip), opens=0.0)  # they begin with music
    return Song.of(clip)


def shipped_titles() -> list[tuple[str, str]]:
    """Return names and titles of the shipped clips."""
    examples = example_clips()
    return [(name, examples.title(name)) for name in examples]


def listed(song: Song) -> Callable[[], Song]:
    """Return a song that is there already as a panel's list of clips holds it."""
    return lambda: song


def first_feature(heard: Listening, layer: int, rule: str, position: str) -> int:
    """Return the feature that a panel opens with by default: the first in the ranking.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
    >>> first_feature(heard, 2, "deconvnet", "all") == survey(heard, 2).order.tolist()[0]
    True
    """
    return int(survey(heard, layer, rule, position).order[0])


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name, with a number behind it if it is taken.

    Examples
    --------
    >>> free_name("song", ["song", "song (2)"])
    'song (3)'
    """
    names = (name, *(f"{name} ({n})" for n in range(2, len(taken) + 3)))
    return next(free for free in names if free not in taken)
