"""Making an atlas: hear a corpus, rank, render, write; what was done before is not done again."""

from __future__ import annotations

import contextlib
import json
import operator
from concurrent.futures import Executor
from pathlib import Path

from auralise_jax.atlas import tables
from auralise_jax.atlas.cells import grids, left_out
from auralise_jax.atlas.corpus import find
from auralise_jax.atlas.effects import check_scores
from auralise_jax.atlas.indexing import Index, Notes, checked_notes
from auralise_jax.atlas.job import KEPT, Job
from auralise_jax.atlas.naming import check_names, named
from auralise_jax.atlas.opened import FORMAT, MARK, RANKS, Atlas, Rank
from auralise_jax.atlas.rendering import check_projections
from auralise_jax.atlas.site import write_site
from auralise_jax.atlas.spread import threads
from auralise_jax.children import safe_path
from auralise_jax.choices import one_of
from auralise_jax.corpus.manifest import Skipped
from auralise_jax.files import clear_drafts, make_folder, write_whole
from auralise_jax.insight.control import why_no_control
from auralise_jax.lock import sole_writer
from auralise_jax.network import Model, load_model

EXCERPTS = 9


def atlas(
    folder: str | Path,
    out: str | Path,
    model: Model | str | Path = "genre",
    *,
    excerpts: int = EXCERPTS,
    rank: Rank = "activation",
    features: int | None = None,
    notes: Notes | None = None,
    names: bool = False,
    executor: Executor | None = None,
    site: bool = True,
    progress: bool = True,
) -> Atlas:
    """Search a folder of music for what every feature of a model responds to most.

    An atlas has the places of the corpus where each feature's map is largest, after Zeiler and
    Fergus 2013 (arXiv:1311.2901), made audible after Choi, Fazekas and Sandler 2016
    (arXiv:1607.02444): at most two places in a file, and never two within a receptive field.
    Written to `out` are ``index.html`` and a page per feature, which need no web, and the tables
    ``index.parquet``, ``features.parquet`` and ``files.parquet``. The folder ``kept`` holds
    results, so that the next run analyses only files with new content; it may be deleted.

    Parameters
    ----------
    folder : str or Path
        Sound files, in sub-folders or not. Unusable files are skipped, see `Atlas.skipped`.
    out : str or Path
        Made if missing; an atlas that is there is brought up to date. Not inside `folder`.
    model : Model, str or Path
        An object, a shipped name, or a model file. Layers without a receptive field are left out,
        and unless the network is the paper's CNN those whose field does not fit into the model's
        window in every place of a file; see `Atlas.left_out`.
    excerpts : int
        Per feature, at least 1.
    rank : {"activation", "effect"}
        Which of a feature's places become its excerpts, the first first: those where it responds
        most, or those of the four times as many where muting it in the whole window changes the
        prediction most, up or down. Then the table of excerpts has three more columns: ``effect``
        is the logit of the class that is predicted in the window (of tags, the most probable one)
        after muting less the logit before, ``class_name`` that class, and ``control`` the effect
        in the same network with random weights; see `Excerpt`.
    features : int, optional
        Pages per layer, for the features that respond most; all by default. Features whose notes
        have a name get a page in any case; the tables have all features.
    notes : mapping of (int, int) to mapping of str to str, optional
        Facts to show of features, by layer (from 1) and feature (from 0), such as
        ``{(3, 12): {"name": "onset detector", "AUC": ".93"}}``; searched too. Notes of layers that
        are left out are not used.
    names : bool
        Whether to dissect the model (see `dissect`) and to add the names of features to their
        notes. Takes some minutes, once for a model. Layers whose maps do not lie over frequency and
        time go without, and the notes of their features say so.
    executor : concurrent.futures.Executor, optional
        Does the work; threads of this process by default. Workers must see `folder` and `out`
        under the same paths. Tables do not depend on the executor. A network that is made of a
        function cannot be sent to other processes: only threads can do its work.
    site : bool
        Whether to render excerpts and write pages. Without, the column ``cell`` says "unchecked".
    progress : bool
        Whether to show bars.

    Returns
    -------
    Atlas

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder or model.
    ValueError
        If no file can be used, an argument is out of range, or the network has no layer that an
        atlas has excerpts for, with `names` none that has names, or with ``rank="effect"`` no
        scores or scores that overflow; the message says why.
    UnsupportedOperation
        With `site`, if the network holds an operation below a layer of the atlas that deconvnet
        has no way back through.
    OSError
        If `out` cannot be written, another run is writing there, or a worker broke down; the
        results so far are kept.

    Examples
    --------
    >>> import tempfile
    >>> import auralise_jax as aj
    >>> from auralise_jax.atlas import atlas
    >>> place = Path(tempfile.mkdtemp())
    >>> (place / "music").mkdir()
    >>> for name, clip in aj.example_clips().items():
    ...     _ = clip.save(place / "music" / f"{name}.wav")
    >>> found = atlas(place / "music", place / "atlas", features=1, progress=False)
    >>> len(found.features)
    320
    >>> feature = max(found.features, key=lambda one: one.strongest)
    >>> feature.excerpts[0].rank, feature.excerpts[0].value == feature.strongest
    (1, True)
    """
    excerpts = _count("excerpts", excerpts)
    if features is not None:
        features = _count("features", features)
    by_effect = one_of("rank", rank, RANKS) == "effect"
    folder, out = Path(folder), Path(out)
    found = model if isinstance(model, Model) else load_model(model)
    shown = checked_notes(notes or {}, [layer.features for layer in found.layers])
    # Before any work: some networks have no place in an atlas.
    inside = grids(found.network, found.frontend)
    if site:
        check_projections(found.network, [grid.layer for grid in inside.values()])
    if names:
        check_names(found)
    if by_effect:
        check_scores(found)
    files, unfit = find(folder)
    _check_out(folder, out)
    make_folder(out / KEPT)
    skipped = dict(unfit)
    with contextlib.ExitStack() as held:
        held.enter_context(
            sole_writer(out / KEPT / "lock", f"another atlas is being made in {out}")
        )
        held.enter_context(safe_path())  # for workers that are processes
        clear_drafts(out)
        workers = held.enter_context(threads()) if executor is None else executor
        job = Job(folder.resolve(), out.resolve(), found, workers, progress)
        hashes = job.hear(files, skipped)
        if not hashes:
            why = "; ".join(f"{file}: {why}" for file, why in sorted(skipped.items())[:3])
            raise ValueError(f"{folder} holds no file that can be used. Skipped: {why}")
        if names:
            dissected = named(found, out / KEPT, job.key, progress=progress)
            shown = {place: {**facts, **shown.get(place, {})} for place, facts in dissected.items()}
        index = Index(found, excerpts, shown, by_effect=by_effect)
        for file in sorted(hashes):
            index.add(file, hashes[file], job.responses(hashes[file]))
        if by_effect:
            index.effects = job.mute(index)
        chosen = index.chosen(features) if site else []
        comparisons = job.render(index, chosen)
        unused = [Skipped(file, reason) for file, reason in skipped.items()]
        written = {
            tables.INDEX: index.excerpt_rows(comparisons),
            tables.FEATURES: index.feature_rows(),
            tables.FILES: index.file_rows(unused),
        }
        digests = {
            name: tables.write(out / name, rows, effects=by_effect)
            for name, rows in written.items()
        }
        mark = {
            "format": FORMAT,
            "model": found.name,
            "layers": [layer.name for layer in found.layers],
            "left_out": left_out(found.network, found.frontend),
            "key": job.key,
            "tables": digests,
            **({"rank": rank, "no_control": why_no_control(found)} if by_effect else {}),
        }
        write_whole(out / MARK, json.dumps(mark, indent=1).encode())
        made = Atlas(out)
        if site:
            write_site(made, chosen, job.excerpts, progress=progress)
        return made


def _count(name: str, value: int) -> int:
    whole = hasattr(value, "__index__") and not isinstance(value, bool)
    if not whole or operator.index(value) < 1:
        raise ValueError(f"{name} must be a whole number from 1, not {value!r}")
    return operator.index(value)


def _check_out(folder: Path, out: Path) -> None:
    """Raise OSError or ValueError if no atlas may be made at `out`; make the folder if it may."""
    inside = out.resolve()
    if inside == folder.resolve() or folder.resolve() in inside.parents:
        raise ValueError(
            f"out must not lie inside of the music: {out} is in {folder}, and its sounds would "
            "count as music next time; name a folder beside it"
        )
    if out.exists() and not out.is_dir():
        raise NotADirectoryError(f"cannot write {out}: it is a file; name a new folder")
    if not out.parent.is_dir():
        raise FileNotFoundError(f"cannot write {out.name}: there is no folder {out.parent}")
    try:
        out.mkdir(exist_ok=True)
        there = {path.name for path in out.iterdir()}
    except OSError as error:
        raise type(error)(f"cannot write {out}: {error.strerror}") from None
    if there and KEPT not in there and MARK not in there:
        raise ValueError(
            f"{out} holds other things, such as {min(there)}, and no atlas; name a new folder"
        )
