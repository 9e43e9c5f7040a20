"""The manifest: which clips a data set holds, cut from which files, on which side of the split.

A table with a row per clip that a person can read and a spreadsheet opens. Everything after it, the
loader, the training, the scores, takes its clips from here and from nowhere else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple, get_args

from auralise_jax.corpus.table import read_table, write_table
from auralise_jax.corpus.tree import NOT_SOUND, composed
from auralise_jax.files import write_whole
from auralise_jax.text import Rows, aligned, shorten

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
NO_SOUND = "no sound, by its ending"
_SKIPPED = "skipped"  # in the column of the split
_MAX_SHOWN = 8  # of the skipped files, in the table for a terminal
_HELD_OUT: tuple[Split, ...] = ("validation", "test")  # from training


class Row(NamedTuple):
    """One clip of a data set."""

    file: str
    """Relative to the folder, with forward slashes."""
    offset: float
    """Seconds into the file."""
    label: str
    """The clip's class."""
    group: str
    """Never split: all files of a group are on the same side."""
    split: Split
    sha256: str
    """Of the file's bytes."""
    sound: str = ""
    """SHA-256 of the decoded sound at the manifest's rate, whatever the file's format and tags."""


class Skipped(NamedTuple):
    """A file that gives no clip, and why."""

    file: str
    reason: str


def _is_no_sound_file(skipped: Skipped) -> bool:
    return PurePosixPath(skipped.file).suffix.lower() in NOT_SOUND


@dataclass(frozen=True)
class Manifest:
    """The clips of a data set.

    Parameters
    ----------
    rows : tuple of Row
        In the order of their files; the clips of one file follow each other.
    skipped : tuple of Skipped
        Files that gave no clips.
    sample_rate : int
        In hertz, at which the clips are kept.
    duration : float
        Of a clip, in seconds; a clip that its file cannot fill is padded with zeros.

    Examples
    --------
    >>> row = Row("ballad/one.wav", 4.0, "ballad", "ballad/one.wav", "train", "ab12")
    >>> Manifest((row,), (), 11025, 4.0).classes
    ('ballad',)
    """

    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...]
    sample_rate: int
    duration: float

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, sorted."""
        return tuple(sorted({row.label for row in self.rows}))

    def clips(self, split: Split | None = None) -> tuple[Row, ...]:
        """Return the clips of one side of the split, or all of them."""
        return tuple(row for row in self.rows if split in (None, row.split))

    def counts(self) -> dict[str, dict[str, tuple[int, int]]]:
        """Return {split: {class: (files, clips)}}."""
        clips = Counter((row.split, row.label) for row in self.rows)
        files = Counter(
            (split, label) for split, label, _ in {(r.split, r.label, r.file) for r in self.rows}
        )
        return {
            split: {name: (files[split, name], clips[split, name]) for name in self.classes}
            for split in SPLITS
        }

    def table(self) -> str:
        """Return the counts as text, for a terminal."""
        counts = self.counts()
        rows: Rows = [("class", *SPLITS)]
        for name in self.classes:
            cells = (
                f"{files} files, {clips} clips"
                for files, clips in (counts[split][name] for split in SPLITS)
            )
            rows.append((shorten(name, 40), *cells))
        lines = aligned(rows)
        if self.skipped:
            shown = sorted(self.skipped, key=_is_no_sound_file)[:_MAX_SHOWN]
            lines += ["", f"skipped: {len(self.skipped)}"]
            lines += [f"  {shorten(file, 40)}: {shorten(reason, 80)}" for file, reason in shown]
            if len(self.skipped) > _MAX_SHOWN:
                lines.append(f"  and {len(self.skipped) - _MAX_SHOWN} more, see the manifest")
        for split in ("validation", "test"):
            lacking = [name for name in self.classes if not counts[split][name][0]]
            if lacking and len(lacking) < len(self.classes):
                lines.append(
                    f"note: no {split} clips of {shorten(', '.join(lacking), 200)}: "
                    "too few files or sub-folders"
                )
        return "\n".join(lines)

    def write(self, path: str | Path) -> Path:
        """Write the table as CSV; skipped files stand at its end, with the reason in `split`.

        Raises
        ------
        OSError
            If the place cannot be written.
        """
        rows = [[row.file, f"{row.offset:.10g}", *row[2:], ""] for row in self.rows]
        for file, reason in self.skipped:
            rows.append([file, "", "", "", _SKIPPED, "", "", reason])
        path = Path(path)
        write_whole(path, write_table((*Row._fields, "note"), rows))
        return path


def read_hashes(path: Path) -> dict[str, str]:
    """Return {hash: split} of the files in a manifest, by the hash of the bytes and of the sound.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is no manifest, or a damaged one.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no manifest {path}")
    sides = {}
    complaint = "is not a manifest: it has no columns sha256 and split"
    for number, line in read_table(path, ("sha256", "split"), complaint, "surrogateescape"):
        split = line["split"]
        if split not in (*SPLITS, _SKIPPED):
            raise ValueError(
                f"{path} is damaged: line {number} has {shorten(split, 40)!r} for split, and it "
                f"must be one of {', '.join(SPLITS)}, {_SKIPPED}"
            )
        for key in ("sha256", "sound"):
            if line.get(key):
                sides[line[key]] = split
    return sides


def divide(
    labels: dict[str, str], groups: dict[str, str], seed: int, validation: float, test: float
) -> dict[str, Split]:
    """Put each file on a side of the split, whole groups at a time, class by class.

    Groups are dealt in an order that depends on their names and the seed only, so a file that is
    added later moves few others. The largest group of a class is for training; of the next two,
    where there are so many, one is for validation and one for test, small groups first where a
    large one would overshoot. Further groups follow while the fractions have room.

    Parameters
    ----------
    labels, groups : dict
        Class and group of each file.
    seed : int
        Shuffles.
    validation, test : float
        Fractions of each class's files, at least 0, together less than 1.

    Returns
    -------
    dict of str to Split
        The side of each file.
    """
    side: dict[str, Split] = {}
    for label in sorted(set(labels.values())):
        size = Counter(groups[file] for file, class_name in labels.items() if class_name == label)
        names = sorted(size, key=lambda name: _hash(f"{seed}:{name}"))
        # A group that spans classes stays where the first of them put it.
        undealt = [name for name in names if name not in side]
        if not any(side.get(name) == "train" for name in names):
            largest = max(undealt, key=size.__getitem__, default=None)
            if largest is not None:
                undealt.remove(largest)
                side[largest] = "train"
        quota: dict[Split, float] = {
            "validation": validation * size.total(),
            "test": test * size.total(),
        }
        for name in names:
            if side.get(name) in quota:
                quota[side[name]] -= size[name]
        for split in _HELD_OUT:  # one each, however large
            if undealt and quota[split] > 0 and not any(side.get(name) == split for name in names):
                chosen = next((n for n in undealt if size[n] <= 1.5 * quota[split]), None)
                _move(
                    chosen or min(undealt, key=size.__getitem__), split, undealt, side, quota, size
                )
        for split in _HELD_OUT:
            for name in list(undealt):
                if size[name] <= 1.5 * quota[split]:
                    _move(name, split, undealt, side, quota, size)
        side |= dict.fromkeys(undealt, "train")
    return {file: side[group] for file, group in groups.items()}


def _move(
    name: str,
    split: Split,
    undealt: list[str],
    side: dict[str, Split],
    quota: dict[Split, float],
    size: Counter[str],
) -> None:
    undealt.remove(name)
    side[name] = split
    quota[split] -= size[name]


def _hash(text: str) -> str:
    import hashlib

    return hashlib.sha256(composed(text).encode("utf-8", "backslashreplace")).hexdigest()


def label_numbers(rows: Iterable[Row], classes: tuple[str, ...]) -> list[int]:
    """Return the number of each clip's class."""
    numbers = {name: number for number, name in enumerate(classes)}
    return [numbers[row.label] for row in rows]
