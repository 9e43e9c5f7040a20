"""The index: the responses of every feature to a corpus, gathered file by file, as rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from auralise_jax.atlas.cells import Cell, grids
from auralise_jax.atlas.effects import CANDIDATES, Effect
from auralise_jax.atlas.hearing import FileResponses
from auralise_jax.atlas.neighbours import Correlating
from auralise_jax.atlas.ranking import Ranking
from auralise_jax.corpus.manifest import Skipped
from auralise_jax.network import Model

Notes = Mapping[tuple[int, int], Mapping[str, str]]
"""Facts by (layer, feature)."""


class File(NamedTuple):
    """A file of the corpus that the model listened to."""

    file: str
    sha256: str
    seconds: float
    windows: int


class Place(NamedTuple):
    """A place where a feature responds: rank (from 1), value, file, cell, and effect if known."""

    rank: int
    value: float
    file: File
    cell: Cell
    effect: Effect | None = None


class Index:
    """Takes files in the order of their names; takes no more memory for more of them.

    Parameters
    ----------
    model : Model
        The network with the features; those of layers in `grids` are indexed.
    excerpts : int
        Per feature.
    notes : mapping
        Facts by layer and feature; of other layers they are not used.
    by_effect : bool
        Whether excerpts will be those of the `candidates` that have the largest effects. Until
        `effects` are set there are none.
    """

    effects: Mapping[tuple[str, Cell], Effect]
    """Effects by a file's SHA-256 and cell, where they could be measured."""

    def __init__(
        self, model: Model, excerpts: int, notes: Notes, *, by_effect: bool = False
    ) -> None:
        self.model, self.files = model, list[File]()
        self.by_effect, self.effects = by_effect, {}
        self._excerpts = excerpts
        self._notes = notes
        self._grids = grids(model.network, model.frontend)
        counts = [grid.layer.features for grid in self._grids.values()]
        self._ends = dict(zip(self._grids, np.cumsum(counts).tolist(), strict=True))
        self._ranking = Ranking(sum(counts), excerpts * (CANDIDATES if by_effect else 1))
        self._layers = {
            number: Correlating(grid.layer.features) for number, grid in self._grids.items()
        }

    def add(self, file: str, sha256: str, found: FileResponses) -> None:
        """Take how features responded to the next file."""
        self.files.append(File(file, sha256, found.seconds, len(found.means)))
        self._ranking.add(found)
        *ends, _ = self._ends.values()
        parts = np.split(found.means, ends, axis=1)
        for layer, means in zip(self._layers.values(), parts, strict=True):
            layer.add(means)

    def chosen(self, most: int | None = None) -> list[tuple[int, int]]:
        """Return layer and feature of all features, or of the named and the strongest per layer.

        A feature is named if its notes have a name.
        """
        named = [place for place, facts in self._notes.items() if "name" in facts]
        found = []
        for number, layer in self._layers.items():
            best = set(np.argsort(-layer.mean, kind="stable")[:most].tolist())
            best |= {feature for of, feature in named if of == number}
            found += [(number, feature) for feature in sorted(best)]
        return found

    def places(self, layer: int, feature: int) -> Iterator[Place]:
        """Return the excerpts of a feature: by activation, or by the size of the effect."""
        places = self.candidates(layer, feature)
        if self.by_effect:
            known = (
                place._replace(effect=self.effects.get((place.file.sha256, place.cell)))
                for place in places
            )
            places = iter(sorted(known, key=_by_effect))
        for rank, place in enumerate(itertools.islice(places, self._excerpts), start=1):
            yield place._replace(rank=rank)

    def candidates(self, layer: int, feature: int) -> Iterator[Place]:
        """Return where a feature responds most, strongest first."""
        at = self._ends[layer] - self._grids[layer].layer.features + feature
        rows = zip(*(part[at].tolist() for part in self._ranking.ranked), strict=True)
        for rank, (value, file, window, row, column) in enumerate(rows, start=1):
            if value > 0:
                cell = Cell(layer, feature, window, row, column)
                yield Place(rank, value, self.files[file], cell)

    def excerpt_rows(self, comparisons: Mapping[tuple[str, Cell], str]) -> list[dict[str, Any]]:
        """Return a row per feature and excerpt.

        Parameters
        ----------
        comparisons : mapping
            By a file's SHA-256 and cell: how the cell compares with the others of its window.
        """
        front = self.model.frontend
        rows = []
        for layer, feature in self.chosen():
            for rank, value, file, cell, effect in self.places(layer, feature):
                grid = self._grids[layer]
                span = grid.span(cell.window, cell.row, cell.column, file.seconds)
                samples = round(file.seconds * front.sample_rate)
                rows.append(
                    {
                        "layer": layer,
                        "feature": feature,
                        "rank": rank,
                        "file": file.file,
                        "start": span.start,
                        "end": span.end,
                        "low_hz": span.low_hz,
                        "high_hz": span.high_hz,
                        "window": cell.window,
                        "window_start": cell.window * grid.stride / front.sample_rate,
                        "row": cell.row,
                        "column": cell.column,
                        "value": value,
                        "edge": grid.on_edge(cell.window, cell.column, samples),
                        "cell": comparisons.get((file.sha256, cell), "unchecked"),
                        "sha256": file.sha256,
                        **(self._effect_columns(effect) if self.by_effect else {}),
                    }
                )
        return rows

    def _effect_columns(self, found: Effect | None) -> dict[str, Any]:
        if found is None:
            return {"effect": None, "class_name": "", "control": None}
        class_name = self.model.classes[found.predicted]
        return {"effect": found.effect, "class_name": class_name, "control": found.control}

    def feature_rows(self) -> list[dict[str, Any]]:
        """Return a row per feature."""
        rows = []
        for number, layer in self._layers.items():
            share = layer.share.tolist()
            for feature, near in enumerate(layer.neighbours()):
                places = list(self.places(number, feature))
                strongest = self.candidates(number, feature)
                rows.append(
                    {
                        "layer": number,
                        "feature": feature,
                        "name": f"{number}-{feature}",
                        "dead": not places,
                        "share": share[feature],
                        "mean": float(layer.mean[feature]),
                        "strongest": next((one.value for one in strongest), 0.0),
                        "excerpts": len(places),
                        "neighbours": [neighbour for neighbour, _ in near],
                        "r": [r for _, r in near],
                        "notes": sorted(self._notes.get((number, feature), {}).items()),
                    }
                )
        return rows

    def file_rows(self, skipped: Iterable[Skipped]) -> list[dict[str, Any]]:
        """Return a row per file, heard or skipped, by name."""
        heard = [{**file._asdict(), "reason": ""} for file in self.files]
        nothing = {"sha256": "", "seconds": 0.0, "windows": 0}
        return sorted(
            heard + [{**nothing, **file._asdict()} for file in skipped],
            key=lambda row: row["file"],
        )


def _by_effect(place: Place) -> float:
    """Return what sorts places so that the largest effect comes first, an unknown one last."""
    return 1.0 if place.effect is None else -abs(place.effect.effect)


def checked_notes(notes: Notes, counts: Sequence[int]) -> Notes:
    """Return notes as they are, or raise ValueError if they are of no feature, or no text."""
    for place, facts in notes.items():
        layer, feature = place
        if not (1 <= layer <= len(counts) and 0 <= feature < counts[layer - 1]):
            raise ValueError(
                f"notes must be by layer, 1 to {len(counts)}, and feature from 0, not {place!r}"
            )
        if not all(isinstance(text, str) for fact in facts.items() for text in fact):
            raise ValueError(f"notes must be names and texts, not {dict(facts)!r}")
    return notes
