"""The work of an atlas: what is not in the store yet is handed out, what comes back is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from auralise_jax.atlas.hearing import Heard, model_key
from auralise_jax.atlas.indexing import Index
from auralise_jax.atlas.rendering import Ask, get_excerpt, in_parts
from auralise_jax.atlas.spread import LostError, WorkerError, spread
from auralise_jax.atlas.store import Store, get_heard
from auralise_jax.atlas.work import Answer, hear_file, reason, render_file
from auralise_jax.corpus.cache import hash_file
from auralise_jax.network import Model, load_model, save_model

KEPT = "kept"


class Job:
    """A corpus and a model, and the store of what one did to the other.

    Parameters
    ----------
    folder, out : Path
        Of the corpus and of the atlas, absolute.
    model : Model
        Who listens; kept beside the store, for workers to read.
    workers : Executor
        Who works.
    progress : bool
        Whether to show bars.
    """

    def __init__(
        self, folder: Path, out: Path, model: Model, workers: Executor, progress: bool
    ) -> None:
        self._folder, self._workers, self._hide = folder, workers, not progress
        self._features = sum(layer.features for layer in model.layers)
        self.key = model_key(model)
        kept = out / KEPT
        self._model = kept / f"model-{self.key[:16]}.safetensors"
        if not _holds(self._model, self.key):
            save_model(model, self._model)
        self._heard = Store(kept / f"heard-{self.key[:16]}")
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
                        yield file, (str(self._folder / file), str(self._model), self.key)
                    else:
                        bar.update()

            for file, answer in spread(hear_file, tasks(), self._workers):
                self._keep(answer, [hashes[file]], self._heard)
                if why := _why(answer):
                    skipped[file] = why
                    del hashes[file]
                bar.update()
        # Twins of a file that turned out to be no good are no better.
        for file, twin in twins.items():
            skipped[file] = skipped.get(twin, skipped[file])
        return hashes

    def heard(self, sha256: str) -> Heard:
        """Return what a file did that was heard."""
        heard = self._get(sha256)
        if heard is None:
            raise WorkerError(f"{self._heard.place(sha256)} is gone; make the atlas again")
        return heard

    def render(self, index: Index, chosen: Sequence[tuple[int, int]]) -> dict[tuple[str, Ask], str]:
        """Have the chosen features' excerpts rendered; return how each cell stands in its window.

        That is "missing" where the file is not what it was a moment ago.
        """
        asked: dict[tuple[str, str], list[Ask]] = {}
        for layer, feature in chosen:
            for place in index.places(layer, feature):
                asked.setdefault((place.file.file, place.file.sha256), []).append(place.ask)
        cells: dict[tuple[str, Ask], str] = {}
        total = sum(map(len, asked.values()))
        hide = self._hide or not total  # a bar of nothing says nothing
        with tqdm(total=total, desc="rendering", unit="excerpt", disable=hide) as bar:

            def tasks() -> Iterator[tuple[tuple[str, tuple[Ask, ...]], tuple[Any, ...]]]:
                for (file, sha256), asks in sorted(asked.items()):
                    missing = []
                    for ask in asks:
                        cell = self._cell(sha256, ask)
                        if cell is None:
                            missing.append(ask)
                        else:
                            cells[sha256, ask] = cell
                            bar.update()
                    for part in in_parts(missing):
                        told = str(self._folder / file), str(self._model), self.key, part
                        yield (sha256, part), told

            for (sha256, part), answer in spread(render_file, tasks(), self._workers):
                self._keep(answer, [ask.key(self.key, sha256) for ask in part], self.excerpts)
                for ask in part:
                    cells[sha256, ask] = self._cell(sha256, ask) or "missing"
                bar.update(len(part))
        return cells

    def _get(self, sha256: str) -> Heard | None:
        return get_heard(self._heard, sha256, self._features)

    def _cell(self, sha256: str, ask: Ask) -> str | None:
        entry = get_excerpt(self.excerpts, ask.key(self.key, sha256))
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


def _why(answer: Answer | LostError) -> str:
    return answer.reason if isinstance(answer, Answer) else str(answer)
