"""The manifest: which clips a data set holds, cut from which files, on which side of the split.

A table of one row per clip that a person can read and a spreadsheet opens. Everything after it,
the loader, the training, the scores, takes its clips from here and from nowhere else.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from auralise_jax.audio.encode import write_whole

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)


class Row(NamedTuple):
    """One clip of a data set."""

    file: str
    """Relative to the folder, with forward slashes."""
    offset: float
    """Seconds into the file."""
    label: str
    """Its class."""
    group: str
    """What is never split: the files of one group stand on one side."""
    split: Split
    sha256: str
    """Of the file's bytes."""


class Skipped(NamedTuple):
    """A file that gives no clip, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class Manifest:
    """The clips of a data set.

    Parameters
    ----------
    rows : tuple of Row
        In the order of their files; the clips of one file follow each other.
    skipped : tuple of Skipped
        Files that gave none.
    sample_rate : int
        In hertz, at which the clips are kept.
    duration : float
        Seconds of a clip; one that its file cannot fill is padded with zeros.

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
        width = max(len(name) for name in (*self.classes, "class"))
        lines = [f"{'class':<{width}}" + "".join(f"{split:>22}" for split in SPLITS)]
        counts = self.counts()
        for name in self.classes:
            cells = (counts[split][name] for split in SPLITS)
            texts = (f"{files} files, {clips} clips" for files, clips in cells)
            lines.append(f"{name:<{width}}" + "".join(f"{text:>22}" for text in texts))
        if self.skipped:
            lines.append(f"skipped: {len(self.skipped)}, see the manifest for each")
        return "\n".join(lines)

    def write(self, path: str | Path) -> Path:
        """Write the table as CSV; skipped files stand at its end, with the reason in `split`.

        Raises
        ------
        OSError
            If the place cannot be written.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow((*Row._fields, "note"))
        for row in self.rows:
            writer.writerow((row.file, f"{row.offset:.6g}", *row[2:], ""))
        for file, reason in self.skipped:
            writer.writerow((file, "", "", "", "skipped", "", reason))
        path = Path(path)
        write_whole(path, text.getvalue().encode("utf-8", "surrogateescape"))
        return path


def read_hashes(path: Path) -> dict[str, str]:
    """Return {sha256: split} of the files in a manifest, or {} if there is no such file.

    Raises
    ------
    ValueError
        If the file is no manifest.
    """
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        lines = csv.DictReader(file)
        if not {"sha256", "split"} <= set(lines.fieldnames or ()):
            raise ValueError(f"{path} is not a manifest: it has no columns sha256 and split")
        return {line["sha256"]: line["split"] for line in lines if line["sha256"]}


def divide(
    labels: dict[str, str], groups: dict[str, str], seed: int, validation: float, test: float
) -> dict[str, Split]:
    """Put each file on a side of the split, whole groups at a time, class by class.

    Groups are dealt in an order that depends on their names and the seed only, so a file that is
    added later moves few others. A class of three groups or more has one at least on each side;
    of two, the second is for validation; one alone is for training.

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
        size = Counter(groups[file] for file, its in labels.items() if its == label)
        names = sorted(size, key=lambda name: _hash(f"{seed}:{name}"))
        wanted: dict[Split, int] = {
            "test": _quota(test, size.total(), len(size), least=3),
            "validation": _quota(validation, size.total(), len(size), least=2),
        }
        for name in names:  # a group that spans classes stays where the first class put it
            if name in side:
                wanted[side[name]] = wanted.get(side[name], 0) - size[name]
        for name in names:
            if name not in side:
                chosen: Split = next((s for s, count in wanted.items() if count > 0), "train")
                side[name] = chosen
                wanted[chosen] = wanted.get(chosen, 0) - size[name]
    return {file: side[group] for file, group in groups.items()}


def _quota(fraction: float, files: int, groups: int, least: int) -> int:
    return 0 if fraction == 0 or groups < least else max(1, round(fraction * files))


def _hash(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def label_numbers(rows: Iterable[Row], classes: tuple[str, ...]) -> list[int]:
    """Return the number of each clip's class."""
    numbers = {name: number for number, name in enumerate(classes)}
    return [numbers[row.label] for row in rows]
