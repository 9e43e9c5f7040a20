"""A panel as one HTML file: no network, no Python, features computed beforehand."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import operator
from collections.abc import Iterable
from pathlib import Path
from typing import Any, SupportsIndex

import numpy as np
from tqdm.auto import tqdm

from auralise_jax.audio import Clip
from auralise_jax.audio.encode import check_place, encode, write_whole
from auralise_jax.listening import Listening
from auralise_jax.widgets import assets, view

STRONGEST = 16
"""Features per layer in a page, unless asked otherwise."""


def write(
    path: Path,
    heard: Listening,
    title: str,
    *,
    layer: int,
    feature: int,
    rule: str,
    layers: Iterable[int] | None,
    features: int | Iterable[int],
) -> Path:
    """Compute the features and write the page; see `Explorer.to_html`."""
    if path.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"path must end in .html, not {path.name!r}")
    check_place(path)
    chosen = _choose(heard, rule, layers, features, also=(layer, feature))
    facts = view.facts(heard, title) | {"codec": "ogg"}
    for number, known in enumerate(facts["layers"], start=1):
        known["available"] = chosen.get(number, [])
    magnitude = view.source_magnitude(heard)
    peak = float(magnitude.max())
    items: dict[str, Any] = {}
    wanted = [(number, one) for number, ones in chosen.items() for one in ones]
    for number, one in tqdm(wanted, desc=f"writing {path.name}", unit="feature"):
        shown = view.show(heard.project(number, one, rule), peak)
        item = _packed(shown.pixels, shown.sound)
        items[f"{number}/{one}"] = item | {"shown": shown.facts}
    document = {
        "facts": facts,
        "layer": layer,
        "feature": feature,
        "rule": rule,
        "source": _packed(view.pixels(magnitude, peak), heard.clip),
        "features": items,
    }
    write_whole(path, _page(document, f"{title} / {heard.model.name}").encode())
    return path


def _choose(
    heard: Listening,
    rule: str,
    layers: Iterable[int] | None,
    features: int | Iterable[int],
    also: tuple[int, int],
) -> dict[int, list[int]]:
    """Return {layer: features}, each sorted."""
    architecture = heard.model.architecture
    numbers = range(1, len(architecture.layers) + 1) if layers is None else layers
    numbers = sorted({architecture.check_layer(number) for number in numbers} | {also[0]})
    if isinstance(features, SupportsIndex):
        features = operator.index(features)
    if not isinstance(features, int):
        features = tuple(features)
    elif features < 1:
        raise ValueError(f"features must be 1 or more per layer, or a list, not {features}")
    chosen = {}
    for number in tqdm(numbers, desc="ranking features", unit="layer", leave=False):
        if isinstance(features, int):
            ones = set(_strongest(heard, number, rule)[:features])
        else:
            ones = {architecture.check_feature(number, one) for one in features}
        if number == also[0]:
            ones.add(also[1])
        chosen[number] = sorted(ones)
    return chosen


def _strongest(heard: Listening, layer: int, rule: str) -> list[int]:
    """Return a layer's features by the energy of their rectified projection, most first."""
    audible = np.maximum(heard.project_layer(layer, rule), 0)
    energy = np.einsum("kft,kft->k", audible, audible)
    return [int(k) for k in np.argsort(-energy, kind="stable")]


def _packed(pixels: bytes, sound: Clip) -> dict[str, str]:
    samples = sound.samples / view.full_scale(sound)  # the page multiplies by it again
    # Level 9 and no time stamp: the same panel gives the same page.
    packed = gzip.compress(pixels, 9, mtime=0)
    vorbis = encode(samples, sound.sample_rate, ".ogg")
    return {"pixels": base64.b64encode(packed).decode(), "sound": base64.b64encode(vorbis).decode()}


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _page(document: dict[str, Any], title: str) -> str:
    # In a script element only "<" could end or open anything; JSON can spell it otherwise.
    data = json.dumps(document, allow_nan=False).replace("<", "\\u003c")
    script = assets.page_module().replace("</script", "<\\/script")
    style = assets.style()
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title>
<style>{style}</style>
</head>
<body class="auralise-page">
<div id="auralise-explorer"></div>
<noscript>This page needs JavaScript to draw the spectrograms and to play.</noscript>
<script type="application/json" id="auralise-page">{data}</script>
<script type="module">{script}</script>
</body>
</html>
"""
