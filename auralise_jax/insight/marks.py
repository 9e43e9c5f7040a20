"""Marks: features that a student marked in a panel, in the student's words, and their files.

A file is JSON, ``auralise-jax-marks/1``; `docs/marks.md` describes it. Anybody may have written it,
so it is read strictly: types are exact, every length and number is bounded, and nothing in it is
run.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from auralise_jax.files import write_whole

FORMAT = "auralise-jax-marks/1"
"""What a file says it is."""

MOST_BYTES = 1_000_000
"""Of a file."""

MOST_MARKS = 500
"""Of a list."""

LONGEST_WORDS = 200
"""Characters of a student's words about a feature."""

LONGEST_STUDENT = 80
"""Characters of a student's name."""

LONGEST_NAME = 255
"""Characters of other names: models, clips, rules."""

_MOST_SECONDS = 1e6
_LAST_LAYER, _LAST_FEATURE = 9_999, 9_999_999
_DIGEST = 64
"""Characters of a SHA-256 in hexadecimal."""


class Mark(NamedTuple):
    """A feature that was marked.

    Attributes
    ----------
    layer, feature : int
        From 1 and from 0.
    words : str
        What the student wrote; empty if nothing.
    rule, resynthesis, position : str
        How the feature was projected and made audible, as in `explore`.
    clip : str
        Name of the clip that was heard.
    start : float
        Seconds into the clip where the model's window began.
    region : tuple of float, optional
        Loop region, first and last moment in seconds of the clip.
    """

    layer: int
    feature: int
    words: str = ""
    rule: str = "deconvnet"
    resynthesis: str = "phase"
    position: str = "all"
    clip: str = ""
    start: float = 0.0
    region: tuple[float, float] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the mark as files and panels have it."""
        return self._asdict() | {"region": None if self.region is None else list(self.region)}


class MarkList(NamedTuple):
    """The marks of a student.

    Attributes
    ----------
    model : str
        Name of the model whose features they are.
    weights : str
        First digits of the SHA-256 of its weights, which tell models of one name apart; empty if
        not known.
    student : str
        Empty if no name was given.
    marks : tuple of Mark
        In the order in which they were made.
    """

    model: str
    weights: str
    student: str
    marks: tuple[Mark, ...]

    def save(self, path: str | Path) -> Path:
        """Write the list as a file that `read_marks`, panels and ``auralise-jax merge`` read.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        marks = [mark.as_dict() for mark in self.marks]
        document = {"format": FORMAT, **self._asdict(), "marks": marks}
        text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
        write_whole(Path(path), f"{text}\n".encode())
        return Path(path)


def read_marks(path: str | Path) -> MarkList:
    """Read a list of marks that a panel saved.

    Parameters
    ----------
    path : str or Path
        JSON of the format ``auralise-jax-marks/1``, at most 1 MB.

    Raises
    ------
    ValueError
        If it is not such a file; the message says what is wrong, and in which mark.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "ada.json"
    >>> _ = MarkList("genre", "", "Ada", (Mark(3, 20, "kick, I think"),)).save(path)
    >>> read_marks(path).marks[0].words
    'kick, I think'
    """
    with Path(path).open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    try:
        if len(data) > MOST_BYTES:
            raise ValueError(f"more than {MOST_BYTES / 1e6:g} MB; a list of marks has less")
        return _list_of(_parsed(data))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def checked_marks(given: object) -> tuple[Mark, ...]:
    """Return marks that are given as mappings, or raise ValueError.

    Parameters
    ----------
    given : list of mapping
        Each has a ``"layer"`` and a ``"feature"``; the other fields of `Mark` may be left out.

    Examples
    --------
    >>> checked_marks([{"layer": 3, "feature": 20, "words": "kick"}])[0].rule
    'deconvnet'
    >>> checked_marks([{"layer": 3}])
    Traceback (most recent call last):
    ValueError: mark 1: feature must be a whole number from 0 to 9999999, not None
    """
    if not isinstance(given, (list, tuple)):
        raise ValueError(f"marks must be a list, not {_short(given)}")
    if len(given) > MOST_MARKS:
        raise ValueError(f"marks must be at most {MOST_MARKS}, not {len(given)}")
    found = []
    for number, one in enumerate(given, start=1):
        try:
            found.append(_mark_of(one))
        except ValueError as error:
            raise ValueError(f"mark {number}: {error}") from None
    return tuple(found)


def checked_student(given: object) -> str:
    """Return a student's name, or raise ValueError."""
    return _text("student", given, LONGEST_STUDENT)


def _list_of(document: object) -> MarkList:
    if not isinstance(document, dict) or not isinstance(document.get("format"), str):
        raise ValueError('not a list of marks: it does not say "format"')
    if document["format"] != FORMAT:
        said = _short(document["format"])
        raise ValueError(f"not a list of marks of the format {FORMAT}: it says {said}")
    _known(document, {"format", *MarkList._fields})
    weights = _text("weights", document.get("weights", ""), _DIGEST)
    if not set(weights) <= set("0123456789abcdef"):
        raise ValueError(f"weights must be hexadecimal, not {_short(weights)}")
    return MarkList(
        _text("model", document.get("model"), LONGEST_NAME),
        weights,
        checked_student(document.get("student", "")),
        checked_marks(document.get("marks")),
    )


def _mark_of(one: object) -> Mark:
    if isinstance(one, Mark):
        one = one.as_dict()
    if not isinstance(one, Mapping):
        raise ValueError(f"must be a mapping with layer and feature, not {_short(one)}")
    _known(one, set(Mark._fields))
    given = Mark(0, 0)._asdict() | dict(one)
    region = given["region"]
    if region is not None:
        if not isinstance(region, (list, tuple)) or len(region) != 2:
            raise ValueError(f"region must be two moments, not {_short(region)}")
        region = _seconds("region", region[0]), _seconds("region", region[1])
        if not region[0] < region[1]:
            raise ValueError("region must end after it begins")
    names = ("rule", "resynthesis", "position", "clip")
    return Mark(
        _whole("layer", one.get("layer"), 1, _LAST_LAYER),
        _whole("feature", one.get("feature"), 0, _LAST_FEATURE),
        _text("words", given["words"], LONGEST_WORDS),
        **{name: _text(name, given[name], LONGEST_NAME) for name in names},
        start=_seconds("start", given["start"]),
        region=region,
    )


def _parsed(data: bytes) -> object:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("a name stands twice in it")
        return dict(pairs)

    def refused(word: str) -> NoReturn:
        raise ValueError(f"{word} is no number of JSON")

    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=once, parse_constant=refused)
    except UnicodeDecodeError:
        raise ValueError("not JSON: it is no text in UTF-8") from None
    except RecursionError:
        raise ValueError("not a list of marks: it is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from None


def _known(given: Mapping[Any, Any], names: set[str]) -> None:
    if strange := set(given) - names:
        known = ", ".join(sorted(names))
        raise ValueError(f"{_short(min(map(str, strange)))} is not known, only {known}")


def _text(name: str, value: object, longest: int) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text, not {_short(value)}")
    if len(value) > longest:
        raise ValueError(f"{name} must have at most {longest} characters, not {len(value)}")
    text = " ".join(value.split())
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise ValueError(f"{name} must be printable, without control characters")
    return text


def _whole(name: str, value: object, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}, not {_short(value)}")
    return value


def _seconds(name: str, value: object) -> float:
    if type(value) not in (int, float) or not 0 <= value <= _MOST_SECONDS:  # type: ignore[operator]
        most = f"{_MOST_SECONDS:.0f}"
        raise ValueError(f"{name} must be seconds from 0 to {most}, not {_short(value)}")
    return float(value)  # type: ignore[arg-type]


def _short(value: object) -> str:
    """Return a value for a sentence: what is long is cut."""
    if type(value) is int and math.log10(abs(value) + 1) > 20:
        return "a number of more than 20 digits"
    text = ascii(value) if not isinstance(value, (list, dict, tuple)) else type(value).__name__
    return text if len(text) <= 60 else f"{text[:57]}..."
