"""The work of an atlas: what is not in the store yet is handed out, what comes back is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from auralise_jax.atlas.cells import Cell, grids
from auralise_jax.atlas.effects import Effect, effects_in, effects_key, pack_effects
from auralise_jax.atlas.hearing import FileResponses, model_key
from auralise_jax.atlas.indexing import Index, Place
from auralise_jax.atlas.rendering import excerpt_key, get_excerpt, in_parts
from auralise_jax.atlas.spread import Cluster, LostError, WorkerError, spread
from auralise_jax.atlas.store import Store, get_responses, unpacked
from auralise_jax.atlas.work import (
    Answer,
    InProcess,
    Source,
    hear_file,
    mute_file,
    reason,
    render_file,
)
from auralise_jax.corpus.cache import hash_file
from auralise_jax.network import Model, load_model, save_model
from auralise_jax.network.files import can_be_saved

KEPT = "kept"


class Job:
    """A corpus and a model, and the store of how the model's features responded to the files.

    Parameters
    ----------
    folder, out : Path
        Of the corpus and of the atlas, absolute.
    model : Model
        Kept beside the store, for workers to read, if its network can be saved.
    workers : Executor
        Does the work.
    progress : bool
        Whether to show bars.

    Raises
    ------
    ValueError
        If the network cannot be saved and the workers are other processes.
    """

    def __init__(
        self, folder: Path, out: Path, model: Model, workers: Executor, progress: bool
    ) -> None:
        self._folder, self._workers, self._hide = folder, workers, not progress
        heard = grids(model.network, model.frontend).values()
        self._model = model
        self._features = sum(grid.layer.features for grid in heard)
        self.key = model_key(model)
        kept = out / KEPT
        self._source: Source
        if can_be_saved(model):
            place = kept / f"model-{self.key[:16]}.safetensors"
            if not _holds(place, self.key):
                save_model(model, place)
            self._source = str(place)
        else:
            self._source = InProcess(model)
            if isinstance(workers, Cluster | ProcessPoolExecutor):
                self._source.__reduce__()
        self._responses = Store(kept / f"heard-{self.key[:16]}")
        self._effects = Store(kept / "effects")
        self.excerpts = Store(kept / "excerpts")

    def hear(self, files: Sequence[str], skipped: dict[str, str]) -> dict[str, str]:
        """Have all files heard that were not; return the hash of each, note in `skipped` why not.

        Files of the same bytes are heard once, under the first name.
        """
        hashes: dict[str, str] = {}
        first: dict[str, str] = {}
        twins: dict[str, str] = {}
        with tqdm(total=len(files), desc="hearing", unit="file", disable=self._hide) as bar:

            def tasks() -> Iterator[tuple[str, tuple[Any, ...]]]:
                for file in files:
                    try:
                        sha256 = hash_file(self._folder / file)
                    except OSError as error:
                        skipped[file] = reason(self._folder / file, error)
                        bar.update()
                        continue
                    twin = first.setdefault(sha256, file)
                    if twin != file:
                        twins[file], skipped[file] = twin, f"the same as {twin}"
                        bar.update()
                        continue
                    hashes[file] = sha256
                    if self._get(sha256) is None:
                        yield file, (str(self._folder / file), self._source, self.key)
                    else:
                        bar.update()

            for file, answer in spread(hear_file, tasks(), self._workers):
                self._keep(answer, [hashes[file]], self._responses)
                if why := _why(answer):
                    skipped[file] = why
                    del hashes[file]
                bar.update()
        # Twins of a file that turned out to be no good are no better.
        for file, twin in twins.items():
            skipped[file] = skipped.get(twin, skipped[file])
        return hashes

    def responses(self, sha256: str) -> FileResponses:
        """Return how features responded to a file that was heard."""
        found = self._get(sha256)
        if found is None:
            raise WorkerError(f"{self._responses.place(sha256)} is gone; make the atlas again")
        return found

    def mute(self, index: Index) -> dict[tuple[str, Cell], Effect]:
        """Have the features muted in the windows of their candidates; return the effects.

        There is none where the file is not what it was a moment ago.
        """
        wanted = _by_file(
            place for layer, feature in index.chosen() for place in index.candidates(layer, feature)
        )
        found: dict[tuple[str, Cell], Effect] = {}
        total = sum(map(len, wanted.values()))
        with tqdm(total=total, desc="muting", unit="excerpt", disable=self._hide) as bar:

            def tasks() -> Iterator[tuple[str, tuple[Any, ...]]]:
                for (file, sha256), cells in wanted.items():
                    known = self._known_effects(sha256)
                    missing = [cell for cell in cells if cell not in known]
                    found.update(((sha256, cell), known[cell]) for cell in cells if cell in known)
                    bar.update(len(cells) - len(missing))
                    for part in in_parts(missing):
                        yield sha256, (str(self._folder / file), self._source, self.key, part)

            for sha256, answer in spread(mute_file, tasks(), self._workers):
                if isinstance(answer, Answer) and not answer.reason:
                    new = effects_in(unpacked(*answer.entries), self._model)
                    known = self._known_effects(sha256) | new
                    self._effects.put(effects_key(self.key, sha256), pack_effects(known))
                    found.update(((sha256, cell), effect) for cell, effect in new.items())
                    bar.update(len(new))
        return found

    def render(
        self, index: Index, chosen: Sequence[tuple[int, int]]
    ) -> dict[tuple[str, Cell], str]:
        """Have the chosen features' excerpts rendered; return how each cell compares in its window.

        That is "missing" where the file is not what it was a moment ago.
        """
        wanted = _by_file(
            place for layer, feature in chosen for place in index.places(layer, feature)
        )
        comparisons: dict[tuple[str, Cell], str] = {}
        total = sum(map(len, wanted.values()))
        hide = self._hide or not total  # a bar of nothing says nothing
        with tqdm(total=total, desc="rendering", unit="excerpt", disable=hide) as bar:

            def tasks() -> Iterator[tuple[tuple[str, tuple[Cell, ...]], tuple[Any, ...]]]:
                for (file, sha256), cells in wanted.items():
                    missing = []
                    for cell in cells:
                        comparison = self._comparison(sha256, cell)
                        if comparison is None:
                            missing.append(cell)
                        else:
                            comparisons[sha256, cell] = comparison
                            bar.update()
                    for part in in_parts(missing):
                        yield (
                            (sha256, part),
                            (
                                str(self._folder / file),
                                self._source,
                                self.key,
                                part,
                            ),
                        )

            for (sha256, part), answer in spread(render_file, tasks(), self._workers):
                keys = [excerpt_key(cell, self.key, sha256) for cell in part]
                self._keep(answer, keys, self.excerpts)
                for cell in part:
                    comparisons[sha256, cell] = self._comparison(sha256, cell) or "missing"
                bar.update(len(part))
        return comparisons

    def _get(self, sha256: str) -> FileResponses | None:
        return get_responses(self._responses, sha256, self._features)

    def _known_effects(self, sha256: str) -> dict[Cell, Effect]:
        return effects_in(self._effects.get(effects_key(self.key, sha256)), self._model)

    def _comparison(self, sha256: str, cell: Cell) -> str | None:
        entry = get_excerpt(self.excerpts, excerpt_key(cell, self.key, sha256))
        return None if entry is None else str(entry[1]["cell"])

    @staticmethod
    def _keep(answer: Answer | LostError, keys: Sequence[str], store: Store) -> None:
        if isinstance(answer, Answer) and not answer.reason:
            for key, entry in zip(keys, answer.entries, strict=True):
                store.put(key, entry)


def _holds(path: Path, key: str) -> bool:
    """Tell whether a model file is there, whole, and the model of that key."""
    try:
        return model_key(load_model(path)) == key
    except (OSError, ValueError):
        return False


def _by_file(places: Iterable[Place]) -> dict[tuple[str, str], list[Cell]]:
    """Return the cells of places by file and SHA-256, in the order of the files' names."""
    found: dict[tuple[str, str], list[Cell]] = {}
    for place in places:
        found.setdefault((place.file.file, place.file.sha256), []).append(place.cell)
    return dict(sorted(found.items()))


def _why(answer: Answer | LostError) -> str:
    return answer.reason if isinstance(answer, Answer) else str(answer)
