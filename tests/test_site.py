"""The site's sources hold together: every page is listed, every link leads somewhere, all is here.

`python tools/build_site.py` builds the site, and reads what was built in the same way.
"""

import re
from pathlib import Path

import pytest
from site_links import Page, listed, problems, source_problems

import auralise_jax as aj

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
WHEEL = f"_static/auralise_jax-{aj.__version__}-py3-none-any"
MADE = {"_static/explore", WHEEL, "reference/commands"} | {
    f"course/{path.stem}" for path in (ROOT / "notebooks").glob("*.ipynb")
}


def test_every_page_is_listed_and_every_link_leads_somewhere() -> None:
    assert source_problems(DOCS, MADE, ROOT / "README.md") == []


def test_the_course_is_listed_in_its_order() -> None:
    assert [f"course/{name}" for name in listed(DOCS / "course" / "index.md")] == sorted(
        name for name in MADE if name.startswith("course/")
    )


def test_the_reference_has_every_public_name_once() -> None:
    pages = [path.read_text("utf-8") for path in (DOCS / "reference").glob("*.md")]
    found = re.findall(r"^## (\w+)$", "\n".join(pages), re.MULTILINE)
    assert sorted(found) == sorted(aj.__all__)


def test_nothing_comes_from_another_host() -> None:
    for path in DOCS.rglob("*"):
        text = path.read_text("utf-8") if path.suffix in (".css", ".js", ".svg", ".html") else ""
        assert not re.search(r"(?:src|href)=.?https?:|url\(.?https?:|@import|import\(", text), path


WELL = {
    "index.md": "# A page\n\n[on](b.md#and-more) [out](https://example.org)\n\n"
    "```{toctree}\n:hidden:\n\nb\nmade\n```\n",
    "b.md": "# B\n\n## And `more`\n\n[back](index.md) [made](made.md#anything)\n",
}


def write(folder: Path, pages: dict[str, str]) -> Path:
    for name, text in pages.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("b.md", "# B\n\n## And more\n\n[on](c.md)\n", "b.md: link to c.md, which is not there"),
        ("b.md", "# B\n", "index.md: link to b.md#and-more: the page has no such heading"),
        ("c.md", "# C\n", "c.md is in no toctree"),
        ("b.md", "## And more\n\n[on](chapter/a.md)\n", "b.md: link to chapter/a.md, which is no"),
        ("made.md", "![p](https://example.org/p.png)\n", "made.md: picture from another host, "),
        ("index.md", "```{toctree}\nb\nmade\nd\n```\n", "index.md: its toctree names d, which is"),
    ],
)
def test_sources_that_are_wrong_are_found(
    tmp_path: Path, name: str, text: str, problem: str
) -> None:
    (tmp_path / "chapter").mkdir()
    write(tmp_path / "chapter", {"a.md": "# A book of its own\n"})
    write(tmp_path, WELL)
    (tmp_path / "readme.txt").touch()
    assert source_problems(tmp_path, {"made"}, tmp_path / "readme.txt") == []
    write(tmp_path, {name: text})
    found = source_problems(tmp_path, {"made"}, tmp_path / "readme.txt")
    assert len(found) == 1
    assert found[0].startswith(problem)


BUILT = {
    "a.html": '<h1 id="top">A</h1><a href="b.html#more">b</a> <a href="https://example.org">out</a>'
    '<link rel="canonical" href="https://example.org/"><img src="data:,">',
    "b.html": '<h2 id="more">More</h2><a href="#more">up</a> <a href="a.html#layer=3">view</a>',
    "c.css": "a { background: url(d.png) }",
}


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("b.html", "<p>", "a.html: link to b.html#more: the page has no such place"),
        ("d.html", '<a href="e.html">', "d.html: link to e.html, which is not there"),
        ("d.html", '<a href="../e/">', "d.html: link to ../e/, which is not there"),
        ("d.html", '<script src="//example.org/x.js">', "d.html fetches //example.org/x.js"),
        ("d.html", '<p style="background: url(http://e.org/)">', "d.html fetches http://e.org/"),
        ("d.html", "<style>@import 'http://e.org/f.css'</style>", "d.html fetches http://e.org/f"),
        (
            "d.html",
            "<iframe srcdoc='&lt;img src=http://e.org/i.png>'></iframe>",
            "d.html fetches http://e.org/i.png",
        ),
        ("c.css", "@import url(https://e.org/f.css)", "c.css fetches https://e.org/f.css"),
    ],
)
def test_pages_that_are_wrong_are_found(tmp_path: Path, name: str, text: str, problem: str) -> None:
    write(tmp_path, BUILT)
    assert problems(tmp_path) == []
    write(tmp_path, {name: text})
    found = problems(tmp_path)
    assert len(found) == 1
    assert found[0].startswith(problem)


def test_a_link_that_leaves_the_site_is_found(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    write(tmp_path, {"outside.html": ""})
    write(tmp_path / "site", {"a.html": '<a href="../outside.html">'})
    assert problems(tmp_path / "site") == ["a.html: link to ../outside.html, outside of the site"]
    assert Page('<p id="x"><a name="y">').anchors == {"x", "y"}
