"""Work of a panel in the background: whole layers, their controls, and compiling ahead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeAlias

from auralise_jax.widgets import view
from auralise_jax.widgets.kept import LAYERS_BYTES, Kept
from auralise_jax.widgets.variant import LayerFeatures, Variant, ViewSettings
from auralise_jax.widgets.worker import Check, HeldLock, Job

Compiled: TypeAlias = tuple[int, str, str] | tuple[int, str, str, str]
"""Layer, rule and position of a compiled projection, and a word if features are muted below it."""


def compiled_as(variant: Variant, settings: ViewSettings) -> Compiled:
    """Return what a projection is compiled as."""
    key = (settings.layer, settings.rule, settings.position)
    return (*key, "edited") if variant.heard.gains else key


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
        `compiled_as` of every compiled projection.
    edits : bool
        Whether features may be muted: then that is compiled ahead, too.
    """

    def __init__(
        self, page: Page, lock: HeldLock, compiled: set[Compiled], *, edits: bool = False
    ) -> None:
        self._page, self._lock, self._compiled, self._edits = page, lock, compiled, edits
        self.layers: Kept[tuple[int, ViewSettings], LayerFeatures] = Kept(
            lambda layer: layer.bytes, LAYERS_BYTES
        )
        """Computed layers, by the number of their variant and view settings."""

    def job(
        self,
        variants: Mapping[int, Variant],
        revision: int,
        settings: ViewSettings,
        whole: bool,
        more: Callable[[int, Check], dict[str, Any] | None] = lambda _layer, _check: None,
    ) -> Job:
        """Return a worker's job on a layer of variants by their numbers.

        `whole` sends the layer even if it is kept; `more` returns a further message about it.
        """

        def work(check: Check) -> None:
            if whole or not all((number, settings) in self.layers for number in variants):
                self._make_layer(variants, revision, settings, check)
            self._make_control(variants, revision, settings, check)
            further = more(settings.layer, check)
            if further is not None:
                check()
                self._page.send(further)
            self._warm_up(list(variants.values()), settings, check)

        return work

    def _make_layer(
        self, variants: Mapping[int, Variant], revision: int, settings: ViewSettings, check: Check
    ) -> None:
        name = {"revision": revision, **settings._asdict()}
        known = {number: self.layers.get((number, settings)) for number in variants}
        missing = {number: variants[number] for number in variants if known[number] is None}
        made = self._count(list(missing.values()), name, settings, check)
        layers = {number: next(made) if layer is None else layer for number, layer in known.items()}
        self._compiled.add(compiled_as(next(iter(variants.values())), settings))
        with self._lock:
            check()
            for number, layer in layers.items():
                self.layers.put((number, settings), layer)
        facts = [{"shown": one.shown, "survey": _survey(one)} for one in layers.values()]
        buffers = [b"".join(parts) for one in layers.values() for parts in (one.pixels, one.sounds)]
        self._page.send({"kind": "bank", **name, "takes": facts}, buffers)

    def _make_control(
        self, variants: Mapping[int, Variant], revision: int, settings: ViewSettings, check: Check
    ) -> None:
        controls = [variant.control_likeness(settings, check) for variant in variants.values()]
        whys = [variant.no_control for variant in variants.values()]
        message = {"kind": "control", "revision": revision, **settings._asdict(), "takes": controls}
        message["no_control"] = whys[0]
        with self._lock:
            check()
            known = []
            for (number, variant), control, why in zip(
                variants.items(), controls, whys, strict=True
            ):
                layer = self.layers.get((number, settings))
                if layer is not None:  # the ranking has waited for this
                    known.append(layer.ranked(control, why, variant.control_range(settings)))
                    self.layers.put((number, settings), known[-1])
            if len(known) == len(variants):
                message["surveys"] = [_survey(layer) for layer in known]
        self._page.send(message)

    def _count(
        self,
        variants: Sequence[Variant],
        name: dict[str, Any],
        settings: ViewSettings,
        check: Check,
    ) -> Iterator[LayerFeatures]:
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
        """Compile what is not yet compiled for this rule, so that no slider move has to wait."""
        common = min(len(variant.heard.model.layers) for variant in variants)
        layers = [settings._replace(layer=number) for number in range(1, common + 1)]
        for asked in layers:
            key = compiled_as(variants[0], asked)
            for variant in variants:
                check()
                if key not in self._compiled:
                    variant.show(asked, 0)
            self._compiled.add(key)
        if self._edits:
            self._warm_up_edits(variants[0], layers, check)

    def _warm_up_edits(
        self, variant: Variant, layers: Sequence[ViewSettings], check: Check
    ) -> None:
        """Compile the same where features are muted; or where none is, if some are now."""
        gains = () if variant.heard.gains else [(1, 0)]
        other: Variant | None = None
        for asked in layers:
            check()
            other = other or replace(variant, heard=variant.heard.edited(gains))
            if (key := compiled_as(other, asked)) not in self._compiled:
                other.projection(asked, 0)
            self._compiled.add(key)


def _survey(layer: LayerFeatures) -> dict[str, Any] | None:
    return None if layer.survey is None else view.survey(layer.survey)
