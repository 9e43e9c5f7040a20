"""What a panel computes in the background: a layer whole, its control, and what is compiled."""

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
        Layer, rule and position of what is compiled by now.
    """

    def __init__(self, page: Page, lock: HeldLock, compiled: set[tuple[int, str, str]]) -> None:
        self._page, self._lock, self._compiled = page, lock, compiled
        self.layers: Kept[tuple[int, ViewSettings], tuple[LayerFeatures, ...]] = Kept(
            _bytes, LAYERS_BYTES
        )
        """Computed layers of all variants, by the edition of what is heard and how it is shown."""

    def job(
        self, variants: Sequence[Variant], edition: int, settings: ViewSettings, whole: bool
    ) -> Job:
        """Return the work on a layer, for a worker; a layer that is kept is sent if `whole`."""

        def work(check: Check) -> None:
            if whole or (edition, settings) not in self.layers:
                self._make_layer(variants, edition, settings, check)
            self._make_control(variants, edition, settings, check)
            self._warm_up(variants, settings, check)

        return work

    def _make_layer(
        self, variants: Sequence[Variant], edition: int, settings: ViewSettings, check: Check
    ) -> None:
        name = {"edition": edition, **settings._asdict()}
        layers = self.layers.get((edition, settings))
        if layers is None:
            layers = tuple(self._count(variants, name, settings, check))
            self._compiled.add((settings.layer, settings.rule, settings.position))
        with self._lock:
            check()
            self.layers.put((edition, settings), layers)
        facts = [{"shown": layer.shown, "survey": view.survey(layer.survey)} for layer in layers]
        buffers = [b"".join(parts) for layer in layers for parts in (layer.pixels, layer.sounds)]
        self._page.send({"kind": "bank", **name, "takes": facts}, buffers)

    def _make_control(
        self, variants: Sequence[Variant], edition: int, settings: ViewSettings, check: Check
    ) -> None:
        controls = [variant.control_likeness(settings, check) for variant in variants]
        message = {"kind": "control", "edition": edition, **settings._asdict(), "takes": controls}
        with self._lock:
            check()
            layers = self.layers.get((edition, settings))
            if layers is not None:  # the ranking has waited for this
                layers = tuple(one.ranked(c) for one, c in zip(layers, controls, strict=True))
                self.layers.put((edition, settings), layers)
                message["surveys"] = [view.survey(layer.survey) for layer in layers]
        self._page.send(message)

    def _count(
        self,
        variants: Sequence[Variant],
        name: dict[str, Any],
        settings: ViewSettings,
        check: Check,
    ) -> Iterable[LayerFeatures]:
        """Compute the layer of each variant, and let the page know how far that is."""
        counts = [one.heard.model.layer(settings.layer).features for one in variants]
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
        """Compile the other layers for the rule of the moment, so that no move waits for that."""
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
