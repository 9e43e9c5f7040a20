"""A panel whose network can travel into a page and compute there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from auralise_jax.choices import one_of
from auralise_jax.insight.control import untrained_of
from auralise_jax.listening import Listening
from auralise_jax.network import Model
from auralise_jax.widgets import page
from auralise_jax.widgets.address import Address
from auralise_jax.widgets.computing import Live, State
from auralise_jax.widgets.computing_models import as_trained, check_page_model
from auralise_jax.widgets.marking_panel import MarkingPanel
from auralise_jax.widgets.muting import Muted, as_traits
from auralise_jax.widgets.names import Names
from auralise_jax.widgets.opening import listed, shipped_titles
from auralise_jax.widgets.song import Song
from auralise_jax.widgets.uploads import LONGEST

_ASKED = ("layer", "feature", "rule", "resynthesis", "position")
_OTHERS = ("control", "order", "wall")
"""Traits that a page opens with, beside what is muted."""

_SHOWN = ("facts", "shown", "source", "answer")
"""Traits that a page shows before its network is there."""


class ComputingPanel(MarkingPanel):
    """Writes itself down so that a page can go on where the panel is; see `Live`."""

    _clips: dict[str, Callable[[], Song]]
    _addresses: dict[tuple[str, str], Address]
    _clip_notes: dict[str, Sequence[str]]
    _no_control: str
    _names: Names

    def figure(self, choice: page.Choice) -> page.Figure | Live:
        """Return the panel as it is now, to be put in a page; see `Lesson`."""
        if not choice.live:
            return super().figure(choice)
        with self._lock:
            return self._live(choice)

    def _live(self, choice: page.Choice) -> Live:
        name = next(iter(self._models))
        model = as_trained(given := self._models[name]())
        check_page_model(model)
        chosen = self._chosen
        asked = {trait: getattr(self, trait) for trait in (*_ASKED, *_OTHERS)}
        if chosen.start >= LONGEST:
            raise ValueError(
                f"a page holds the first {LONGEST / 60:g} minutes of a clip, and the window shown "
                f"begins at {chosen.start:g} s: choose another start, or cut the clip with "
                "aj.load_clip(path, offset=..., duration=...)"
            )
        gains = {(given.number(at), k): gain for (at, k), gain in given.gains.items()}
        gains |= {(one.layer, one.feature): one.gain for one in chosen.muted}
        muted = tuple(Muted(*which, gain) for which, gain in gains.items())
        models: dict[str, Callable[[], Model]] = {name: lambda: model}
        if not self._no_control:
            models[f"{name}, random weights"] = lambda: untrained_of(model)
        addresses, no_control, names = dict(self._addresses), self._no_control, self._names
        explorer = cast(Callable[..., ComputingPanel], type(self))

        def opened(songs: Mapping[str, Song], clip_notes: Mapping[str, Sequence[str]]) -> State:
            song = songs[chosen.clip]
            heard = Listening(models[chosen.model](), song, chosen.start)
            clips = {title: listed(one) for title, one in songs.items()}
            with explorer(
                heard,
                song,
                models,
                clips,
                model=chosen.model,
                clip=chosen.clip,
                addresses=addresses,
                no_control=no_control,
                muted=muted,
                removed=chosen.removed,
                clip_notes=clip_notes,
                names=names,
                **asked,
            ) as panel:
                return {trait: getattr(panel, trait) for trait in _SHOWN}

        asks = {
            "asked": {trait: asked[trait] for trait in _ASKED},
            "start": chosen.start,
            **as_traits(muted, chosen.removed),
            **{trait: asked[trait] for trait in _OTHERS},
            **({"random": True} if chosen.model != name else {}),
            **self._page_marks(),
        }
        return Live(
            model,
            f"{name}, random weights",
            self.facts,
            {title: self._clips[title] for title in self._held_clips(choice)},
            {title: tuple(said) for title, said in self._clip_notes.items()},
            addresses,
            no_control,
            choice.codec,
            asks,
            opened,
        )

    def _held_clips(self, choice: page.Choice) -> list[str]:
        """Return the names of the clips that a page holds, the one shown first."""
        shown = self._chosen.clip
        if choice.clips is None:
            names = list(self._clips)
        else:
            titles = dict(shipped_titles()) | {name: name for name in self._clips}
            names = [
                one_of("clips", titles.get(name, name), tuple(self._clips)) for name in choice.clips
            ]
        return list(dict.fromkeys([shown, *names]))
