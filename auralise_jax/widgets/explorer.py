"""The explorer: drag layer and feature, see and hear what made the feature respond."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from auralise_jax.audio import Clip, example_clips, load_clip
from auralise_jax.listening import Listening, listen
from auralise_jax.network import RULES, Model, load_model
from auralise_jax.network.rules import check_rule
from auralise_jax.widgets import assets, page, view


class Explorer(anywidget.AnyWidget):
    """A panel with layer and feature sliders, spectrograms of source and feature, and a player.

    Made by `explore`. It is an ipywidgets widget: it stands in a ``VBox``, its traits can be
    observed and linked. The clip was heard once when it opened; moving a slider runs the backward
    half only. Every layer is compiled in the background after opening, and again when the rule
    changes; a move that is faster than that says that it compiles.

    Attributes
    ----------
    layer : int
        From 1.
    feature : int
        From 0.
    rule : {"deconvnet", "gradient", "guided"}
        What ReLU does on the way back.
    heard : Listening
        For going on in Python: ``panel.heard.project(panel.layer, panel.feature)``.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> with aj.explore("genre", "bach", layer=3, feature=7) as panel:
    ...     panel.feature = 8
    ...     panel.shown["layer"], panel.shown["feature"]
    (3, 8)
    """

    _esm = assets.module()
    _css = assets.style()

    layer = traitlets.Int(1).tag(sync=True)
    feature = traitlets.Int(0).tag(sync=True)
    rule = traitlets.Unicode(RULES[0]).tag(sync=True)

    facts = traitlets.Dict().tag(sync=True)
    source_pixels = traitlets.Bytes().tag(sync=True)
    source_sound = traitlets.Bytes().tag(sync=True)
    feature_pixels = traitlets.Bytes().tag(sync=True)
    feature_sound = traitlets.Bytes().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)
    status = traitlets.Unicode().tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, heard: Listening, *, layer: int, feature: int, rule: str, title: str
    ) -> None:
        self.heard = heard
        # Callbacks come from the main thread and from subshell threads, at the same time.
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._compiled: set[tuple[int, str]] = set()
        self._warming: threading.Thread | None = None
        magnitude = view.source_magnitude(heard)
        self._peak = float(magnitude.max())
        super().__init__(
            facts=view.facts(heard, title),
            source_pixels=view.pixels(magnitude, self._peak),
            source_sound=view.pcm16(heard.clip),
            layer=layer,
            feature=feature,
            rule=rule,
        )
        self._answer()
        self.observe(self._answer, names=["layer", "feature", "rule"])

    @traitlets.validate("layer")
    def _check_layer(self, proposal: dict[str, Any]) -> int:
        return int(_legal(self.heard.model.architecture.check_layer, proposal["value"]))

    @traitlets.validate("feature")
    def _check_feature(self, proposal: dict[str, Any]) -> int:
        check = self.heard.model.architecture.check_feature
        return int(_legal(check, self.layer, proposal["value"]))

    @traitlets.validate("rule")
    def _check_rule(self, proposal: dict[str, Any]) -> str:
        return str(_legal(check_rule, proposal["value"]))

    @traitlets.observe("layer")
    def _keep_feature_legal(self, change: dict[str, Any]) -> None:
        last = self.heard.model.architecture.features[change["new"] - 1] - 1
        self.feature = min(self.feature, last)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take a change from the browser; one that is not legal is shown there and taken back."""
        with self._lock:
            try:
                super().set_state(sync_data)
            except traitlets.TraitError as error:
                self.error = str(error)
                self.send_state(list(sync_data))
                raise

    def _answer(self, _change: object = None) -> None:
        """Project what is asked for now and send it in one message."""
        with self._lock:
            asked = (self.layer, self.feature, self.rule)
            if asked == tuple(self.shown.get(k) for k in ("layer", "feature", "rule")):
                self.status = self.error = ""
                return
            try:
                shown = self._show(*asked)
            except Exception as error:
                self.status, self.error = "", f"{type(error).__name__}: {error}"
                raise
            with self.hold_sync():
                self.feature_pixels = shown.pixels
                self.feature_sound = view.pcm16(shown.sound)
                self.shown = shown.facts
                self.status = self.error = ""
            if self._warming is None and not self._closing.is_set():
                self._warming = threading.Thread(target=self._warm_up, name="auralise-warm-up")
                self._warming.start()

    def _show(self, layer: int, feature: int, rule: str) -> view.Shown:
        if (layer, rule) not in self._compiled:
            self.status = f"compiling layer {layer}, {rule} rule"
        shown = view.show(self.heard.project(layer, feature, rule), self._peak)
        self._compiled.add((layer, rule))
        return shown

    def _warm_up(self) -> None:
        """Compile the other layers for the rule of the moment, so that no move waits for that.

        The thread is not a daemon: one that still compiles while Python ends can crash it. It ends
        by itself when nothing is left to do, the panel closes or the main thread is over.
        """
        while True:
            with self._lock:
                pairs = ((n, self.rule) for n in range(1, len(self.heard.model.layers) + 1))
                todo = next((pair for pair in pairs if pair not in self._compiled), None)
                over = self._closing.is_set() or not threading.main_thread().is_alive()
                if todo is None or over:
                    self._warming = None
                    return
            try:
                # Its silence is asked for the layer's peak, which the first move there would need.
                _ = self.heard.project(todo[0], 0, todo[1]).silent
            except Exception as error:
                self._warming = None
                if not threading.main_thread().is_alive():
                    return  # no thread can be started any more: Python is ending
                self.error = f"{type(error).__name__}: {error}"
                raise
            self._compiled.add(todo)

    def to_html(
        self,
        path: str | Path,
        *,
        layers: Iterable[int] | None = None,
        features: int | Iterable[int] = page.STRONGEST,
    ) -> Path:
        """Write the panel as one self-contained page that works offline, without Python.

        Parameters
        ----------
        path : str or Path
            Ends in ``.html``; an existing file is replaced.
        layers : iterable of int, optional
            Which layers the page holds; all by default.
        features : int or iterable of int
            How many features per layer, the strongest for this clip first; or which ones. The one
            shown now is always in.

        Returns
        -------
        Path
            Where it was written: about 70 kB a feature of the shipped model.

        Raises
        ------
        ValueError
            If a layer or feature is not legal.
        OSError
            If the place cannot be written.
        """
        return page.write(
            Path(path),
            self.heard,
            self.facts["clip"],
            layer=self.layer,
            feature=self.feature,
            rule=self.rule,
            layers=layers,
            features=features,
        )

    def close(self) -> None:
        """Stop the background work and take the panel off the page."""
        self._closing.set()
        if (warming := self._warming) is not None:
            warming.join()
        super().close()

    def __enter__(self) -> Explorer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _legal(check: Any, *values: Any) -> Any:
    """Turn the ValueError of a check into the TraitError that traitlets expects."""
    try:
        return check(*values)
    except (TypeError, ValueError) as error:
        raise traitlets.TraitError(str(error)) from None


def explore(
    model: Model | str | Path = "genre",
    clip: Clip | str | Path = "bach",
    *,
    layer: int | str = 1,
    feature: int = 0,
    rule: str = "deconvnet",
    start: float = 0.0,
) -> Explorer:
    """Open the explorer on a model and a clip.

    Parameters
    ----------
    model : Model, str or Path
        A model, the name of a shipped one, or a model file.
    clip : Clip, str or Path
        A clip, the name of a shipped one (``"bach"``, ``"ballad"``, ``"dance"``, ``"hiphop"``), or
        a sound file.
    layer : int or str
        Shown first; from 1, or a name.
    feature : int
        Shown first; from 0.
    rule : {"deconvnet", "gradient", "guided"}
        What ReLU does on the way back.
    start : float
        Seconds into the clip where the model's window begins.

    Returns
    -------
    Explorer
        Displays itself as the last line of a cell. Use ``close()`` or a ``with`` block when many
        are opened.

    Raises
    ------
    ValueError
        If layer, feature, rule or start is not legal; the message lists the legal ones.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> panel = aj.explore("genre", "bach", layer=2)
    >>> panel.layer, panel.feature, panel.rule
    (2, 0, 'deconvnet')
    >>> panel.close()
    """
    if not isinstance(model, Model):
        model = load_model(model)
    if not isinstance(clip, Clip):
        examples = example_clips()
        clip = examples[clip] if isinstance(clip, str) and clip in examples else load_clip(clip)
    number = model.architecture.check_layer(layer)
    feature = model.architecture.check_feature(number, feature)
    check_rule(rule)
    heard = listen(model, clip, start)
    return Explorer(heard, layer=number, feature=feature, rule=rule, title=clip.title or "clip")
