"""Tables: text as it was, and HTML for notebooks."""

import copy
import pickle
from html.parser import HTMLParser

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

import auralise_jax as aj
from auralise_jax.text import aligned

ROWS = [("layer", "seen", "share"), ("conv1", "4 x 4", "12 %"), ("conv2", "10 x 10", "-")]


class Cells(HTMLParser):
    """Collects the text of every cell, and its style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.styles: list[str] = []
        self.tags: set[str] = set()
        self.open = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.open = tag in ("td", "th")
        if tag == "tr":
            self.rows.append([])
        if self.open:
            self.rows[-1].append("")
            self.styles.append(dict(attrs).get("style") or "")

    def handle_endtag(self, _: str) -> None:
        self.open = False

    def handle_data(self, data: str) -> None:
        if self.open:
            self.rows[-1][-1] += data


def test_numbers_are_rounded_and_what_is_undefined_is_a_dash() -> None:
    table = aj.Table(
        [
            {"who": "one", "float": 0.126, "single": np.float32(2.5), "whole": np.int64(7)},
            {"who": "two", "float": float("nan"), "single": -1.0, "whole": 12},
        ]
    )
    assert table.cells == [("one", "0.13", "2.50", "7"), ("two", "-", "-1.00", "12")]
    assert table.splitlines() == aligned([table.head, *table.cells])


def test_the_text_is_that_of_aligned_rows_and_lines_around_them() -> None:
    table = aj.Table.of_text(ROWS, left=2, above=["title"], notes=["", "a note"])
    assert table == "\n".join(["title", *aligned(ROWS, left=2), "", "a note"])
    assert isinstance(table, str)
    assert repr(table) == table


def test_chosen_columns_are_flush_left() -> None:
    table = aj.Table.of_text(ROWS, left=[0, 2])
    assert table.splitlines()[1:] == ["conv1    4 x 4  12 %", "conv2  10 x 10  -"]


def test_a_notebook_shows_the_same_cells_with_numbers_flush_right() -> None:
    table = aj.Table.of_text(ROWS, left=2)
    found = Cells(table._repr_html_())
    assert found.rows == [list(row) for row in ROWS]
    assert found.styles == ["text-align:left", "text-align:left", "text-align:right"] * 3
    shown, _ = DisplayFormatter().format(table)
    assert shown["text/html"] == table._repr_html_()
    assert shown["text/plain"] == str(table)


def test_whatever_stands_in_a_table_is_text() -> None:
    nasty = "<script>alert('&')</script>"
    table = aj.Table([{nasty: nasty}], notes=[nasty])
    html = table._repr_html_()
    assert Cells(html).rows == [[nasty], [nasty]]
    assert "script" not in Cells(html).tags


def test_rows_must_have_the_same_columns() -> None:
    with pytest.raises(ValueError, match="same columns: row 0 has a, b; row 1 has a"):
        aj.Table([{"a": 1, "b": 2}, {"a": 1}])
    with pytest.raises(ValueError, match="at least one row"):
        aj.Table([])


@pytest.mark.parametrize("again", [copy.deepcopy, lambda table: pickle.loads(pickle.dumps(table))])  # noqa: S301
def test_a_copy_is_a_table_too(again) -> None:
    table = aj.Table.of_text(ROWS, left=2, above=["title"], notes=["a note"])
    assert again(table)._repr_html_() == table._repr_html_()
    assert again(table) == table


def test_results_are_tables(tiny_heard: aj.Listening) -> None:
    found = aj.survey(tiny_heard, 1).table()
    assert len(found.cells) == min(10, tiny_heard.model.layers[0].features)
    assert found.notes
    assert found.endswith(found.notes[-1])
