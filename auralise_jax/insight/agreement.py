"""Agreement: what a class wrote about each feature, merged from the students' lists of marks."""

from __future__ import annotations

import hashlib
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from auralise_jax.corpus.tree import composed
from auralise_jax.insight.marks import MarkList, read_marks
from auralise_jax.insight.merged_marks import FeatureMarks, MergedMarks
from auralise_jax.insight.names_table import NamedFeature, read_names

if TYPE_CHECKING:
    from auralise_jax.insight.dissection import Dissection

MOST_FILES = 1_000


class _Given(NamedTuple):
    """A list, and the file that it comes from."""

    path: Path
    marks: MarkList


@dataclass
class _Found:
    """What was found about a feature; wordings by what they are compared by."""

    students: set[str] = field(default_factory=set)
    wordings: dict[str, str] = field(default_factory=dict)
    """As they were written first."""
    wrote: dict[str, set[str]] = field(default_factory=dict)
    """Who wrote each."""
    last: dict[str, str] = field(default_factory=dict)
    """What each student wrote last."""


def merge_marks(
    paths: Iterable[str | Path],
    dissection: Dissection | str | Path | None = None,
) -> MergedMarks:
    """Merge the lists of marks that the students of a class saved in their panels.

    A feature is described by what each student wrote about it; wordings count as the same if they
    differ in capitals and spaces only. Of a student who wrote about a feature more than once the
    last words count. Free words agree seldom: "kick" and "bass drum" are two wordings.

    Parameters
    ----------
    paths : iterable of str or Path
        Files of the format ``auralise-jax-marks/1``, at most 1,000. Lists that have the same
        student's name are one student's; a list without a name is that of a student of its own.
    dissection : Dissection, str or Path, optional
        What `dissect` found of the same model, or the table that `Dissection.save` wrote, to stand
        beside the students' words.

    Returns
    -------
    MergedMarks
        A list of rows (layer, feature, students, wrote, wording, agreement, words, name, ...), a
        row for each feature that was marked. ``.table()`` prints it, ``.save(path)`` writes it as
        CSV, HTML or JSON, ``.alpha`` is the agreement of all wordings, corrected for chance.

    Raises
    ------
    ValueError
        If no file is a list of marks, or `dissection` is no such table.
    OSError
        If a file cannot be read.

    Warns
    -----
    UserWarning
        If a file is left out, since it is no list of marks, has the marks of another model than
        most, or is the same as another; if a student has several lists; or if the dissection is of
        another model.

    Examples
    --------
    >>> import tempfile
    >>> from auralise_jax.insight import Mark, MarkList
    >>> folder = Path(tempfile.mkdtemp())
    >>> for student, words in (("Ada", "kick"), ("Ben", " Kick"), ("Cleo", "bass drum")):
    ...     marks = (Mark(3, 20, words),)
    ...     _ = MarkList("genre", "", student, marks).save(folder / f"{student}.json")
    >>> merged = merge_marks(sorted(folder.iterdir()))
    >>> merged[0].students, merged[0].wording, round(merged[0].agreement, 2), merged[0].words
    (3, 'kick', 0.67, 'kick (2); bass drum (1)')
    """
    named = tuple(map(Path, paths))
    if not named:
        raise ValueError("there must be at least one list of marks")
    if len(named) > MOST_FILES:
        raise ValueError(f"there must be at most {MOST_FILES:,} lists of marks, not {len(named):,}")
    names = _names(dissection)
    left_out: dict[str, str] = {}
    given = _of_one_model(_readable(named, left_out), left_out)
    for path, why in left_out.items():
        warnings.warn(f"left out {path}: {why}", stacklevel=2)
    by_student = _by_student(given)
    for student, several in by_student.items():
        if len(several) > 1:
            files = ", ".join(str(one.path) for one in several)
            warnings.warn(f"{student} has {len(several)} lists, merged: {files}", stacklevel=2)
    model, weights = given[0].marks.model, _weights_of(given)
    strange = sorted({one.model for one in names.values()} - {model})
    if strange:
        warnings.warn(
            f"the dissection is of {', '.join(strange)}, the marks are of {model}", stacklevel=2
        )
    found = _collect(by_student)
    rows = [_row(place, one, names) for place, one in sorted(found.items())]
    alpha = krippendorff([one.last.values() for one in found.values()])
    return MergedMarks(model, weights, tuple(by_student), rows, alpha, left_out, bool(names))


def krippendorff(units: Iterable[Iterable[str]]) -> float:
    """Return Krippendorff's alpha of nominal values: 1 agreement, 0 what chance gives.

    Parameters
    ----------
    units : iterable of iterables of str
        For each thing that was described, what each person said of it. Those that fewer than two
        described say nothing.

    Returns
    -------
    float
        NaN if nothing was described twice, or all said the same of everything: then chance cannot
        be told from agreement.

    References
    ----------
    Krippendorff 2011, "Computing Krippendorff's alpha-reliability".

    Examples
    --------
    >>> krippendorff([["kick", "kick"], ["voice", "voice"], ["noise"]])
    1.0
    """
    counted = [count for count in map(Counter, units) if count.total() > 1]
    every = sum(counted, Counter[str]())
    total = every.total()
    chance = total**2 - sum(count**2 for count in every.values())
    if not chance:
        return nan
    apart = sum(
        (one.total() ** 2 - sum(count**2 for count in one.values())) / (one.total() - 1)
        for one in counted
    )
    return 1 - (total - 1) * apart / chance


def same_words(words: str) -> str:
    """Return what wordings are compared by.

    Examples
    --------
    >>> same_words("Kick,  I think") == same_words("kick, i think")
    True
    """
    return composed(" ".join(words.split()).casefold())


def _names(given: Dissection | str | Path | None) -> dict[tuple[int, int], NamedFeature]:
    if given is None:
        return {}
    if isinstance(given, (str, Path)):
        return read_names(Path(given))
    return {
        key: NamedFeature(given.model, one.name, one.concept, one.auc)
        for key, one in given.names.items()
    }


def _readable(paths: Sequence[Path], left_out: dict[str, str]) -> list[_Given]:
    found, seen = [], dict[str, Path]()
    for path in paths:
        try:
            read = read_marks(path)
        except ValueError as error:
            left_out[str(path)] = str(error).removeprefix(f"{path}: ")
            continue
        key = hashlib.sha256(repr(read).encode()).hexdigest()
        if key in seen:
            same = "it is the same file" if path.samefile(seen[key]) else "it holds the same"
            left_out[str(path)] = f"{same} as {seen[key]}"
            continue
        seen[key] = path
        found.append(_Given(path, read))
    if not found:
        why = "; ".join(f"{path}: {words}" for path, words in list(left_out.items())[:3])
        raise ValueError(f"none of the files is a list of marks: {why}")
    return found


def _of_one_model(given: Sequence[_Given], left_out: dict[str, str]) -> list[_Given]:
    """Return the lists of the model that most have marks of; of two as often, of the first."""
    model = Counter(one.marks.model for one in given).most_common(1)[0][0]
    known = Counter(
        one.marks.weights for one in given if one.marks.model == model and one.marks.weights
    )
    weights = known.most_common(1)[0][0] if known else ""
    kept = []
    for one in given:
        if one.marks.model != model:
            left_out[str(one.path)] = (
                f"its marks are of the model {one.marks.model!r}, most are of {model!r}"
            )
        elif one.marks.weights not in ("", weights):
            left_out[str(one.path)] = (
                f"its marks are of a {model!r} with other weights, {one.marks.weights}, than most, "
                f"{weights}"
            )
        else:
            kept.append(one)
    return kept


def _weights_of(given: Sequence[_Given]) -> str:
    return next((one.marks.weights for one in given if one.marks.weights), "")


def _by_student(given: Sequence[_Given]) -> dict[str, list[_Given]]:
    """Return each student's lists; those without a name are called by their file."""
    names: dict[tuple[str, str], str] = {}
    lists: dict[str, list[_Given]] = {}
    for one in given:
        student = one.marks.student
        key = ("student", same_words(student)) if student else ("file", str(one.path))
        if key not in names:
            names[key] = student or f"no name, {one.path.name}"
            while names[key] in lists:  # in another folder, say
                names[key] += "'"
        lists.setdefault(names[key], []).append(one)
    return lists


def _collect(by_student: dict[str, list[_Given]]) -> dict[tuple[int, int], _Found]:
    found: dict[tuple[int, int], _Found] = {}
    for student, lists in by_student.items():
        for mark in (mark for one in lists for mark in one.marks.marks):
            feature = found.setdefault((mark.layer, mark.feature), _Found())
            feature.students.add(student)
            if mark.words:
                same = same_words(mark.words)
                feature.wordings.setdefault(same, mark.words)
                feature.last[student] = same
                feature.wrote.setdefault(same, set()).add(student)
    return found


def _row(
    place: tuple[int, int], found: _Found, names: dict[tuple[int, int], NamedFeature]
) -> FeatureMarks:
    votes = Counter(found.last.values())
    most, count = min(votes.items(), key=lambda one: (-one[1], one[0]), default=("", 0))
    counted = sorted(found.wrote.items(), key=lambda one: (-len(one[1]), one[0]))
    known = names.get(place)
    return FeatureMarks(
        *place,
        students=len(found.students),
        wrote=len(found.last),
        wording=found.wordings.get(most, ""),
        agreement=count / len(found.last) if found.last else nan,
        words="; ".join(f"{found.wordings[same]} ({len(who)})" for same, who in counted),
        name=known.name if known else "",
        concept=known.concept if known else "",
        auc=known.auc if known else nan,
    )
