"""A song as a figure: its wave, what the network says of it, and how much features respond."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from jaxtyping import Bool, Float, Float32

from auralise_jax.audio.display import new_figure
from auralise_jax.network import Layer, Model
from auralise_jax.network.answer import NONE
from auralise_jax.network.task import Task, shown
from auralise_jax.text import listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from auralise_jax.audio.figure import ShownFigure

AREAS = 8
"""Classes that are drawn as areas, at most; of more the most probable are drawn as lines."""


class Heard(Protocol):
    """A song as it was heard; `SongListening` is one."""

    title: str
    model: Model
    duration: float
    seconds: float
    times: Float[np.ndarray, " windows"]
    classes: tuple[str, ...]
    probabilities: Float[np.ndarray, "windows classes"]
    wave: Float32[np.ndarray, " pieces"]

    def activity(self, layer: Layer | str | int) -> Float32[np.ndarray, "windows features"]:
        """Return how much each feature of a layer responds to each window."""


class Track(NamedTuple):
    """What a figure shows of a song that was heard."""

    label: str
    """Such as the features that are muted."""
    middles: Float[np.ndarray, " windows"]
    """Of the windows, in seconds."""
    probabilities: Float[np.ndarray, "windows classes"]
    activity: Float32[np.ndarray, "..."] | None
    """Of a feature (windows,), or of a layer (windows, features)."""
    unanswered: Bool[np.ndarray, " windows"]
    """Whether none of the classes is likely enough."""


def song_figure(
    song: Heard,
    layer: Layer | str | int | None,
    feature: int | None,
    other: Heard | None = None,
) -> ShownFigure:
    """Draw a song over time; see `SongListening.plot`."""
    if feature is not None and layer is None:
        raise ValueError("give the layer that the feature is in")
    if other is not None and other.classes != song.classes:
        raise ValueError(
            f"beside was heard by a model of other classes: {listed(other.classes) or 'none'}"
        )
    track = _track(song, layer, feature)
    beside = None if other is None else _track(other, layer, feature)
    wave, duration = song.wave, song.duration
    title = (song.title or "song") + f", {track.label}" * bool(song.model.gains)
    task, classes = song.model.task, song.classes
    responding = ""
    if layer is not None:
        number = song.model.number(layer)
        responding = f"layer {number}" if feature is None else f"feature {number}-{feature}"
    heights = [1.0] + [2.0] * bool(classes) + [1.0] * (track.activity is not None)
    figure = new_figure(9, 1 + 1.2 * sum(heights))
    rows = list(
        figure.subplots(
            len(heights), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights}
        )[:, 0]
    )
    _draw_wave(rows[0], wave, duration)
    rows[0].set_title(title, loc="left", parse_math=False)
    if classes:
        _draw_classes(rows[1], task, classes, track, beside, duration)
    if track.activity is not None:
        _draw_activity(rows[-1], track, beside, responding, duration)
    rows[-1].set_xlabel("Time (s)")
    rows[0].set_xlim(0, duration)
    return figure


def _track(song: Heard, layer: Layer | str | int | None, feature: int | None) -> Track:
    model = song.model
    activity: Float32[np.ndarray, "..."] | None = None
    if layer is not None:
        activity = song.activity(layer)
        if feature is not None:
            activity = activity[:, model.layer(layer).check_feature(feature)]
    gains = {f"{model.number(one)}-{k}": gain for (one, k), gain in model.gains.items()}
    muted = [name for name, gain in gains.items() if gain == 0]
    other = [f"{name} x {gain:g}" for name, gain in gains.items() if gain]
    label = ", ".join([f"without {listed(muted, 6)}"] * bool(muted) + other[:6]) or model.name
    unanswered = song.probabilities.max(axis=1, initial=0) < model.none_below
    return Track(label, song.times + song.seconds / 2, song.probabilities, activity, unanswered)


def _draw_wave(axes: Axes, wave: Float32[np.ndarray, " pieces"], duration: float) -> None:
    seconds = (np.arange(len(wave)) + 0.5) * duration / len(wave)
    axes.fill_between(seconds, -wave, wave, step="mid", color="0.5", linewidth=0)
    peak = float(wave.max()) or 1.0
    axes.set(ylabel="sound", ylim=(-1.05 * peak, 1.05 * peak))


def _draw_classes(
    axes: Axes,
    task: Task,
    classes: tuple[str, ...],
    track: Track,
    beside: Track | None,
    duration: float,
) -> None:
    axes.set(ylabel="probability", ylim=(0, 1))
    if task == "classes" and len(classes) <= AREAS:
        names = [*classes]
        seconds, stacked = _to_the_ends(track.middles, track.probabilities, duration)
        axes.stackplot(seconds, stacked.T, labels=names, alpha=0.75)
        if beside is not None:
            seconds, stacked = _to_the_ends(beside.middles, beside.probabilities, duration)
            axes.plot(seconds, stacked.cumsum(axis=1)[:, :-1], "k--", linewidth=1)
    else:
        odds = dict(zip(classes, track.probabilities.max(axis=0).tolist(), strict=True))
        names = [name for name, _ in shown(task if task == "tempo" else "tags", odds)]
        for name in names:
            number = classes.index(name)
            (line,) = axes.plot(track.middles, track.probabilities[:, number], label=name)
            if beside is not None:
                other = beside.probabilities[:, number]
                axes.plot(beside.middles, other, "--", color=line.get_color(), linewidth=1)
    edges = _edges(track.middles, duration)
    for window in np.flatnonzero(track.unanswered):
        ends = edges[window : window + 2].tolist()
        axes.axvspan(*ends, color=axes.get_facecolor(), alpha=0.72, linewidth=0, zorder=2.5)
    if track.unanswered.any():
        axes.plot([], [], " ", label=f"pale: {NONE}")
    legend = axes.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize="small")
    for text in legend.get_texts():
        text.set_parse_math(False)
    if beside is not None:
        axes.set_title(f"dashed: {beside.label}", loc="right", fontsize="small", parse_math=False)


def _draw_activity(
    axes: Axes, track: Track, beside: Track | None, responding: str, duration: float
) -> None:
    activity = np.asarray(track.activity)
    axes.set_title(f"activity of {responding}", loc="left", fontsize="small", parse_math=False)
    if activity.ndim == 2:  # of a whole layer
        edges = _edges(track.middles, duration)
        axes.pcolormesh(edges, np.arange(activity.shape[1] + 1) - 0.5, activity.T, cmap="magma")
        axes.set_ylabel("feature")
        return
    seconds, ribbon = _to_the_ends(track.middles, activity, duration)
    axes.fill_between(seconds, 0, ribbon, color="C3", alpha=0.6, linewidth=0)
    if beside is not None and beside.activity is not None:
        seconds, ribbon = _to_the_ends(beside.middles, beside.activity, duration)
        axes.plot(seconds, ribbon, "k--", linewidth=1)
    axes.set_ylabel("activity")
    axes.set_ylim(bottom=0)


def _to_the_ends(
    middles: Float[np.ndarray, " windows"], values: np.ndarray, duration: float
) -> tuple[np.ndarray, np.ndarray]:
    """Let the first window and the last stand for the ends of the song."""
    seconds = np.concatenate([[0.0], np.clip(middles, 0, duration), [duration]])
    return seconds, np.concatenate([values[:1], values, values[-1:]])


def _edges(middles: Float[np.ndarray, " windows"], duration: float) -> np.ndarray:
    between = (middles[1:] + middles[:-1]) / 2
    return np.concatenate([[0.0], np.minimum(between, duration), [duration]])
