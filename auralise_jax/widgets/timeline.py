"""The time line of an explorer: the whole song is heard in the background, once.

Messages between the page and Python, beside those of a `Panel`:

======== =========================================================================================
page     ``song`` (hear the whole song), ``song-stop``; both name it by the number that
         ``facts["song"]`` has. ``ahead`` (listen to a window that will be shown next).
Python   ``song`` (what was heard, with binary buffers: the probabilities, then the activities of
         every layer as float16), ``song-progress`` (also where it went wrong).
======== =========================================================================================
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from auralise_jax.listening.song import listen_song
from auralise_jax.listening.song_listening import SongListening
from auralise_jax.listening.song_windows import Activity
from auralise_jax.network import Model
from auralise_jax.widgets.background import Page
from auralise_jax.widgets.kept import Kept
from auralise_jax.widgets.song import LOOKED, Song, columns
from auralise_jax.widgets.worker import Check, Worker

HOP = 1.0
"""Seconds between the windows that are heard; half a window where windows are shorter than 2 s."""

WINDOWS = 1200
"""Windows of a song that are heard, about: of a longer song they stand further apart."""

SONGS_BYTES = 64_000_000
"""Bytes of songs that a panel keeps: some forty of twenty minutes under the shipped model."""

_STEPS = 25
"""Messages about the progress."""


class SongKey(NamedTuple):
    """A whole clip under a model, by the names in the panel's lists, and the features' gains."""

    model: str
    clip: str
    gains: tuple[tuple[tuple[str, int], float], ...] = ()

    @classmethod
    def of(cls, names: tuple[str, str], model: Model) -> SongKey:
        """Return the key of a clip under a model, some of whose features may be muted."""
        return cls(*names, tuple(sorted(model.gains.items())))


class _Hearing(NamedTuple):
    """A song that is being heard."""

    key: SongKey
    song: Song
    model: Model


class Timeline:
    """Hears whole songs in the background, and keeps what was heard within a budget.

    Layers that are computed whole go first, and so does whatever `let_pass` waits for.

    Parameters
    ----------
    page : Page
        Sends the page messages.
    let_pass : callable
        Called after every window: returns when a move that is being answered is answered.
    failed : callable
        Called with an error that the song does not explain.
    """

    def __init__(
        self, page: Page, let_pass: Callable[[], None], failed: Callable[[Exception], object]
    ) -> None:
        self._page, self._let_pass = page, let_pass
        self.worker = Worker(failed, patient=True)
        self._lock = threading.Lock()
        self._kept: Kept[SongKey, SongListening] = Kept(_bytes, SONGS_BYTES)
        self._numbers: dict[SongKey, int] = {}
        self._hearing: _Hearing | None = None

    def facts(self, key: SongKey, song: Song, model: Model) -> dict[str, Any]:
        """Return what the page has to know before the song is heard."""
        return {
            "number": self._number(key),
            "unmuted": self._number(key._replace(gains=())) if key.gains else None,
            "hop": hop_for(song.duration, model.seconds),
            "asks": song.duration > LOOKED,  # too long to be heard unless somebody asks for it
            "said": model.task if model.classes else None,
        }

    def is_number(self, key: SongKey, number: int) -> bool:
        """Return whether the page knows a song by that number."""
        return self._number(key) == number

    def heard(self, key: SongKey) -> SongListening | None:
        """Return a song if it was heard, and is kept."""
        with self._lock:
            return self._kept.get(key)

    def hear(self, key: SongKey, song: Song, model: Model) -> None:
        """Send the page the song, and without what is muted; hear both first if need be."""
        wanted = dict.fromkeys([key._replace(gains=()), key])
        for one in wanted:
            if (found := self.heard(one)) is not None:
                self._send(one, found)
        missing = any(self.heard(one) is None for one in wanted)
        if missing and (self._hearing is None or self._hearing.key != key):
            self.leave()
            self._hearing = hearing = _Hearing(key, song, model)
            self._progress(key, 0.0, "waiting to hear the song")
            self.worker.run(lambda check: self._work(check, hearing))

    def leave(self, key: SongKey | None = None) -> None:
        """Stop hearing any other song than that."""
        with self._lock:
            left = self._hearing
            if left is None or left.key == key:
                return
            self._hearing = None
            self.worker.cancel()
        self._progress(left.key, None)

    def close(self, *, wait: bool) -> None:
        """Stop the work and forget the songs."""
        self.worker.close(wait=wait)
        with self._lock:
            self._kept.clear()

    def _work(self, check: Check, hearing: _Hearing) -> None:
        key, _, model = hearing
        plain = model.with_gains(dict.fromkeys(model.gains, 1.0)) if model.gains else model
        problem = ""
        try:
            for one, edited in {key._replace(gains=()): plain, key: model}.items():
                if self.heard(one) is None:
                    found = self._listen(check, hearing, edited)
                    with self._lock:
                        check()
                        self._kept.put(one, found)
                    self._send(one, found)
        except (ValueError, OSError) as error:
            problem = str(error)
        finally:
            with self._lock:
                mine = self._hearing is hearing
                self._hearing = None if mine else self._hearing
            if mine:
                self._progress(key, None, error=problem)

    def _listen(self, check: Check, hearing: _Hearing, model: Model) -> SongListening:
        key, song, _ = hearing
        hop = hop_for(song.duration, model.seconds)
        muted = ", muted" if model.gains else ""

        def each(number: int, total: int) -> None:
            self._let_pass()
            check()
            if number % max(1, total // _STEPS) == 0:
                done = min(number * hop, song.duration)
                words = f"hearing the song{muted}: {done:.0f} of {song.duration:.0f} s"
                self._progress(key, number / total, words)

        return listen_song(model, song, hop, each=each, progress=False)

    def _number(self, key: SongKey) -> int:
        return self._numbers.setdefault(key, len(self._numbers))

    def _progress(
        self, key: SongKey, share: float | None, words: str = "", *, error: str = ""
    ) -> None:
        message = {"kind": "song-progress", "song": self._number(key), "share": share}
        self._page.send(message | {"words": words, "error": error})

    def _send(self, key: SongKey, heard: SongListening) -> None:
        message = {"kind": "song", "song": self._number(key), **facts_of(heard)}
        self._page.send(message, bytes_of(heard))


def hop_for(duration: float, window: float) -> float:
    """Return the seconds between the windows of a song that are heard.

    Examples
    --------
    >>> hop_for(180.0, 4.0), hop_for(180.0, 0.5), hop_for(3600.0, 4.0)
    (1.0, 0.25, 3.0)
    """
    return max(min(HOP, window / 2), duration / WINDOWS)


def facts_of(heard: SongListening) -> dict[str, Any]:
    """Return what a page is sent of a song, but for the arrays."""
    layers = [(layer, Activity.of(heard.activity(layer)).scale) for layer in heard.model.layers]
    return {
        "hop": heard.hop,
        "seconds": heard.seconds,
        "duration": heard.duration,
        "times": heard.times.round(4).tolist(),
        "wave": columns(heard.wave, np.linspace(0, 1, len(heard.wave), endpoint=False)),
        "classes": list(heard.classes),
        "none_below": heard.model.none_below,
        "layers": [{"features": layer.features, "scale": scale} for layer, scale in layers],
    }


def bytes_of(heard: SongListening) -> list[bytes]:
    """Return the arrays: probabilities as float32, and each layer's activities as float16."""
    halves = [Activity.of(heard.activity(layer)).halves for layer in heard.model.layers]
    return [
        heard.probabilities.astype("<f4").tobytes(),
        *(one.astype("<f2").tobytes() for one in halves),
    ]


def _bytes(heard: SongListening) -> int:
    features = sum(layer.features for layer in heard.model.layers)
    return heard.probabilities.nbytes + heard.wave.nbytes + 2 * len(heard.times) * features
