"""Figures of an evaluation and of a training, large enough for a projector."""

from __future__ import annotations

import functools
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from auralise_jax.audio.display import new_figure
from auralise_jax.text import shorten
from auralise_jax.training.scores import GroupScore, Scores

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.gridspec import SubplotSpec

# Blue and orange of Okabe and Ito's palette, which colour-blind people can distinguish.
_BLUE, _PALE, _ORANGE, _INK, _GREY = "#0072b2", "#8cc4e6", "#d55e00", "#22303c", "#7a8691"
_TITLE: dict[str, Any] = {"loc": "left", "weight": "bold", "size": 14}
_BARS = 10  # groups shown at most
_ROUGH = 60  # points of a curve above which its running mean is drawn over it
_FALLBACKS = (  # for scripts that Matplotlib's own font lacks, where installed
    *("Noto Sans CJK JP", "Noto Sans CJK SC", "Source Han Sans", "Droid Sans Fallback"),
    *("Hiragino Sans", "PingFang SC", "Yu Gothic", "Microsoft YaHei", "Malgun Gothic"),
    *("Noto Sans Devanagari", "Noto Sans Thai", "Nirmala UI", "Arial Unicode MS"),
)


def evaluation_figure(
    scores: Scores,
    *,
    title: str = "",
    name: str = "CNN",
    baselines: Mapping[str, Scores] | None = None,
) -> Figure:
    """Draw confusion, accuracies beside baselines, reliability, and the worst groups.

    Parameters
    ----------
    scores : Scores
        Of the classifier that the figure is about; best with 2 to 30 classes.
    title : str, optional
        Data and settings, wrapped to the figure.
    name : str
        Of the classifier.
    baselines : mapping of str to Scores, optional
        Other classifiers on the same clips, by name.

    Returns
    -------
    matplotlib Figure
        Not tied to pyplot; save it with `save_figure`. Characters that no installed font can
        draw, such as emoji, are written out: ``:guitar:``. Without groups, the figure shows the
        recalls of the classes.

    Raises
    ------
    ValueError
        If a baseline was scored on other clips (their numbers per class differ), or has the name
        of the classifier.

    Examples
    --------
    >>> from auralise_jax.training.scores import Predictions, scores
    >>> odds = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.2, 0.8]])
    >>> found = scores(Predictions(("a", "b"), odds, [0, 0, 1, 0], [0, 0, 1, 2]))
    >>> figure = evaluation_figure(found, title="four clips")
    >>> len(figure.axes)
    5
    """
    baselines = baselines or {}
    if name in baselines:
        raise ValueError(f"name must differ from those of the baselines, not {name!r}")
    shown = {name: scores, **baselines}
    for other, other_scores in shown.items():
        if not np.array_equal(other_scores.confusion.sum(axis=1), scores.confusion.sum(axis=1)):
            raise ValueError(f"baselines must be scored on the same clips, but {other!r} is not")
    size = 1 + max(0, len(scores.classes) - 12) / 36
    figure = _new_figure(15.5 * size, 8.7 * size)
    left, right = figure.subfigures(1, 2, squeeze=False)[0]  # each with a layout of its own
    _confusion(left.add_subplot(), scores, 6.2 * size / len(scores.classes))
    grid = right.add_gridspec(2, 2, height_ratios=[1.1, 1])
    _accuracies(right.add_subplot(grid[0, 0]), shown)
    _reliability(right, grid[0, 1], scores)
    _groups(right.add_subplot(grid[1, :]), scores)
    figure.suptitle(_wrapped(title or name, round(125 * size)), x=0.01, ha="left", size=16)
    return _readable(figure)


def curves_figure(history: Sequence[Mapping[str, float]], *, title: str = "") -> Figure:
    """Draw loss and accuracy over the steps of a training.

    Parameters
    ----------
    history : sequence of mapping
        In the order of their steps, each with ``step``, ``loss`` (cross-entropy in nats) and
        ``accuracy`` (0 to 1), and where known ``validation_loss``, ``validation_accuracy`` and
        ``learning_rate``. What is not finite leaves a gap.
    title : str, optional
        Data and settings.

    Returns
    -------
    matplotlib Figure
        The step of the lowest validation loss, whose weights training keeps, is marked; without
        such losses, the step of the highest validation accuracy.

    Raises
    ------
    ValueError
        If the history is empty, or a record lacks a required key.

    Examples
    --------
    >>> figure = curves_figure([{"step": 0, "loss": 1.1, "accuracy": 0.3}])
    >>> [axes.get_ylabel() for axes in figure.axes]
    ['cross-entropy (nats)', 'accuracy (%)']
    """
    if not history:
        raise ValueError("history is empty; a curve needs at least one record")
    for number, record in enumerate(history):
        if lacking := [key for key in ("step", "loss", "accuracy") if key not in record]:
            raise ValueError(f"history must have {lacking[0]!r} in each record, not in {number}")
    figure = _new_figure(13, 5.4)
    best = _best_step(history)
    for axes, key in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        scale = 100.0 if key == "accuracy" else 1.0
        for column, color, label in (
            (key, _BLUE, "training"),
            (f"validation_{key}", _ORANGE, "validation"),
        ):
            _curve(axes, *_column(history, column, scale), color, label)
        axes.set_xlabel("step (updates of the weights)")
        axes.grid(color="#e3e8ec")
        if best is not None:
            step, text = best
            axes.axvline(step, color=_INK, linestyle=(0, (4, 3)), linewidth=1.2, label=text)
        if key == "accuracy":
            axes.set(ylabel="accuracy (%)", ylim=(0, 102))
            axes.legend(loc="lower right", framealpha=0.9, edgecolor="white")
        else:
            axes.set_ylabel("cross-entropy (nats)")
            axes.set_ylim(bottom=0)
            _learning_rate(axes, *_column(history, "learning_rate", 1.0))
        axes.set_title(key.capitalize(), **_TITLE)
    figure.suptitle(_wrapped(title or "Training", 100), x=0.01, ha="left", size=15)
    return _readable(figure)


def _new_figure(width: float, height: float) -> Figure:
    figure = new_figure(width, height)
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.12)  # type: ignore[union-attr, call-arg]
    return figure


def _confusion(axes: Axes, scores: Scores, cell: float) -> None:
    """Draw the matrix; `cell` is the side of a cell in inches, about."""
    from matplotlib.colors import LinearSegmentedColormap

    counts = scores.confusion
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    blues = LinearSegmentedColormap.from_list("blues", ["#ffffff", _PALE, _BLUE, "#003a5d"])
    axes.imshow(shares, cmap=blues, vmin=0, vmax=1, aspect="auto")
    points = min(17.0, 72 * cell * 0.36)
    unit = " %" if len(counts) <= 8 else ""
    for row, column in np.argwhere(counts).tolist():
        color = "white" if shares[row, column] > 0.5 else _INK
        style: dict[str, Any] = {"ha": "center", "color": color}
        weight = "bold" if row == column else "normal"
        share = f"{100 * shares[row, column]:.0f}{unit}"
        axes.text(column, row, share, va="bottom", size=points, weight=weight, **style)
        count = f"{counts[row, column]}"
        axes.text(column, row + 0.06, count, va="top", size=0.72 * points, **style)
    names = [_label(name, 20) for name in scores.classes]
    places = range(len(names))
    rows = [f"{name} ({sum(row)})" for name, row in zip(names, counts.tolist(), strict=True)]
    size = max(7.0, min(13.0, 72 * cell * 0.45))
    slant: dict[str, Any] = {}
    if max(map(len, names)) * size * 0.62 > 72 * cell:
        slant = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    axes.set_xticks(places, names, size=size, **slant)
    axes.set_yticks(places, rows, size=size)
    axes.set_xticks(np.arange(-0.5, len(names)), minor=True)
    axes.set_yticks(np.arange(-0.5, len(names)), minor=True)
    axes.grid(which="minor", color="#e3e8ec")
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("predicted class", size=13)
    axes.set_ylabel("true class (clips)", size=13)
    axes.set_title("Where the clips go: % of the true class, count", **_TITLE)


def _accuracies(axes: Axes, shown: Mapping[str, Scores]) -> None:
    for row, scores in enumerate(shown.values()):
        for shift, share in ((-0.2, scores.clip_accuracy), (0.2, scores.piece_accuracy)):
            color = _BLUE if shift < 0 else _PALE
            value, low, high = (100 * part for part in share)
            axes.barh(row + shift, value, height=0.38, color=color)
            axes.plot([low, high], [row + shift] * 2, color=_INK, linewidth=1.6)
            text = f"{value:.0f} %"
            beside: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "va": "center"}
            axes.text(1.02, row + shift, text, size=11, color=_INK, **beside)
    majority = 100 * next(iter(shown.values())).majority
    axes.axvline(majority, color=_ORANGE, linestyle=(0, (4, 3)), linewidth=1.6)
    axes.set_yticks(range(len(shown)), [_label(name, 20) for name in shown], size=12)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    _percent_axis(axes)
    axes.set_xlim(0, 100)
    axes.set_xlabel(
        "dark: clips, light: pieces; 95 % intervals\ndashes: most common class alone (%)"
    )
    axes.set_title("Accuracy", **_TITLE)


def _reliability(figure: SubFigure, place: SubplotSpec, scores: Scores) -> None:
    rows = place.subgridspec(2, 1, height_ratios=[3, 1], hspace=0.04)
    above, below = figure.add_subplot(rows[0]), figure.add_subplot(rows[1])
    for bin_ in scores.bins:
        if bin_.clips:
            box: dict[str, Any] = {"align": "edge", "width": 100 * (bin_.high - bin_.low) * 0.94}
            above.bar(100 * bin_.low, 100 * bin_.accuracy, color=_BLUE, **box)
            below.bar(100 * bin_.low, bin_.clips, color=_GREY, **box)
    above.plot([0, 100], [0, 100], color=_ORANGE, linestyle=(0, (4, 3)), linewidth=1.6)
    filled = [bin_ for bin_ in scores.bins if bin_.clips]
    means = [[100 * bin_.confidence for bin_ in filled], [100 * bin_.accuracy for bin_ in filled]]
    above.plot(*means, "o", color="white", markeredgecolor=_INK, markersize=5, clip_on=False)
    above.set(xlim=(0, 100), ylim=(0, 100), ylabel="accuracy (%)")
    error = f"expected error {100 * scores.calibration_error:.1f} %"
    if scores.answered:
        error += f"\nanswered {100 * scores.answered.share:.0f} %, right of the dots"
        for axes in (above, below):
            axes.axvline(100 * scores.answered.none_below, color=_INK, linestyle=":", linewidth=1.6)
    below.set(xlim=(0, 100), ylabel="clips", xlabel=f"confidence (%)\n{error}")
    above.tick_params(labelbottom=False)
    for axes in (above, below):
        _plain_axes(axes)
    above.set_title("Calibration", **_TITLE)


def _groups(axes: Axes, scores: Scores) -> None:
    rows = scores.groups
    title = "By group and class, worst first"
    if not rows:
        classes = (GroupScore("", c.label, c.clips, c.recall) for c in scores.per_class if c.clips)
        rows = tuple(sorted(classes, key=lambda c: c.accuracy))
        title = "By class, worst first"
    if len(rows) > _BARS:
        title += f" ({_BARS} of {len(rows)})"
    rows = rows[:_BARS]
    for place, row in enumerate(rows):
        axes.barh(place, 100 * row.accuracy, height=0.72, color=_BLUE)
        text = f"{100 * row.accuracy:.0f} % of {row.clips}"
        axes.text(100 * row.accuracy + 1, place, text, va="center", size=11, color=_INK)
    names = (" · ".join(_label(t, 18) for t in (r.group, r.label) if t) for r in rows)
    axes.set_yticks(range(len(rows)), list(names), size=11)
    axes.set_ylim(max(len(rows), 3) - 0.5, -0.5)
    _percent_axis(axes)
    axes.set_xlabel("clips classified correctly (%)")
    axes.set_title(title, **_TITLE)


def _plain_axes(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=0)


def _percent_axis(axes: Axes) -> None:
    """Set a horizontal axis to 0 to 100 %, with room for a number behind the bars."""
    _plain_axes(axes)
    axes.set_xlim(0, 117)
    axes.set_xticks(range(0, 101, 20))
    axes.spines["bottom"].set_bounds(0, 100)


def _column(
    history: Sequence[Mapping[str, float]], key: str, scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return steps and values of the records that have `key`; ``nan`` for what is not finite."""
    pairs = [(record["step"], record[key]) for record in history if record.get(key) is not None]
    steps, values = np.array(pairs, np.float64).reshape(-1, 2).T
    return steps, np.where(np.isfinite(values), scale * values, np.nan)


def _curve(axes: Axes, steps: np.ndarray, values: np.ndarray, color: str, label: str) -> None:
    if not len(steps):
        return
    if len(steps) > _ROUGH and np.isfinite(values).all():
        axes.plot(steps, values, color=color, alpha=0.25, linewidth=0.8)
        width = len(steps) // 25
        kernel = np.ones(width)
        weight = np.convolve(np.ones_like(values), kernel, "same")
        values = np.convolve(values, kernel, "same") / weight
        label += f", mean of {width} records"
    marker = "o" if len(steps) <= _ROUGH // 2 else None
    axes.plot(steps, values, color=color, linewidth=2.2, marker=marker, markersize=4, label=label)


def _learning_rate(axes: Axes, steps: np.ndarray, values: np.ndarray) -> None:
    if not len(steps):
        return
    beside = axes.twinx()
    beside.plot(steps, values, color=_GREY, linewidth=1.2, linestyle=":")
    beside.set_ylabel("learning rate (dotted)", color=_GREY)
    beside.margins(y=0.1)
    beside.set_ylim(bottom=0)
    beside.tick_params(colors=_GREY)


def _best_step(history: Sequence[Mapping[str, float]]) -> tuple[float, str] | None:
    """Return the step whose weights are kept, and a label with its score."""
    for key, sign in (("validation_loss", -1.0), ("validation_accuracy", 1.0)):
        steps, values = _column(history, key, 1.0)
        if np.isfinite(values).any():
            best = int(np.nanargmax(sign * values))
            value = f"{100 * values[best]:.1f} %" if sign > 0 else f"{values[best]:.3f} nats"
            return float(steps[best]), f"best, step {steps[best]:.0f}: {value}"
    return None


def _wrapped(title: str, width: int) -> str:
    return textwrap.fill(_drawable(title), width)


def _label(text: str, width: int) -> str:
    return shorten(_drawable(text), width)


@functools.lru_cache
def _families() -> tuple[tuple[str, ...], frozenset[int]]:
    """Return the font families in use, and all characters that they can draw."""
    from matplotlib import font_manager

    installed = set(font_manager.get_font_names())
    families = ("DejaVu Sans", *(name for name in _FALLBACKS if name in installed))
    places = [font_manager.findfont(name) for name in families]
    drawn = (font_manager.get_font(place).get_charmap() for place in places)
    return families, frozenset().union(*drawn)


def _drawable(text: str) -> str:
    """Write out what no font can draw: emoji by their name, the rest by their number."""
    known = _families()[1]
    made = ""
    for character in text:
        category = unicodedata.category(character)
        if character.isspace():
            made += " "
        elif ord(character) in known and character.isprintable():
            made += character
        elif category == "So" and (name := unicodedata.name(character, "")):
            made += f":{name.lower().replace(' ', '_')}:"
        elif category not in ("Cf", "Mn", "Me"):
            made += character.encode("ascii", "backslashreplace").decode()
    return made


def _readable(figure: Figure) -> Figure:
    """Let every text fall back to the fonts for other scripts, and draw $ as a dollar sign."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        if isinstance(text, Text):
            text.set_fontfamily(list(_families()[0]))
            text.set_parse_math(False)
    return figure
