"""The example clips that travel with the package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # who only wants their names need not wait for NumPy
    from auralise_jax.audio.clip import Clip

_TITLES = {
    "bach": "Bach, Prelude in C",
    "ballad": "Ballad",
    "dance": "Dance",
    "hiphop": "Hip-hop",
}


class ExampleClips(Mapping[str, "Clip"]):
    """Mapping from name to clip; a clip is decoded on access."""

    def __getitem__(self, name: str) -> Clip:
        from auralise_jax.audio.clip import Clip
        from auralise_jax.audio.decode import load_clip

        if name not in _TITLES:
            raise KeyError(f"no example clip {name!r}; there are {', '.join(_TITLES)}")
        folder = resources.files("auralise_jax").joinpath("data", "clips")
        with resources.as_file(folder.joinpath(f"{name}.flac")) as path:
            clip = load_clip(Path(path))
        return Clip(clip.samples, clip.sample_rate, _TITLES[name])

    def __contains__(self, name: object) -> bool:
        return name in _TITLES  # Mapping would decode the clip to find out

    def __iter__(self) -> Iterator[str]:
        return iter(_TITLES)

    def __len__(self) -> int:
        return len(_TITLES)

    def title(self, name: str) -> str:
        """Return a clip's title without decoding it."""
        return _TITLES[name]

    def __repr__(self) -> str:
        return f"<example clips: {', '.join(_TITLES)}>"


def example_clips() -> ExampleClips:
    """Return the shipped example clips, by name.

    Returns
    -------
    mapping of str to Clip
        ``"bach"``, ``"ballad"``, ``"dance"`` and ``"hiphop"``; the README of
        the data folder says how they were made.

    Examples
    --------
    >>> sorted(example_clips())
    ['bach', 'ballad', 'dance', 'hiphop']
    """
    return ExampleClips()
