"""Work of a panel in the background: whole layers, their controls, and compiling ahead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from auralise_jax.widgets import view
from auralise_jax.widgets.kept import LAYERS_BYTES, Kept
from auralise_jax.widgets.variant import LayerFeatures, Variant, ViewSettings
from auralise_jax.widgets.worker import Check, HeldLock, Job


class Page(Protocol):
    """Sends the page messages."""

    def send(self, content: dict[str, Any], buffers: Sequence[bytes] | None = None) -> None:
        """Send a message, with binary buffers."""


class Background:
    """Computes layers whole, and keeps them within a budget.

    Parameters
    ----------
    page : Page
        Sends the page messages.
    lock : HeldLock
        Held while what is kept changes.
    compiled : set
        Layer, rule and position of every compiled projection.
    """

    def __init__(self, page: Page, lock: HeldLock, compiled: set[tuple[int, str, str]]) -> None:
        self._page, self._lock, self._compiled = page, lock, compiled
        self.layers: Kept[tuple[int, ViewSettings], tuple[LayerFeatures, ...]] = Kept(
            _bytes, LAYERS_BYTES
        )
        """Computed layers of all variants, by revision and view settings."""

    def job(
        self, variants: Sequence[Variant], revision: int, settings: ViewSettings, whole: bool
    ) -> Job:
        """Return a worker's job on a layer; `whole` sends the layer even if it is kept."""

        def work(check: Check) -> None:
            if whole or (revision, settings) not in self.layers:
                self._make_layer(variants, revision, settings, check)
            self._make_control(variants, revision, settings, check)
            self._warm_up(variants, settings, check)

        return work

    def _make_layer(
        self, variants: Sequence[Variant], revision: int, settings: ViewSettings, check: Check
    ) -> None:
        name = {"revision": revision, **settings._asdict()}
        layers = self.layers.get((revision, settings))
        if layers is None:
            layers = tuple(self._count(variants, name, settings, check))
            self._compiled.add((settings.layer, settings.rule, settings.position))
        with self._lock:
            check()
            self.layers.put((revision, settings), layers)
        facts = [{"shown": layer.shown, "survey": view.survey(layer.survey)} for layer in layers]
        buffers = [b"".join(parts) for layer in layers for parts in (layer.pixels, layer.sounds)]
        self._page.send({"kind": "bank", **name, "takes": facts}, buffers)

    def _make_control(
        self, variants: Sequence[Variant], revision: int, settings: ViewSettings, check: Check
    ) -> None:
        controls = [variant.control_likeness(settings, check) for variant in variants]
        whys = [variant.no_control for variant in variants]
        message = {"kind": "control", "revision": revision, **settings._asdict(), "takes": controls}
        message["no_control"] = whys[0]
        with self._lock:
            check()
            layers = self.layers.get((revision, settings))
            if layers is not None:  # the ranking has waited for this
                known = zip(layers, controls, whys, strict=True)
                layers = tuple(layer.ranked(control, why) for layer, control, why in known)
                self.layers.put((revision, settings), layers)
                message["surveys"] = [view.survey(layer.survey) for layer in layers]
        self._page.send(message)

    def _count(
        self,
        variants: Sequence[Variant],
        name: dict[str, Any],
        settings: ViewSettings,
        check: Check,
    ) -> Iterable[LayerFeatures]:
        """Compute the layer of each variant; send the page the progress."""
        counts = [v.heard.model.layer(settings.layer).features for v in variants]
        total, done = 2 * sum(counts), 0
        every = max(1, total // 16)

        def step() -> None:
            nonlocal done
            done += 1  # from two threads: a step lost costs a sixteenth of a bar
            if done % every == 0:
                self._page.send({"kind": "progress", **name, "done": done, "of": total})

        for variant in variants:
            yield variant.layer(settings, check, step)

    def _warm_up(self, variants: Sequence[Variant], settings: ViewSettings, check: Check) -> None:
        """Compile the other layers for this rule, so that no slider move has to wait."""
        common = min(len(variant.heard.model.layers) for variant in variants)
        for number in range(1, common + 1):
            key = (number, settings.rule, settings.position)
            for variant in variants:
                check()
                if key not in self._compiled:
                    variant.show(settings._replace(layer=number), 0)
            self._compiled.add(key)


def _bytes(layers: Sequence[LayerFeatures]) -> int:
    return sum(layer.bytes for layer in layers)
