"""Panels that compute in their page: what the page holds of them, and what they share.

The page's script reads two elements. ``auralise-page`` has a document per panel; a document of a
panel that computes says which model and clips it works on, and has the panel's traits as Python had
them, so that the first feature is seen and heard before the network is there. ``auralise-engine``
has what all of them share: the worker's code, its WebAssembly, models and clips, each once. Bytes
stand in elements of their own, in base64; code and weights are packed by gzip, clips as they are
coded.
"""

from __future__ import annotations

import base64
import functools
import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auralise_jax.network import Model
from auralise_jax.widgets import assets
from auralise_jax.widgets.address import Address
from auralise_jax.widgets.computing_clips import CodedClip
from auralise_jax.widgets.computing_models import model_facts, recipe_of, weights_of
from auralise_jax.widgets.song import Song
from auralise_jax.widgets.windows import packed

State = dict[str, Any]
"""Traits of a panel by name."""


class Engine:
    """What the panels of a page that computes share; whatever is held twice is there once.

    Examples
    --------
    >>> engine = Engine()
    >>> engine.hold(b"bytes") == engine.hold(b"bytes")
    True
    """

    def __init__(self) -> None:
        self._data: dict[bytes, str] = {}
        self._facts: dict[str, dict[str, Any]] = {"models": {}, "clips": {}}

    @property
    def is_needed(self) -> bool:
        """Whether any panel computes."""
        return bool(self._facts["models"])

    def hold(self, data: bytes) -> str:
        """Hold bytes, and return the id of the element that they stand in."""
        return self._data.setdefault(data, f"auralise-d{len(self._data)}")

    def model(self, facts: dict[str, Any]) -> str:
        """Hold what the page knows of a model, and return its key."""
        return self._key("models", facts)

    def clip(self, facts: dict[str, Any]) -> str:
        """Hold what the page knows of a clip, and return its key."""
        return self._key("clips", facts)

    def _key(self, kind: str, facts: dict[str, Any]) -> str:
        held = self._facts[kind]
        new = f"{kind[:-1]}{len(held)}"
        key = next((key for key, one in held.items() if one == facts), new)
        held[key] = facts
        return key

    def texts(self) -> dict[str, str]:
        """Return the texts of the page's elements by their ids; the last says that it is whole."""
        program = [_packed(assets.engine_module().encode()), _packed(assets.engine_wasm())]
        code, wasm = map(self.hold, program)
        ordered = {data: self._data[data] for data in (*program, *self._data)}
        return {
            "auralise-engine": as_json({"code": code, "wasm": wasm, **self._facts}),
            **{name: base64.b64encode(data).decode() for data, name in ordered.items()},
            "auralise-licenses": assets.engine_licenses(),
            "auralise-end": "",
        }

    def elements(self) -> str:
        """Return the elements of the page that hold it all."""
        kinds = {"auralise-engine": "application/json"}
        return "\n".join(
            f'<script type="{kinds.get(name, "text/plain")}" id="{name}">{text}</script>'
            for name, text in self.texts().items()
        )


@dataclass(frozen=True)
class Live:
    """An explorer as it is now, for a page in which its network computes.

    Parameters
    ----------
    model : Model
        As it was trained.
    random : str
        Name of the same network with random weights.
    facts : mapping
        The panel's.
    clips : mapping of str to callable
        Clips by their names in the panel, each as a function that returns it; the first is shown.
    clip_notes : mapping
        Sentences below the rows of some of them.
    addresses : mapping
        How code names models and clips, as `Explorer` has it.
    no_control : str
        Why the network has no control; empty if there is one.
    codec : str
        How clips are coded.
    asks : mapping
        What of the document says what is asked for.
    opened : callable
        Returns the traits of the same panel on other songs of these names, and with other notes.
    """

    model: Model
    random: str
    facts: Mapping[str, Any]
    clips: Mapping[str, Callable[[], Song]]
    clip_notes: Mapping[str, tuple[str, ...]]
    addresses: Mapping[tuple[str, str], Address]
    no_control: str
    codec: str
    asks: Mapping[str, Any]
    opened: Callable[[Mapping[str, Song], Mapping[str, Sequence[str]]], State]

    @functools.cached_property
    def _coded(self) -> list[CodedClip]:
        rate = self.model.frontend.sample_rate
        return [
            CodedClip.of(song(), name, self.codec, rate, self.clip_notes.get(name, ()))
            for name, song in self.clips.items()
        ]

    def document(self, engine: Engine, *, alone: bool = False) -> dict[str, Any]:
        """Return what the page's script reads; what is shared goes to `engine`.

        `alone`: the page has no other panel, and is an explorer rather than a lesson.
        """
        songs = {clip.title: clip.song() for clip in self._coded}
        state = self.opened(songs, {clip.title: clip.notes for clip in self._coded})
        if state["facts"].get("no_call"):  # the call names files of this machine
            state["facts"] = state["facts"] | {"call": ""}
        state |= {name: packed(state[name]) for name in ("source", "answer")}
        live = {**self._held(engine), **self.asks, **({"page": True} if alone else {})}
        return {"live": live, "state": state}

    def estimate(self, engine: Engine) -> int:
        """Return about how many bytes the document will take; what is shared goes to `engine`."""
        self._held(engine)
        shown: int = self.facts["bins"] * self.facts["frames"] + 2 * self.model.frontend.samples
        return len(json.dumps(self.facts)) + round(2 * shown * _PACKED)

    def _held(self, engine: Engine) -> dict[str, Any]:
        weights = engine.hold(weights_of(self.model))
        model, random = (self._code("model", name) for name in (self.model.name, self.random))
        code = {"model": model["code"], "random": random["code"], "why": model["why"]}
        facts = model_facts(
            self.model,
            self.facts,
            weights=weights,
            random=self.random,
            code=code,
            control={"why": self.no_control} if self.no_control else recipe_of(self.model),
        )
        clips = [
            engine.clip(clip.facts(engine.hold(clip.data), self._code("clip", clip.title)))
            for clip in self._coded
        ]
        return {"model": engine.model(facts), "clips": clips}

    def _code(self, kind: str, name: str) -> dict[str, str]:
        """Return how code names a model or clip, or why the page does not say it."""
        address = self.addresses.get((kind, name), Address(""))
        if address.is_path:
            return {"code": "", "why": "this page does not say where its files are: open your own"}
        return {"code": address.code, "why": address.why}


_PACKED = 1.3
"""Bytes in a page of a byte of sound or picture, about."""


def as_json(value: Any) -> str:
    """Return JSON that may stand in a script element, which only "<" could end or open."""
    return json.dumps(value, allow_nan=False).replace("<", "\\u003c")


@functools.cache
def _packed(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)
