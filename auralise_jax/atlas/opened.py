"""An atlas, opened: what its tables say, by feature."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from auralise_jax.atlas import tables
from auralise_jax.corpus.manifest import Skipped
from auralise_jax.text import many

FORMAT = "auralise-jax atlas/1"
MARK = "atlas.json"

Rank: TypeAlias = Literal["activation", "effect"]
RANKS: tuple[Rank, ...] = get_args(Rank)
"""What can rank the excerpts of a feature."""


@dataclass(frozen=True)
class Excerpt:
    """A place of a corpus where a feature responds; made by `Atlas.feature`.

    Attributes
    ----------
    layer, feature, rank : int
        From 1, from 0, and from 1: 1 is the strongest.
    file : str
        Relative to the corpus, with forward slashes.
    start, end : float
        The cell's receptive field in seconds, clipped to the file.
    low_hz, high_hz : float
        The receptive field in frequency.
    window : int
        From 0: the number of the file's window that shows the cell best. Windows overlap; they
        begin wherever all layers have a column, and last as long as the model's window, or longer
        where a cell sees more.
    window_start : float
        Beginning of that window, in seconds.
    row, column : int
        The cell in the layer's map of that window.
    value : float
        The cell's activation, after ReLU and pooling; where a silent feature's map is not 0, such
        as after BatchNorm, the activation's distance from the silent value.
    edge : bool
        Whether the cell sees past the beginning or the end of the file: there the network sees
        zeros, and an edge that is not in the music. No cell sees the rim of a window.
    cell : str
        How the cell compares, in a plain forward pass (see `listen`), with the cells of its window
        that see neither the window's beginning nor its end: "same" if it is the strongest; "moved"
        if rounding made another as strong; "second" if a stronger cell is in another excerpt, or
        in the field of such a cell; "unchecked" if it was not rendered; "missing" if that failed.
    sha256 : str
        Hash of the file.
    effect : float or None
        Only if the excerpts are ranked by effect, as the two that follow; else None. The feature
        is muted in the whole window of the model's length that shows the cell best: its map is set
        to the value that it has where the feature is silent. The effect is the change of the logit
        of the class that is predicted there, the logit after muting less the logit before: below 0
        if the feature speaks for the class. None if the file changed while the atlas was made.
    class_name : str
        The class that is predicted in that window; of tags, the most probable one.
    control : float or None
        The effect of muting the same feature in the same window in the same network with random
        weights, on the class that those predict. None if there is no such network, see
        `Atlas.no_control`.
    """

    layer: int
    feature: int
    rank: int
    file: str
    start: float
    end: float
    low_hz: float
    high_hz: float
    window: int
    window_start: float
    row: int
    column: int
    value: float
    edge: bool
    cell: str
    sha256: str = field(repr=False)
    effect: float | None = None
    class_name: str = ""
    control: float | None = None


@dataclass(frozen=True, repr=False)
class Feature:
    """A feature's responses over the corpus; made by `Atlas.feature`.

    Attributes
    ----------
    layer, feature : int
        From 1 and from 0.
    name : str
        Such as ``"3-12"``.
    dead : bool
        Whether it responds nowhere in the corpus.
    share : float
        Share of the windows in which it responds, 0 to 1.
    mean : float
        Mean activation over all windows.
    neighbours : tuple of (int, float)
        The features of its layer that respond to the same windows, with Pearson's r of their mean
        activations, the nearest first.
    notes : mapping of str to str
        Further facts about the feature.
    excerpts : tuple of Excerpt
        The first first: that of the largest activation, or of the largest effect.
    strongest : float
        The largest activation in the corpus; 0 if the feature is dead.
    """

    layer: int
    feature: int
    name: str
    dead: bool
    share: float
    mean: float
    neighbours: tuple[tuple[int, float], ...]
    notes: Mapping[str, str]
    excerpts: tuple[Excerpt, ...]
    strongest: float = 0.0

    def __repr__(self) -> str:
        if self.dead:
            return f"<Feature {self.name}: responds nowhere>"
        best = self.excerpts[0]
        most = (
            "most in"
            if best.effect is None
            else f"muted it changes {best.class_name!r} by {best.effect:+.2f}, most in"
        )
        text = (
            f"<Feature {self.name}: responds in {100 * self.share:.1f} % of the windows, "
            f"{most} {best.file!r} at {best.start:.2f}-{best.end:.2f} s, "
            f"{best.low_hz:.0f}-{best.high_hz:.0f} Hz"
        )
        if self.neighbours:
            near, r = self.neighbours[0]
            text += f"; nearest {self.layer}-{near}, r {r:.2f}"
        return f"{text}; {len(self.excerpts)} excerpts>"


class Atlas:
    """An atlas that was made by `atlas`.

    Parameters
    ----------
    folder : str or Path
        Where it is.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If it is damaged, or of another version.

    Attributes
    ----------
    folder : Path
        Where it is.
    model : str
        Name of the model.
    layers : tuple of str
        Names of its layers, layer 1 first; empty if an earlier version made the atlas.
    left_out : dict of int to str
        Why a layer has no excerpts, by the layer's number, from 1.
    rank : str
        What ranks the excerpts, "activation" or "effect".
    no_control : str
        If excerpts are ranked by effect: why no effect has a control; empty if they have.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        mark = read_mark(self.folder)
        self.model, self.key = str(mark.get("model")), str(mark.get("key"))
        self.layers = tuple(mark.get("layers", ()))
        without = mark.get("left_out", {})
        self.left_out = {int(number): str(why) for number, why in without.items()}
        self.rank, self.no_control = mark.get("rank", "activation"), mark.get("no_control", "")
        self._digests = mark.get("tables", {})
        self._index = self._table(tables.INDEX)
        self._features = self._table(tables.FEATURES)

    @property
    def page(self) -> Path:
        """The page to open in a browser."""
        return self.folder / "index.html"

    def feature(self, layer: int, feature: int) -> Feature:
        """Return one feature, its excerpts and its neighbours.

        Parameters
        ----------
        layer, feature : int
            From 1 and from 0.

        Raises
        ------
        ValueError
            If there is no such feature.
        """
        rows = self._features.rows_of(layer, feature)
        if not rows:
            raise ValueError(f"there is no feature {layer}-{feature}; there are {self._counts}")
        return _feature(rows[0], self._index.rows_of(layer, feature))

    @functools.cached_property
    def features(self) -> tuple[Feature, ...]:
        """All features, by layer and number."""
        excerpts: dict[tuple[int, int], list[dict[str, Any]]] = {}
        for row in self._index.rows():
            excerpts.setdefault((row["layer"], row["feature"]), []).append(row)
        return tuple(
            _feature(row, excerpts.get((row["layer"], row["feature"]), []))
            for row in self._features.rows()
        )

    @functools.cached_property
    def files(self) -> tuple[dict[str, Any], ...]:
        """A row per file: file, sha256, seconds, windows, and reason if it was skipped."""
        return tuple(self._table(tables.FILES).rows())

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Files that could not be used, and why."""
        return tuple(Skipped(row["file"], row["reason"]) for row in self.files if row["reason"])

    @property
    def _counts(self) -> str:
        counts: dict[int, int] = {}
        for row in self._features.rows(["layer"]):
            counts[row["layer"]] = counts.get(row["layer"], 0) + 1
        return ", ".join(f"{layer}-0 to {layer}-{count - 1}" for layer, count in counts.items())

    def __repr__(self) -> str:
        heard = [row for row in self.files if not row["reason"]]
        rows = self._features.rows(["layer", "dead"])
        skipped = f", {len(self.skipped)} skipped" if self.skipped else ""
        names = ", ".join(self.layers[number - 1] for number in self.left_out)
        without = f"; left out: {names}" if names else ""
        return (
            f"<Atlas of {self.model!r} over {many(len(heard), 'file')}{skipped}, "
            f"{many(sum(row['windows'] for row in heard), 'window')}: "
            f"{many(len({row['layer'] for row in rows}), 'layer')}, "
            f"{many(len(rows), 'feature')}, {sum(row['dead'] for row in rows)} dead{without}>"
        )

    def _table(self, name: str) -> tables.Table:
        return tables.Table(self.folder / name, self._digests.get(name))


def read_mark(folder: Path) -> dict[str, Any]:
    """Return what the atlas in a folder says of itself.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is none, or none that can be read.
    """
    place = folder / MARK
    if not place.is_file():
        raise FileNotFoundError(f"{folder} is not an atlas: there is no {MARK} in it")
    try:
        mark = json.loads(place.read_bytes()[: 1 << 20])
    except (ValueError, RecursionError):
        mark = None
    if not isinstance(mark, dict) or mark.get("format") != FORMAT:
        raise ValueError(f"{place} is of no atlas that this version reads; make the atlas again")
    digests, layers = mark.get("tables", {}), mark.get("layers", [])
    texts = [mark.get(name, "") for name in ("model", "key", "rank", "no_control")]
    texts += digests.values() if isinstance(digests, dict) else [None]
    texts += layers if isinstance(layers, list) else [None]
    texts += _reasons(mark.get("left_out", {}), layers)
    known = mark.get("rank", RANKS[0]) in RANKS
    if not known or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{place} is damaged; make the atlas again")
    return mark


def _reasons(found: object, layers: object) -> list[object]:
    """Return why layers are left out; [None] if that is not by numbers of layers."""
    count = len(layers) if isinstance(layers, list) else 0
    numbers = {str(number) for number in range(1, count + 1)}
    return [*found.values()] if isinstance(found, dict) and found.keys() <= numbers else [None]


def _feature(row: Mapping[str, Any], excerpts: list[dict[str, Any]]) -> Feature:
    return Feature(
        row["layer"],
        row["feature"],
        row["name"],
        row["dead"],
        row["share"],
        row["mean"],
        tuple(zip(row["neighbours"], row["r"], strict=True)),
        dict(row["notes"]),
        tuple(Excerpt(**excerpt) for excerpt in excerpts),
        row["strongest"],
    )
