"""Sources and features as a page holds them: pictures by gzip, sounds as coded files, in base64."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from auralise_jax.audio import Clip
from auralise_jax.audio.encode import with_serial
from auralise_jax.widgets import view

if TYPE_CHECKING:
    from auralise_jax.listening import Projection
    from auralise_jax.widgets.variant import Variant, ViewSettings

Packed = dict[str, Any]

_GZIP = 16 + zlib.MAX_WBITS
"""What zlib takes for gzip's header and end around what it packs."""


def packed_sources(variants: Sequence[Variant], codec: str, step: int) -> list[Packed | int]:
    """Return the source of each variant, or the number of an earlier variant that has the same.

    Each `step`-th level of a picture is kept, of 256 that are 0.39 dB apart.
    """
    known: list[tuple[bytes, bytes]] = []
    sources: list[Packed | int] = []
    for variant in variants:
        clip, levels = variant.heard.clip, view.pixels(variant.magnitude, variant.peak)
        seen = levels, clip.samples.tobytes()
        sources.append(known.index(seen) if seen in known else _packed(levels, clip, codec, step))
        known.append(seen)
    return sources


def packed_feature(
    variant: Variant, feature: int, settings: ViewSettings, codec: str, step: int
) -> Packed:
    """Project a feature and return it as a page holds it; `step` as in `packed_sources`."""
    return packed_projection(variant, variant.projection(settings, feature), settings, codec, step)


def packed_projection(
    variant: Variant, projection: Projection, settings: ViewSettings, codec: str, step: int
) -> Packed:
    """Return a feature that is projected already."""
    shown = view.show(projection, variant.peak, settings.resynthesis)
    return _packed(shown.pixels, shown.sound, codec, step) | {"shown": shown.facts}


def without_beginning(windows: Iterable[Mapping[str, Any]]) -> str:
    """Take what all sounds of some windows begin with out of each, and return it, in base64.

    In Ogg Vorbis it is the tables, a tenth of a sound of 4 s.
    """
    rows = [row for one in windows for row in (one["sources"], *one["features"].values())]
    items = [item for row in rows for item in row if isinstance(item, dict)]
    first, last = (end(item["sound"] for item in items) for end in (min, max))
    same = [one == other for one, other in zip(first, last, strict=False)]
    count = [*same, False].index(False) // 4 * 4  # whole bytes
    for item in items:
        item["sound"] = item["sound"][count:]
    return str(first[:count])


def _packed(pixels: bytes, sound: Clip, codec: str, step: int) -> Packed:
    coded = view.coded(sound, f".{codec}")
    if codec == "ogg":
        coded = with_serial(coded, bytes(4))
    if step > 1:
        levels = np.frombuffer(pixels, np.uint8)
        pixels = (np.round(levels / step) * step).clip(0, 255).astype(np.uint8).tobytes()
    return {"pixels": _gzipped(pixels), "sound": base64.b64encode(coded).decode()}


def _gzipped(levels: bytes) -> str:
    """Return the levels of a picture packed by gzip, in base64; the same always give the same.

    Only runs of a level are looked for. Features have hardly any other repetition: a search takes
    80 times as long, and 8 % more bytes, since what it finds is coded for more than it saves.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP, 9, zlib.Z_RLE)
    return base64.b64encode(packer.compress(levels) + packer.flush()).decode()
