"""A folder of music, a sub-folder per class, becomes a manifest of clips.

    music/ballad/one.mp3                    a file is a piece
    music/ballad/An Album/two.flac          files of one sub-folder belong together
    music/labels.csv                        or: columns file, class and, if known, group

The layout of GTZAN, and of FMA's tracks sorted by genre. Files that cannot be used are
listed and skipped, never fatal.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
from jaxtyping import Int16

from auralise_jax.corpus.cache import FULL_SCALE, CacheError, SoundCache
from auralise_jax.corpus.manifest import NO_SOUND, Manifest, Row, Skipped, divide
from auralise_jax.corpus.table import read_table
from auralise_jax.corpus.threads import in_threads
from auralise_jax.corpus.tree import NOT_SOUND, as_text, composed, unreadable, walk
from auralise_jax.frontend import AnyFrontend
from auralise_jax.frontend.windows import check_length, starts
from auralise_jax.text import shorten

LABELS = "labels.csv"
SILENT = 1e-4
"""Peak re full scale, -80 dB, under which a file or a clip is silent."""


class _Candidate(NamedTuple):
    """A file that may be sound, with the class and the group that its path gives it."""

    file: str
    label: str
    group: str


class _Decoded(NamedTuple):
    """The result of decoding a file: where its clips start, in samples, or why there are none."""

    sha256: str = ""
    sound: str = ""
    starts: tuple[int, ...] = ()
    reason: str = ""


def scan(
    folder: str | Path,
    frontend: AnyFrontend,
    cache: SoundCache | None = None,
    *,
    validation: float = 0.1,
    test: float = 0.1,
    seed: int = 0,
    min_classes: int = 2,
    progress: bool = True,
) -> Manifest:
    """Decode a folder of music into the cache and list its clips.

    Parameters
    ----------
    folder : str or Path
        One sub-folder per class, or a table ``labels.csv`` in it.
    frontend : AnyFrontend
        Gives the sampling rate and the length of a clip. Clips follow each other without gap; a
        last clip under half length is dropped, unless it is the only one.
    cache : SoundCache, optional
        Where decoded sound is kept; by default the user's cache folder.
    validation, test : float
        Fractions of each class's files, dealt by group, never by clip. A group is a sub-folder of
        a class (an album, an artist), a name in ``labels.csv``, or else the file itself.
    seed : int
        Of the split.
    min_classes : int
        How many classes there must be at least.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    Manifest

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder.
    ValueError
        If no file in it can be used, or there are too few classes, or a fraction is out of range.
    CacheError
        If the disk is full; entries that are already cached stay good.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np, auralise_jax as aj
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("high", "low"):
    ...     (folder / name).mkdir()
    ...     tone = np.sin(np.arange(88200) / (4 if name == "high" else 40))
    ...     _ = aj.Clip(tone, 11025).save(folder / name / "tone.wav")
    >>> manifest = scan(folder, aj.Frontend(), SoundCache(11025, folder / "c"), progress=False)
    >>> [(row.file, row.offset, row.label) for row in manifest.rows][:2]
    [('high/tone.wav', 0.0, 'high'), ('high/tone.wav', 4.0, 'high')]
    """
    folder = Path(folder)
    if not folder.exists():
        raise FileNotFoundError(f"there is no folder {folder}")
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; name a folder with one sub-folder per class")
    if not (validation >= 0 and test >= 0 and validation + test < 1):
        raise ValueError(
            "validation and test must be fractions from 0 whose sum is below 1, "
            f"not {validation!r} and {test!r}"
        )
    cache = cache or SoundCache(frontend.sample_rate)
    skipped: list[Skipped] = []
    labelled = (folder / LABELS).is_file()
    candidates = list(_from_table(folder, skipped) if labelled else _from_tree(folder, skipped))
    if not candidates:
        raise ValueError(
            f"{folder} holds no sound in class folders; expected one sub-folder per class, such "
            f"as {folder.name or folder}/ballad/song.mp3, or a table {LABELS}"
        )

    def decode(candidate: _Candidate) -> _Decoded:
        return _decode(folder / candidate.file, frontend, cache)

    results = in_threads(decode, candidates, "reading", "file", progress=progress)
    decoded = dict(zip(candidates, results, strict=True))
    by_sound: dict[str, _Candidate] = {}
    usable: list[_Candidate] = []
    for candidate, result in decoded.items():
        twin = by_sound.setdefault(result.sound, candidate) if result.sound else candidate
        if result.reason:
            skipped.append(Skipped(candidate.file, result.reason))
        elif twin is not candidate:
            note = "" if twin.label == candidate.label else f", there of class {twin.label}"
            skipped.append(Skipped(candidate.file, f"the same sound as {twin.file}{note}"))
        else:
            usable.append(candidate)
    labels = {candidate.file: candidate.label for candidate in usable}
    _check_classes(folder, sorted(set(labels.values())), min_classes, skipped)
    side = divide(
        labels, {candidate.file: candidate.group for candidate in usable}, seed, validation, test
    )
    rows = tuple(
        Row(
            candidate.file,
            start / frontend.sample_rate,
            candidate.label,
            candidate.group,
            side[candidate.file],
            decoded[candidate].sha256,
            decoded[candidate].sound,
        )
        for candidate in usable
        for start in decoded[candidate].starts
    )
    seconds = frontend.duration or frontend.samples / frontend.sample_rate
    return Manifest(rows, tuple(sorted(skipped)), frontend.sample_rate, seconds)


def _check_classes(
    folder: Path, classes: list[str], min_classes: int, skipped: list[Skipped]
) -> None:
    if len(classes) >= min_classes:
        return
    problem = (
        f"holds one class only, {classes[0]!r}" if classes else "holds no file that can be used"
    )
    examples = "; ".join(
        f"{shorten(file, 60)}: {shorten(reason, 120)}" for file, reason in skipped[:3]
    )
    raise ValueError(
        f"{folder} {problem}; expected {min_classes} classes or more, a sub-folder each"
        + (f". Skipped: {len(skipped)} ({examples})" if skipped else "")
    )


def _from_tree(folder: Path, skipped: list[Skipped]) -> Iterator[_Candidate]:
    for path, folders, files in walk(folder, lambda *entry: skipped.append(Skipped(*entry))):
        relative = PurePosixPath(path.relative_to(folder).as_posix())
        unfit = skipped and PurePosixPath(skipped[-1].file).parent == relative
        if not (folders or files or unfit or path == folder):
            skipped.append(Skipped(str(relative), "an empty folder"))
        for name in files:
            file = relative / name
            if len(file.parts) == 1:
                skipped.append(Skipped(str(file), "stands in no class folder"))
            elif file.suffix.lower() in NOT_SOUND:
                skipped.append(Skipped(str(file), f"{NO_SOUND} {file.suffix}"))
            else:
                in_subfolder = len(file.parts) > 2
                group = as_text("/".join(file.parts[:2])) if in_subfolder else str(file)
                yield _Candidate(str(file), as_text(file.parts[0]), group)


def _from_table(folder: Path, skipped: list[Skipped]) -> Iterator[_Candidate]:
    path = folder / LABELS
    complaint = (
        "must have columns named file and class, and may have group: its first line names them, "
        "with commas between"
    )
    listings: dict[Path, dict[str, str]] = {}
    seen = set()
    for number, line in read_table(path, ("file", "class"), complaint):
        file, label, group = (line.get(key, "").strip() for key in ("file", "class", "group"))
        relative = PurePosixPath(file)
        if not file or not label:
            skipped.append(Skipped(file or LABELS, f"line {number} lacks a file or a class"))
        elif "\0" in file + label + group:
            skipped.append(Skipped(file, f"line {number} holds a NUL"))
        elif relative.is_absolute() or ".." in relative.parts:
            skipped.append(Skipped(file, "lies outside of the folder"))
        else:
            file = _name_on_disk(folder, relative, listings)
            if file in seen:
                skipped.append(Skipped(file, f"listed again in line {number}"))
                continue
            seen.add(file)
            yield _Candidate(file, composed(label), composed(group) or file)


def _name_on_disk(
    folder: Path, relative: PurePosixPath, listings: dict[Path, dict[str, str]]
) -> str:
    """Return a file's name as the folder has it, whose letters may be composed otherwise."""
    if str(relative).isascii() or os.path.lexists(folder / relative):
        return str(relative)
    real = PurePosixPath()
    for part in relative.parts:
        parent = folder / real
        if parent not in listings:
            try:
                names = sorted(path.name for path in parent.iterdir())
            except OSError:  # no folder, or one that is closed
                names = []
            listings[parent] = {composed(name): name for name in names}
        if composed(part) not in listings[parent]:
            return str(relative)
        real /= listings[parent][composed(part)]
    return str(real)


def _decode(path: Path, frontend: AnyFrontend, cache: SoundCache) -> _Decoded:
    problem = unreadable(path)
    if problem:
        hint = "; its name goes over several lines: is a quote not closed?"
        return _Decoded(reason=problem + (hint if "\n" in str(path) else ""))
    size = frontend.samples
    try:
        sha256, samples = cache.load(path)
        check_length(len(samples), size, frontend.sample_rate)
    except CacheError:
        raise
    except Exception as error:  # whatever a decoder does: one file never ends a run
        return _Decoded(reason=_reason(error, path))
    begins = starts(len(samples), size)
    audible = tuple(n for n in begins if _peak(samples[n : n + size]) >= SILENT * FULL_SCALE)
    if not audible:
        return _Decoded(reason="silent: no clip in it peaks above -80 dB")
    return _Decoded(sha256, hashlib.sha256(samples.data).hexdigest(), audible)


def _reason(error: Exception, path: Path) -> str:
    if isinstance(error, MemoryError):
        return "needs more memory than there is; cut it into shorter files"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}"
    message = " ".join(str(error).replace(str(path), path.name).split())
    expected = isinstance(error, OSError | ValueError)
    return message if expected else f"cannot be decoded: {type(error).__name__} {message}".rstrip()


def _peak(samples: Int16[np.ndarray, " n"]) -> int:
    return max(int(samples.max()), -int(samples.min()))
