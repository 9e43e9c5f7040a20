"""Tables: what is written is read back, and what is damaged is said with its line."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auralise_jax.corpus.manifest import Manifest, Row, Skipped, read_hashes
from auralise_jax.corpus.table import read_table, write_table

odd = st.text(st.sampled_from("a\r\n\",;\t\0\x85\u2028\ufeff 'é🎻"), max_size=6)
texts = st.one_of(odd, st.text(max_size=20))  # every text that Unicode allows


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("table") / "t.csv"


def read(path, *columns):
    return list(read_table(path, columns, "lacks columns"))


@given(st.lists(st.tuples(texts, texts, texts), max_size=6))
def test_what_is_written_is_read_back(path, lines):
    path.write_bytes(write_table(("a", "b", "c"), lines))
    assert [tuple(line.values()) for _, line in read(path, "a", "b", "c")] == lines


@given(st.lists(st.tuples(texts, texts, texts, st.sampled_from(["train", "test"])), max_size=6))
def test_every_clip_of_a_manifest_is_known_again(path, its):
    rows = tuple(
        Row(file, float(n), label, group, split, f"bytes {n}", f"sound {n}")
        for n, (file, label, group, split) in enumerate(its)
    )
    skipped = tuple(Skipped(file, reason) for file, reason, *_ in its)
    Manifest(rows, skipped, 11025, 4.0).write(path)
    assert read_hashes(path) == {key: row.split for row in rows for key in (row.sha256, row.sound)}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", ["", "{}", "{0}{0}"])
def test_line_ends_marks_and_empty_lines_are_no_matter(path, end, mark, last):
    text = f"{mark}file,class{end}{end}a.wav,x{end}b.wav{last}".replace("{}", end)
    path.write_bytes(text.replace("{0}", end).encode())
    assert read(path, "file", "class") == [
        (3, {"file": "a.wav", "class": "x"}),
        (4, {"file": "b.wav", "class": ""}),
    ]


QUOTE = 'line 3 opens a quote, ", that is not closed'


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('a,b\n1,2\n"3,4\n5,6\n', QUOTE),
        ('a,b\n1,2\n"3,4\n5,6\n"7,8\n', QUOTE),
        ('a,b\n1,2\n3,"4\n5,6', QUOTE),
        ('a,b\n1,2\n"' + "3,4\n" * 50_000, QUOTE),
        ('a,b\n1,2\n"3"x,4\n', "line 3 is not CSV"),
        ("a,b\n" + "x" * 140_000, r"line 2 is not CSV \(field larger"),
        ("a;b\n1;2\n", "lacks columns"),
        ("", "lacks columns"),
        (b"a,b\n1,2\n3,caf\xe9\n", "line 3 is not UTF-8; save it as CSV in UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "line 1 is not UTF-8"),
    ],
)
def test_what_is_damaged_is_said_with_its_line(path, table, message):
    path.write_bytes(table if isinstance(table, bytes) else table.encode())
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))} .*{message}"):
        read(path, "a", "b")


def test_quotes_that_belong_to_a_text_are_no_matter(path):
    path.write_text('a,b\n5" disc,"two\nlines"\n"say ""yes""",x\n')
    assert read(path, "a", "b") == [
        (2, {"a": '5" disc', "b": "two\nlines"}),
        (4, {"a": 'say "yes"', "b": "x"}),
    ]


def test_what_is_no_text_is_escaped():
    assert write_table(["file"], [["caf\udce9.wav"]]) == b"file\r\ncaf\\udce9.wav\r\n"


@pytest.mark.parametrize("line", ['"a,0', "a,0,b", "a,0,b,g,half,1,2,"])
def test_a_damaged_manifest_is_refused(path, line):
    good = Manifest((Row("a.wav", 0.0, "a", "a.wav", "train", "1", "2"),), (), 11025, 4.0)
    with good.write(path).open("a") as file:
        file.write(line)
    with pytest.raises(
        ValueError, match=r"t\.csv (is damaged: line 3|cannot be read: line 3 opens)"
    ):
        read_hashes(path)


def test_a_manifest_with_bytes_that_are_no_text_is_read_as_before(path):
    path.write_bytes(b"file,split,sha256\ncaf\xe9.wav,test,12\n")
    assert read_hashes(path) == {"12": "test"}
