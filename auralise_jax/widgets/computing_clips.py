"""Clips in a page that computes: coded small, and listened to as the page decodes them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32

from auralise_jax.audio import Clip
from auralise_jax.audio.encode import encode, ogg_pages
from auralise_jax.widgets.song import Song
from auralise_jax.widgets.uploads import LONGEST

LEAST_RATE = 8000
"""Hertz; browsers decode nothing that is slower."""

MOST_BYTES = 20_000_000
"""Of a clip as it is coded."""

_BEST = 0.0
"""Libsndfile's level of compression: what a network hears of Vorbis should be the music."""

_TWO_OF_SOUND = 4
"""Pages of an Ogg file whose sound takes two; where it takes one, Chromium cuts off its end."""

_LEVELS: Mapping[str, float | None] = {"ogg": _BEST, "flac": None}


@dataclass(frozen=True)
class CodedClip:
    """A clip as a page holds it."""

    title: str
    data: bytes
    codec: str
    scale: float
    """What full scale stands for."""
    opens: float | None
    notes: tuple[str, ...] = ()
    """Sentences below its rows."""

    @classmethod
    def of(
        cls, song: Song, title: str, codec: str, rate: int, notes: Sequence[str] = ()
    ) -> CodedClip:
        """Code a song, or its first quarter of an hour, for a model that hears `rate` hertz.

        Raises
        ------
        ValueError
            If it takes more than `MOST_BYTES`, or holds no sound that can be read.
        OSError
            If its file cannot be read.
        """
        rate = max(LEAST_RATE, min(song.sample_rate, rate))
        samples = _beginning(song, rate)
        scale = max(1.0, float(np.abs(samples).max()))
        data = encode(samples / scale, rate, f".{codec}", level=_LEVELS[codec])
        if codec == "ogg" and len(ogg_pages(data)) < _TWO_OF_SOUND:
            codec, data = "flac", encode(samples / scale, rate, ".flac")
        if len(data) > MOST_BYTES:
            raise ValueError(
                f"{title} takes {len(data) / 1e6:.0f} MB in the page, more than "
                f'{MOST_BYTES / 1e6:.0f} MB: cut it, or code it as Vorbis (codec "ogg")'
            )
        if song.duration > LONGEST:
            notes = [*notes, f"of {title} the first {LONGEST / 60:g} minutes are kept"]
        return cls(title, data, codec, scale, song.opens, tuple(notes))

    def song(self) -> Song:
        """Return the clip as the page decodes it."""
        import soundfile

        samples, rate = soundfile.read(io.BytesIO(self.data), dtype="float32")
        return Song(Clip(samples * self.scale, rate, self.title), self.title, self.opens)

    def facts(self, data: str, code: Mapping[str, str]) -> dict[str, Any]:
        """Return what the page's worker reads of the clip; `data` names the element with it."""
        import soundfile

        info = soundfile.info(io.BytesIO(self.data))
        return {
            "title": self.title,
            "data": data,
            "codec": self.codec,
            "scale": self.scale,
            "duration": info.frames / info.samplerate,
            "sample_rate": info.samplerate,
            "opens": self.opens,
            "notes": [*self.notes],
            **code,
        }


def _beginning(song: Song, rate: int) -> Float32[np.ndarray, " samples"]:
    """Decode what a page holds of a song."""
    most, blocks, count = round(LONGEST * rate), [], 0
    for block in song.blocks(rate):
        blocks.append(block[: most - count])
        count += len(blocks[-1])
        if count == most:
            break
    return np.concatenate(blocks)
