"""A folder of music, a sub-folder per class, becomes a manifest of clips.

    music/ballad/one.mp3                    a file is a piece
    music/ballad/An Album/two.flac          files of one sub-folder belong together
    music/labels.csv                        or: columns file, class and, if known, group

The layout of GTZAN, and of FMA's tracks sorted by genre. What cannot be used is listed and
skipped, never fatal.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
from jaxtyping import Int16
from tqdm.auto import tqdm

from auralise_jax.audio import Frontend
from auralise_jax.learning.cache import FULL_SCALE, CacheError, SoundCache
from auralise_jax.learning.manifest import NO_SOUND, Manifest, Row, Skipped, divide

LABELS = "labels.csv"
SILENT = 1e-4
"""Peak re full scale, -80 dB, under which a file or a clip is silent."""
NOT_SOUND = frozenset(
    ".bmp .csv .cue .db .doc .docx .gif .htm .html .ini .ipynb .jpeg .jpg .json .log .m3u .m3u8 "
    ".md .nfo .npy .npz .pdf .pls .png .py .sfv .svg .tsv .txt .url .webp .xls .xlsx .xml .yaml "
    ".yml .zip .safetensors".split()
)


class _Found(NamedTuple):
    """A file that may be sound, and what its place says about it."""

    file: str
    label: str
    group: str


class _Heard(NamedTuple):
    """What decoding a file told: where its clips start, in samples, or why there are none."""

    sha256: str = ""
    sound: str = ""
    starts: tuple[int, ...] = ()
    reason: str = ""


def scan(
    folder: str | Path,
    frontend: Frontend,
    cache: SoundCache | None = None,
    *,
    validation: float = 0.1,
    test: float = 0.1,
    seed: int = 0,
    least: int = 2,
    progress: bool = True,
) -> Manifest:
    """Decode a folder of music into the cache and list its clips.

    Parameters
    ----------
    folder : str or Path
        One sub-folder per class, or a table ``labels.csv`` in it.
    frontend : Frontend
        Gives the sampling rate and the length of a clip. Clips follow each other without gap; a
        last one under half length is dropped, unless it is the only one.
    cache : SoundCache, optional
        Where decoded sound is kept; by default the user's cache folder.
    validation, test : float
        Fractions of each class's files, dealt by group, never by clip. A group is a sub-folder of
        a class (an album, an artist), a name in ``labels.csv``, or else the file itself.
    seed : int
        Of the split.
    least : int
        How many classes there must be.
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
        If the disk is full; what is cached by then stays good.

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
    found = list(_from_table(folder, skipped) if labelled else _from_tree(folder, skipped))
    if not found:
        raise ValueError(
            f"{folder} holds no sound in class folders; expected one sub-folder per class, such "
            f"as {folder.name or folder}/ballad/song.mp3, or a table {LABELS}"
        )

    def hear(one: _Found) -> _Heard:
        return _hear(folder / one.file, frontend, cache)

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = pool.map(hear, found)
        bar = tqdm(results, "reading", len(found), unit="file", disable=not progress)
        try:
            heard = dict(zip(found, bar, strict=True))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise

    first: dict[str, _Found] = {}
    usable: list[_Found] = []
    for one, its in heard.items():
        twin = first.setdefault(its.sound, one) if its.sound else one
        if its.reason:
            skipped.append(Skipped(one.file, its.reason))
        elif twin is not one:
            other = "" if twin.label == one.label else f", there of class {twin.label}"
            skipped.append(Skipped(one.file, f"the same sound as {twin.file}{other}"))
        else:
            usable.append(one)
    labels = {one.file: one.label for one in usable}
    _check_classes(folder, sorted(set(labels.values())), least, skipped)
    side = divide(labels, {one.file: one.group for one in usable}, seed, validation, test)
    rows = tuple(
        Row(
            one.file,
            start / frontend.sample_rate,
            one.label,
            one.group,
            side[one.file],
            heard[one].sha256,
            heard[one].sound,
        )
        for one in usable
        for start in heard[one].starts
    )
    return Manifest(rows, tuple(sorted(skipped)), frontend.sample_rate, frontend.duration)


def _check_classes(folder: Path, classes: list[str], least: int, skipped: list[Skipped]) -> None:
    if len(classes) >= least:
        return
    what = f"holds one class only, {classes[0]!r}" if classes else "holds no file that can be used"
    examples = "; ".join(f"{file}: {reason}" for file, reason in skipped[:3])
    raise ValueError(
        f"{folder} {what}; expected {least} classes or more, a sub-folder each"
        + (f". Skipped: {len(skipped)} ({examples})" if skipped else "")
    )


def walk(
    folder: Path, unreadable: Callable[[str, str], object]
) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yield each folder with the names of its folders and files, in order; see `os.walk`.

    Hidden folders are left out, links are followed once; `unreadable` is told the relative path of
    a folder that cannot be opened, and why.
    """

    def told(error: OSError) -> None:
        place = Path(error.filename).relative_to(folder).as_posix()
        unreadable(place, f"cannot be opened: {error.strerror}")

    been = set()
    for place, folders, files in os.walk(folder, followlinks=True, onerror=told):
        real = os.path.realpath(place)
        if real in been:  # a link that leads back
            folders.clear()
            continue
        been.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield Path(place), folders, sorted(files)


def _from_tree(folder: Path, skipped: list[Skipped]) -> Iterator[_Found]:
    for place, folders, files in walk(folder, lambda *told: skipped.append(Skipped(*told))):
        if not folders and not files and place != folder:
            skipped.append(Skipped(place.relative_to(folder).as_posix(), "an empty folder"))
        for name in files:
            if name.startswith("."):
                continue
            file = PurePosixPath((place / name).relative_to(folder).as_posix())
            if len(file.parts) == 1:
                skipped.append(Skipped(str(file), "stands in no class folder"))
            elif file.suffix.lower() in NOT_SOUND:
                skipped.append(Skipped(str(file), f"{NO_SOUND} {file.suffix}"))
            else:
                inside = len(file.parts) > 2
                group = "/".join(file.parts[:2]) if inside else str(file)
                yield _Found(str(file), file.parts[0], group)


def _from_table(folder: Path, skipped: list[Skipped]) -> Iterator[_Found]:
    path = folder / LABELS
    try:
        with path.open(encoding="utf-8-sig", newline="") as table:
            reader = csv.DictReader(table)
            names, lines = set(reader.fieldnames or ()), list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} cannot be read, save it as CSV in UTF-8: {error}") from None
    if not {"file", "class"} <= names:
        raise ValueError(f"{path} must have columns named file and class, and may have group")
    seen = set()
    for number, line in enumerate(lines, start=2):
        file, label = (line["file"] or "").strip(), (line["class"] or "").strip()
        place = PurePosixPath(file)
        if not file or not label or "\0" in file:
            skipped.append(Skipped(file or LABELS, f"line {number} lacks a file or a class"))
        elif place.is_absolute() or ".." in place.parts:
            skipped.append(Skipped(file, "lies outside of the folder"))
        elif file in seen:
            skipped.append(Skipped(file, f"listed again in line {number}"))
        else:
            seen.add(file)
            yield _Found(file, label, (line.get("group") or "").strip() or file)


def _hear(path: Path, frontend: Frontend, cache: SoundCache) -> _Heard:
    try:
        if not path.is_file():
            return _Heard(reason="there is no such file")
        sha256, samples = cache.take(path)
    except CacheError:
        raise
    except (OSError, ValueError) as error:
        return _Heard(reason=" ".join(str(error).replace(str(path), path.name).split()))
    size = frontend.samples
    if len(samples) < size / 2:
        seconds = len(samples) / frontend.sample_rate
        return _Heard(reason=f"too short: {seconds:.2f} s, under half of {frontend.duration:g} s")
    starts = [n for n in range(0, len(samples), size) if len(samples) - n >= size / 2]
    loud = tuple(n for n in starts if _peak(samples[n : n + size]) >= SILENT * FULL_SCALE)
    if not loud:
        return _Heard(reason="silent: no clip in it peaks above -80 dB")
    return _Heard(sha256, hashlib.sha256(samples.data).hexdigest(), loud)


def _peak(samples: Int16[np.ndarray, " n"]) -> int:
    return max(int(samples.max()), -int(samples.min()))
