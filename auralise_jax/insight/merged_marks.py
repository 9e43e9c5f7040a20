"""What a class wrote about each feature: a table to print, to calculate with, and to show."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import isnan
from pathlib import Path
from typing import NamedTuple

from auralise_jax.corpus.table import write_table
from auralise_jax.document import document
from auralise_jax.files import write_whole
from auralise_jax.languages import language, local, words
from auralise_jax.records import Records
from auralise_jax.text import Rows, aligned, shorten

FORMAT = "auralise-jax-merged-marks/1"
KINDS = (".csv", ".html", ".json")

_WIDEST_WORDS, _WIDEST_NAME = 56, 36
_FEATURES = "merged.feature", "merged.features"
_STUDENTS = "merged.student", "merged.students"
_COLUMNS = "merged.words", "merged.dissection", "merged.marked", "merged.wrote", "merged.agree"


class FeatureMarks(NamedTuple):
    """A feature that was marked.

    Attributes
    ----------
    layer, feature : int
        From 1 and from 0.
    students : int
        How many marked it.
    wrote : int
        How many of them wrote words about it.
    wording : str
        The most common last wording; of several that are as common the first by the alphabet.
    agreement : float
        Share of those who wrote that wrote this last, 0 to 1; not corrected for chance, and 1 if
        one student wrote alone; NaN if none wrote.
    words : str
        All wordings, each with the number of students who wrote it.
    name, concept : str
        The dissection's, such as ``"kick detector, AUC .93"`` and ``"kick"``; empty without.
    auc : float
        Of the concept; NaN without.
    """

    layer: int
    feature: int
    students: int
    wrote: int
    wording: str
    agreement: float
    words: str
    name: str
    concept: str
    auc: float


class MergedMarks(Records[FeatureMarks]):
    """The marks of a class, by feature; made by `merge_marks`. ``to_frame()`` gives a pandas table.

    Attributes
    ----------
    model, weights : str
        Whose features they are; see `MarkList`.
    students : tuple of str
        Those whose marks are in it; a list without a name is called by its file.
    alpha : float
        Krippendorff's alpha of the students' last wordings as nominal values, over all features
        that two or more described: 1 is agreement, 0 what chance would give; NaN where it is not
        defined, see `krippendorff`.
    left_out : dict of str to str
        Why files were left out.
    """

    def __init__(
        self,
        model: str,
        weights: str,
        students: Sequence[str],
        rows: Iterable[FeatureMarks],
        alpha: float,
        left_out: Mapping[str, str],
        dissected: bool,
    ) -> None:
        super().__init__(rows)
        self.model, self.weights, self.students = model, weights, tuple(students)
        self.alpha, self.left_out = alpha, dict(left_out)
        self._dissected = dissected

    def table(self) -> str:
        """Return a line for each feature, and how far the class agrees, as text."""
        rows: Rows = [tuple(self._header("en"))]
        for row in self:
            words = shorten(row.words, _WIDEST_WORDS) or "-"
            found = [shorten(self._found(row, "en"), _WIDEST_NAME)] if self._dissected else []
            counts = (str(row.students), str(row.wrote), _percent(row.agreement))
            rows.append((f"{row.layer}-{row.feature}", words, *found, *counts))
        lines = aligned(rows, left=3 if self._dissected else 2)
        return "\n".join([self._title("en"), "", *lines, "", *self._remarks("en")])

    def save(self, path: str | Path, *, lang: str | None = None) -> Path:
        """Write the table: CSV for spreadsheets, a page in HTML, or JSON for programs.

        Parameters
        ----------
        path : str or Path
            Ends in ``.csv``, ``.html`` or ``.json``; an existing file is replaced.
        lang : {"en", "de", "fr"}, optional
            Language of a page in HTML: English, German or French; by default that of
            `set_options`. The students' words are theirs, and why lists were left out is English.

        Raises
        ------
        ValueError
            If it ends otherwise, or the language is not legal.
        OSError
            If it cannot be written.
        """
        path = Path(path)
        check_kind(path)
        spoken, suffix = language(lang), path.suffix.lower()
        if suffix == ".html":
            made = self._html(spoken)
        else:
            made = self._csv() if suffix == ".csv" else self._json()
        write_whole(path, made)
        return path

    def _title(self, lang: str) -> str:
        return words(lang)["merged.title"].format(
            model=shorten(self.model, 60),
            features=_many(len(self), _FEATURES, lang),
            students=_many(len(self.students), _STUDENTS, lang),
        )

    def _header(self, lang: str) -> list[str]:
        column = words(lang)
        shown = [key for key in _COLUMNS if self._dissected or key != "merged.dissection"]
        return [column["row.feature"], *(column[key] for key in shown)]

    def _remarks(self, lang: str) -> list[str]:
        column, described = words(lang), sum(row.wrote > 1 for row in self)
        alpha = column["merged.alpha.same" if described else "merged.alpha.none"]
        if not isnan(self.alpha):
            alpha = column["merged.alpha"].format(
                alpha=local(f"{self.alpha:.2f}", lang), features=_many(described, _FEATURES, lang)
            )
        return [column["merged.agree.means"], alpha, column["merged.free"]]

    def _found(self, row: FeatureMarks, lang: str) -> str:
        column = words(lang)
        if not row.name:
            return column["merged.undissected"]
        if not isnan(row.auc) and "AUC" not in row.name:
            auc = local(f"{row.auc:.2f}", lang)
            return column["merged.nearest"].format(name=row.name, concept=row.concept, auc=auc)
        return row.name

    def _csv(self) -> bytes:
        def cells(row: FeatureMarks) -> list[str]:
            numbers = {
                name: "" if isinstance(value, float) and isnan(value) else f"{value:.6g}"
                for name, value in row._asdict().items()
                if isinstance(value, (int, float))
            }
            texts = {n: harmless(v) for n, v in row._asdict().items() if isinstance(v, str)}
            return [(numbers | texts)[name] for name in FeatureMarks._fields]

        return write_table(FeatureMarks._fields, map(cells, self))

    def _json(self) -> bytes:
        rows = [
            {n: None if isinstance(v, float) and isnan(v) else v for n, v in row._asdict().items()}
            for row in self
        ]
        whole = {
            "format": FORMAT,
            "model": self.model,
            "weights": self.weights,
            "students": self.students,
            "alpha": None if isnan(self.alpha) else self.alpha,
            "left_out": self.left_out,
            "features": rows,
        }
        return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()

    def _html(self, lang: str) -> bytes:
        column, lines = words(lang), []
        for row in self:
            cells = [f"<bdi>{escape(row.words)}</bdi>", *map(str, (row.students, row.wrote))]
            cells.append(_percent(row.agreement))
            if self._dissected:
                cells.insert(1, escape(self._found(row, lang)))
            place = f'<th scope="row">{row.layer}-{row.feature}</th>'
            lines.append(f"<tr>{place}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
        columns = "".join(f'<th scope="col">{name}</th>' for name in self._header(lang))
        students = ", ".join(f"<bdi>{escape(name)}</bdi>" for name in self.students)
        remarks = "".join(f"<p>{escape(line)}</p>" for line in self._remarks(lang))
        left = "".join(
            f"<li>{escape(file)}: {escape(why)}</li>" for file, why in self.left_out.items()
        )
        heading = column["merged.left"]
        left = left and f"<h2>{heading}</h2><ul lang='en'>{left}</ul>"
        title = self._title(lang)
        body = f"""<main>
<h1>{escape(title)}</h1>
<div class="wide" role="region" aria-label="{escape(column["marks.label"])}" tabindex="0">
<table><thead><tr>{columns}</tr></thead><tbody>
{chr(10).join(lines)}
</tbody></table></div>
{remarks}
<h2>{column["merged.who"]}</h2><p>{students}</p>
{left}
</main>"""
        made = document(title, body, script="", style=_STYLE, data="img-src data:", lang=lang)
        return made.encode("utf-8", "replace")


def check_kind(path: Path) -> None:
    """Raise ValueError if a merged table cannot be written under such a name."""
    if path.suffix.lower() not in KINDS:
        raise ValueError(f"the table must end in {', '.join(KINDS)}, not {path.name!r}")


def is_merged(path: Path) -> bool:
    """Whether a file is a table that `MergedMarks.save` wrote as JSON."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return FORMAT.encode() in file.read(100)


def harmless(text: str) -> str:
    """Return a text that a spreadsheet does not take for a formula: an apostrophe stands before it.

    Examples
    --------
    >>> harmless("kick"), harmless("=1+1")
    ('kick', "'=1+1")
    """
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _many(count: int, keys: tuple[str, str], lang: str) -> str:
    return words(lang)[keys[count != 1]].format(count=f"{count:,}" if lang == "en" else count)


def _percent(share: float) -> str:
    return "-" if isnan(share) else f"{100 * share:.0f} %"


_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; background: light-dark(#ffffff, #18171c); color: light-dark(#1d1b22, #eceaf0);
  font: 400 1rem/1.5 system-ui, "Segoe UI", "Helvetica Neue", "Liberation Sans", Arial,
  sans-serif; }
main { box-sizing: border-box; max-width: 70rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; }
.wide { overflow-x: auto; }
.wide:focus-visible { outline: 2px solid light-dark(#98307f, #fc9b74); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 0.35em 0.8em; text-align: left; vertical-align: top;
  border-bottom: 1px solid light-dark(#c9c6cf, #48454f); }
td { overflow-wrap: anywhere; }
td:nth-last-child(-n + 3), th:nth-last-child(-n + 3) { text-align: right; white-space: nowrap; }
td:nth-child(2) { min-width: 14rem; }
"""
