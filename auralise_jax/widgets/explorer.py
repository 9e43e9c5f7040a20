"""The explorer: drag layer and feature, see and hear what made the feature respond."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import traitlets

from auralise_jax.audio.clip import check_start
from auralise_jax.listening import Listening, SongListening, listen_song
from auralise_jax.network import Model
from auralise_jax.widgets import door
from auralise_jax.widgets.address import Address, call, upload_address
from auralise_jax.widgets.ahead import Ahead
from auralise_jax.widgets.chosen import Chosen, still_muted
from auralise_jax.widgets.computing_panel import ComputingPanel
from auralise_jax.widgets.control_row import control_facts, why_no_row, with_control
from auralise_jax.widgets.door import checked
from auralise_jax.widgets.facts import notes
from auralise_jax.widgets.inbox import Handler
from auralise_jax.widgets.muting import (
    Mutes,
    Parts,
    edited,
    muted_notes,
    mutes,
    parts,
    without,
)
from auralise_jax.widgets.names import NO_NAMES, Names
from auralise_jax.widgets.opening import first_feature, free_name, listed
from auralise_jax.widgets.song import LOOKED, Song
from auralise_jax.widgets.timeline import SongKey, Timeline, hop_for
from auralise_jax.widgets.uploads import Uploads, shortened
from auralise_jax.widgets.variant import Variant
from auralise_jax.widgets.windows import Whole


class Explorer(ComputingPanel):
    """A panel with layer and feature sliders, spectrograms of source and feature, and a player.

    Made by `explore`. The explorer is an ipywidgets widget: it can stand in a ``VBox``, and its
    traits can be observed and linked. The forward pass runs once per window; a slider move runs
    the backward pass only. The layer in sight is computed whole in the background for the page.

    Attributes
    ----------
    layer : int
        From 1.
    feature : int
        From 0.
    rule : {"deconvnet", "gradient", "guided"}
        What ReLU does on the way back.
    resynthesis : {"phase", "mask"}
        As in `Projection.auralise`.
    position : {"all", "strongest"}
        Start from the feature's whole map, or from its strongest position only.
    model, clip : str
        A name from the panel's lists of models and clips; uploaded files join the clips.
    start : float
        Seconds into the clip where the model's window begins.
    muted : list
        Features that are taken out of the network, or have another gain, each as
        ``[layer, feature, gain]``: layers from 1, features from 0, gains from 0 (muted) to 2. What
        the network says and the layers above change, the feature itself can still be heard.
        ``panel.muted = [(3, 20)]`` mutes a feature, ``panel.muted = []`` brings all back.
    removed : list
        Parts of the source that are taken out, each with a ``"band"`` in Hz, a ``"stretch"`` in
        seconds of the window, or both: ``{"band": [200, 800], "stretch": None}``.
    wall : bool
        Whether the layer wall, all features of the layer as small pictures, is open at first.
    control : bool
        Whether row C is there: the same layer and feature in the same network with random weights.
    order : {"interest", "effect"}
        Which features come first; see `EffectPanel`.
    marks : list of dict
        Features that were marked, with a student's words; see `MarkingPanel`.
    heard : Listening
        The model, the window of the clip, and all activations, under what is muted.
    shot : Projection
        The projection of the feature chosen now: ``panel.shot.auralise().save("feature.wav")``.
    song : SongListening or None
        What `listen_song` heard for the time line; None until the whole clip was heard.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> with aj.explore("genre", "bach", layer=3, feature=7) as panel:
    ...     panel.feature = 8
    ...     panel.shot.title
    'feature 3-8, deconvnet'
    """

    model = traitlets.Unicode().tag(sync=True)
    clip = traitlets.Unicode().tag(sync=True)
    start = traitlets.Float(0.0).tag(sync=True)
    wall = traitlets.Bool(False).tag(sync=True)
    control = traitlets.Bool(False).tag(sync=True)

    _settable: ClassVar[frozenset[str]] = ComputingPanel._settable | {*Chosen._fields, "control"}

    def __init__(
        self,
        heard: Listening,
        song: Song,
        models: dict[str, Callable[[], Model]],
        clips: dict[str, Callable[[], Song]],
        *,
        model: str,
        clip: str,
        addresses: dict[tuple[str, str], Address],
        no_control: str = "",
        control: bool = False,
        muted: Mutes = (),
        removed: Parts = (),
        clip_notes: Mapping[str, Sequence[str]] | None = None,
        names: Names = NO_NAMES,
        **traits: Any,
    ) -> None:
        self._models, self._clips = models, clips
        self._addresses = addresses  # how code names ("model", name) and ("clip", name)
        # Shown now; the traits may ask for another.
        self._chosen = Chosen(model, clip, heard.start, muted, removed)
        self._no_control = no_control  # why there are no random weights to choose
        self._names = names  # of the trained network's features
        self._uploads = Uploads()
        self._clip_notes = dict(clip_notes or {})  # sentences below a clip's rows
        self._song = song  # the whole clip; the model hears a window of it
        self._timeline = Timeline(self, self._let_moves_pass, self._show_error)
        self._ahead = Ahead(self._show_error)
        self._plain = Variant(heard)  # the whole window and the network as it was trained
        self._window = without(self._plain, removed)
        self._lost: list[str] = []  # what was muted, and is not there under another model or clip
        super().__init__(self._rows(control), **self._chosen.traits, control=control, **traits)
        self._kept_variant(self._chosen._replace(muted=(), removed=()), lambda: self._plain)
        self._kept_variant(self._chosen.window, lambda: self._window)
        self.observe(self._listen, names=[*Chosen._fields, "control"])

    def _more_facts(self) -> dict[str, Any]:
        heard = self._variants[0].heard
        return {
            "title": f"{heard.model.name} / {self._chosen.clip}",
            "models": list(self._models),
            "clips": list(self._clips),
            "chosen": self._chosen.named,
            **self._muting_facts(),
            **call("aj.explore", [self._addresses[what] for what in self._named()]),
            "song": self._song_facts(heard.model.seconds),
            "control": control_facts(self._variants, self._no_control),
        }

    def _muting_facts(self) -> dict[str, Any]:
        return super()._muting_facts() | {
            "notes": [
                *notes(self.heard),
                *self._clip_notes.get(self._chosen.clip, []),
                *self._start_notes(),
                *([f"no control: {self._no_control}"] if self._no_control else []),
                *muted_notes(self.heard, self._chosen.muted),
                *self._lost,
            ],
        }

    def _rows(self, control: bool) -> list[Variant]:
        """Return what is shown of the window; random weights are compared without what is muted."""
        _, *others = with_control(self._window, control)
        return [edited(self._window, self._chosen.muted), *others]

    def _named(self) -> list[tuple[str, str]]:
        return [("model", self._chosen.model), ("clip", self._chosen.clip)]

    def _song_facts(self, window: float) -> dict[str, Any] | None:
        """Return what the start slider shows; None if the window holds the whole clip."""
        song = self._song
        if song.duration <= window + 0.05:
            return None
        return {
            "duration": song.duration,
            "window": window,
            "overview": song.overview,
            "busiest": song.opening(window),
            **self._timeline.facts(self._song_key, song, self._variants[0].heard.model),
        }

    @property
    def _song_key(self) -> SongKey:
        return SongKey.of((self._chosen.model, self._chosen.clip), self._variants[0].heard.model)

    @property
    def song(self) -> SongListening | None:
        """What was heard for the time line; see `listen_song`."""
        return self._timeline.heard(self._song_key)

    def _whole(self) -> Whole | None:
        if self.facts["song"] is None:
            return None
        song, names = self._song, (self._chosen.model, self._chosen.clip)

        def hear(model: Model) -> SongListening:
            heard = self._timeline.heard(SongKey.of(names, model))
            return heard or listen_song(model, song, hop_for(song.duration, model.seconds))

        return Whole(song, hear, [*notes(self.heard), *self._start_notes()])

    def _start_notes(self) -> list[str]:
        """Return why the window does not begin at 0.0, if the panel chose its start."""
        song, window = self._song, self.heard.model.seconds
        if not 0 < self._chosen.start == song.opening(window):
            return []
        within = f" in the first {LOOKED / 60:g} minutes" if song.duration > LOOKED else ""
        return [f"opened at {self._chosen.start:g} s, where most is going on{within}"]

    @traitlets.validate("model")
    def _check_model(self, proposal: dict[str, Any]) -> str:
        return str(checked(_known, "model", proposal["value"], self._models))

    @traitlets.validate("clip")
    def _check_clip(self, proposal: dict[str, Any]) -> str:
        return str(checked(_known, "clip", proposal["value"], self._clips))

    @traitlets.validate("start")
    def _check_start(self, proposal: dict[str, Any]) -> float:
        return float(checked(self._legal_start, self.clip, proposal["value"]))

    def _legal_start(self, clip: str, start: float) -> float:
        check_start(start, self._song_of(_known("clip", clip, self._clips)).duration)
        return start

    @traitlets.validate("control")
    def _check_control(self, proposal: dict[str, Any]) -> bool:
        return bool(checked(self._legal_control, proposal["value"]))

    def _legal_control(self, wanted: bool) -> bool:
        why = why_no_row(self.heard.model, self._no_control) if wanted else ""
        if why:
            raise ValueError(f"no row C: {why}")
        return wanted

    @property
    def _has_control(self) -> bool:
        return self._variants[-1].is_control

    def _song_of(self, clip: str) -> Song:
        return self._song if clip == self._chosen.clip else self._clips[clip]()

    def _check_changes(self, changes: Mapping[str, Any]) -> None:
        super()._check_changes(changes)
        for name, known in (("model", self._models), ("clip", self._clips)):
            if name in changes:
                _known(name, door.text(changes, name), known)
        if "control" in changes:
            self._legal_control(door.truth(changes, "control"))
        if "start" in changes:
            self._legal_start(changes.get("clip", self.clip), door.number(changes, "start"))

    def _listen(self, _change: object) -> None:
        """Show the window that the traits ask for; a late call finds it shown already."""
        with self._lock:
            before, asked = self._chosen, self._asked_for()
            same_rows = self.control == self._has_control
            if asked == before and same_rows:
                return
            former = before.traits | {"control": self._has_control}
            with self._or_restore(former, "_chosen", "_song", "_plain", "_window", "_lost"):
                if asked.window == before.window and same_rows:
                    self._show_muted(asked)
                else:
                    self._show_window(before, asked)
                self._timeline.leave(self._song_key)

    def _asked_for(self) -> Chosen:
        model = self._window.heard.model
        muted, removed = mutes(self.muted, model), parts(self.removed, model)
        return Chosen(self.model, self.clip, self.start, muted, removed)

    def _show_muted(self, asked: Chosen) -> None:
        """Show what the network says now; the page then asks for the pictures that it lacks."""
        self._chosen, self._lost = asked, []
        self._variants = edited(self._window, asked.muted), *self._variants[1:]
        layer, revision = self._working_on
        if layer and revision != self._layer_revision(layer):
            self._worker.cancel()
        song = self.facts["song"]
        if song is not None:
            song = song | self._timeline.facts(self._song_key, self._song, self.heard.model)
        self.facts = self.facts | self._muting_facts() | {"song": song}
        self.error = ""

    def _show_window(self, before: Chosen, asked: Chosen) -> None:
        self.status = f"listening to {asked.clip}" if asked.clip != before.clip else ""
        if self.control and not self._has_control:
            self.status = "listening with random weights"
        song = self._song_of(asked.clip)
        same = asked.model == before.model
        model = self._window.heard.model if same else self._models[asked.model]()
        if asked.clip != before.clip and asked.start == before.start:
            asked = asked._replace(start=song.opening(model.seconds))
        asked, self._lost = still_muted(before, asked, model)
        self._plain, self._window = self._listened(asked, song, model)
        self._song, self._chosen = song, asked
        control = self.control and not why_no_row(model, self._no_control)
        rows = self._rows(control)
        with self.hold_trait_notifications():
            for name, value in asked.traits.items():
                self.set_trait(name, value)
        self._show_variants(rows)
        self.control = control  # random weights have no row C of their own
        self._order_for(model)

    def _listened(self, asked: Chosen, song: Song, model: Model) -> tuple[Variant, Variant]:
        """Return a window as it is, and without the parts that are taken out; from any thread."""
        key = asked._replace(muted=(), removed=())
        plain = self._kept_or_made(key, lambda: Variant(Listening(model, song, asked.start)))
        return plain, self._kept_or_made(asked.window, lambda: without(plain, asked.removed))

    def _kept_or_made(self, key: Chosen, make: Callable[[], Variant]) -> Variant:
        with self._lock:
            found = self._kept.get(key)
        variant = found or make()
        with self._lock:
            return self._kept_variant(key, lambda: variant)

    def _handlers(self) -> dict[str, Handler]:
        return super()._handlers() | {
            "upload": self._on_upload,
            "upload-cancel": self._on_upload_cancel,
            "song": self._on_song,
            "song-stop": self._on_song,
            "ahead": self._on_ahead,
        }

    def _on_song(self, message: Mapping[str, Any], _buffers: object) -> None:
        with self._lock:
            if not self._timeline.is_number(self._song_key, door.whole(message, "song")):
                return
            if message["kind"] == "song-stop":
                self._timeline.leave()
            else:
                self._timeline.hear(self._song_key, self._song, self._variants[0].heard.model)

    def _let_moves_pass(self) -> None:
        with self._lock:  # a move is answered under it
            pass

    def _on_ahead(self, message: Mapping[str, Any], _buffers: object) -> None:
        """Make the window ready that will be shown next."""
        with self._lock:
            start = self._legal_start(self._chosen.clip, door.number(message, "start"))
            if door.whole(message, "revision") == self._revision:
                model = self._window.heard.model
                asked, _ = still_muted(self._chosen, self._chosen._replace(start=start), model)
                rows = functools.partial(self._rows_of, asked, self._song, model)
                self._ahead.prepare(rows, self._settings, self.feature)

    def _rows_of(self, asked: Chosen, song: Song, model: Model) -> Sequence[Variant]:
        _, window = self._listened(asked, song, model)
        with self._lock:
            return with_control(window, self._has_control)

    def _on_upload(self, message: Mapping[str, Any], buffers: Sequence[memoryview]) -> None:
        with self._lock:
            said: list[str] = []
            arrived = self._uploads.take(message, buffers, said.append)
            if arrived is None:
                return
            name = free_name(arrived.title, self._clips)
            self._clips[name] = listed(Song(arrived, name))
            self._addresses["clip", name] = upload_address(door.text(message, "name"))
            if shortened(arrived):
                minutes = f"{arrived.duration / 60:.3g} minutes"
                said.append(f"of {name} the first {minutes} are kept")
            self._clip_notes[name] = said
            try:
                self.clip = name
            except BaseException:
                if self._chosen.clip != name:  # the model cannot listen to it
                    del self._clips[name], self._addresses["clip", name]
                    self._clip_notes.pop(name, None)
                raise
            if self.shot.silent:  # open the new clip on a feature that can be heard
                self.feature = first_feature(self.heard, self.layer, self.rule, self.position)

    def _on_upload_cancel(self, message: Mapping[str, Any], _buffers: object) -> None:
        with self._lock:
            self._uploads.cancel(message)

    def close(self) -> None:
        """Stop the background work and take the panel off the page."""
        self._ahead.worker.close(wait=not self._lock.is_mine)
        self._timeline.close(wait=not self._lock.is_mine)
        super().close()
        self._uploads.clear()


def _known(what: str, value: str, names: dict[str, Any]) -> str:
    if value not in names:
        raise ValueError(f"{what} must be one of {', '.join(names)}, not {value!r}")
    return value
