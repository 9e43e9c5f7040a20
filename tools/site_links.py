"""What a site may not have: links that lead nowhere, and anything that comes from another host.

`problems` reads the built pages; `source_problems` reads Markdown, and needs no Sphinx.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

_FETCHED = {
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "img": ("src", "srcset"),
    "input": ("src",),
    "link": ("href",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "video": ("src", "poster"),
}
"""What a browser asks for by itself, by element."""

_NOT_FETCHED = {"canonical", "next", "prev", "search", "index", "author", "license", "help"}
"""Relations of a link element that only name something."""

_STYLE = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")


class Page(HTMLParser):
    """What a page links to, asks for, and can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.anchors: set[str] = set()
        self._style = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element's addresses and names."""
        found = {name: value or "" for name, value in attrs}
        self._style = tag == "style"
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag == "link" and _NOT_FETCHED & set(found.get("rel", "").lower().split()):
            return
        for name in _FETCHED.get(tag, ()):
            if name in found:
                parts = found[name].split(",") if name == "srcset" else [found[name]]
                self.fetched += [part.split()[0] for part in parts if part.strip()]
        self.fetched += in_style(found.get("style", ""))
        if "srcdoc" in found:  # a page in the page, with links and anchors of its own
            self.fetched += Page(found["srcdoc"]).fetched

    def handle_data(self, data: str) -> None:
        """Note what a style sheet asks for."""
        if self._style:
            self.fetched += in_style(data)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  # as HTMLParser calls it
        """Leave a style sheet."""
        self._style = False


def in_style(text: str) -> list[str]:
    """Return the addresses that a style sheet asks for.

    Examples
    --------
    >>> in_style("@import 'a.css'; b { background: url(https://example.org/c.png) }")
    ['a.css', 'https://example.org/c.png']
    """
    return [one or other for one, other in _STYLE.findall(text)]


def is_foreign(address: str) -> bool:
    """Return whether an address names another host.

    Examples
    --------
    >>> is_foreign("//example.org/a.js"), is_foreign("../a.js"), is_foreign("data:,")
    (True, False, False)
    """
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in ("", "data", "blob")


def problems(site: Path) -> list[str]:
    """Return what is wrong with built pages, a sentence each.

    Every page under `site` is read. Links to other hosts are left to Sphinx's linkcheck.
    """
    site = site.resolve()
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    found = [f"there are no pages in {site.name}"] if not pages else []
    for path, page in pages.items():
        name = path.relative_to(site)
        found += [f"{name} fetches {one[:120]}" for one in page.fetched if is_foreign(one)]
        for link in (*page.links, *page.fetched):
            if is_foreign(link) or link.startswith(("data:", "blob:")):
                continue
            found += [f"{name}: {why}" for why in _missing(path, link, site, pages)]
    for path in sorted(site.rglob("*.css")):
        fetched = in_style(path.read_text("utf-8"))
        found += [f"{path.relative_to(site)} fetches {one}" for one in fetched if is_foreign(one)]
    return sorted(set(found))


def _missing(path: Path, link: str, site: Path, pages: dict[Path, Page]) -> Iterator[str]:
    parts = urlsplit(link)
    place = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if place.is_dir():
        place /= "index.html"
    if not place.exists():
        yield f"link to {link}, which is not there"
    elif site not in place.parents:
        yield f"link to {link}, outside of the site"
    elif parts.fragment and place in pages and "=" not in parts.fragment:  # a panel's view has "="
        known = unquote(parts.fragment) in pages[place].anchors
        yield from () if known else (f"link to {link}: the page has no such place",)


_MARKDOWN = MarkdownIt("commonmark").enable("table")


def words_of(heading: str) -> str:
    """Return the anchor of a heading, as GitHub and MyST make it.

    Examples
    --------
    >>> words_of("What was tried, and `what` was not")
    'what-was-tried-and-what-was-not'
    """
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip().replace(" ", "-")


def _tokens(path: Path) -> tuple[list[str], list[str], set[str]]:
    """Return links, images and anchors of a Markdown file."""
    text = re.sub(r"\A---\n.*?\n---\n", "", path.read_text("utf-8"), flags=re.DOTALL)
    links, images = [], []
    anchors = set(re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE))
    parsed = _MARKDOWN.parse(text)
    for before, token in zip([None, *parsed], parsed, strict=False):
        if before is not None and before.type == "heading_open":
            anchors.add(words_of(token.content))
        for child in token.children or ():
            if child.type == "link_open":
                links.append(str(child.attrs["href"]))
            elif child.type == "image":
                images.append(str(child.attrs["src"]))
    return links, images, anchors


def listed(path: Path) -> list[str]:
    """Return the pages in the toctrees of a Markdown file, as they stand there."""
    found = []
    for block in re.findall(r"^```\{toctree\}\n(.*?)^```", path.read_text("utf-8"), re.M | re.S):
        lines = [line.strip() for line in block.splitlines()]
        found += [
            re.sub(r".*<(.+)>$", r"\1", line) for line in lines if line and not line.startswith(":")
        ]
    return found


def source_problems(docs: Path, made: set[str], readme: Path) -> list[str]:
    """Return what is wrong with the sources of the site, a sentence each.

    Parameters
    ----------
    docs : Path
        Their folder.
    made : set of str
        Pages that the build adds, by their paths in `docs` without the ending.
    readme : Path
        Another file, the links of which into `docs` are followed, too.
    """
    # `chapter` is a book of its own, to copy.
    pages = [one for one in sorted(docs.rglob("*.md")) if one.parent.name != "chapter"]
    read = {path.resolve(): _tokens(path) for path in (*pages, readme)}
    found, in_a_toctree = [], {"index"}
    for path in pages:
        for entry in listed(path):
            where = (path.parent / entry).resolve().relative_to(docs.resolve()).as_posix()
            in_a_toctree.add(where)
            if where not in made and not (docs / f"{where}.md").exists():
                found.append(f"{path.name}: its toctree names {entry}, which is not there")
    for path in pages:
        name = path.relative_to(docs).with_suffix("").as_posix()
        if name not in in_a_toctree:
            found.append(f"{path.name} is in no toctree")
    for path, (links, images, _) in read.items():
        found += [
            f"{path.name}: picture from another host, {one}" for one in images if is_foreign(one)
        ]
        for link in (*links, *images):
            parts = urlsplit(link)
            if is_foreign(link):
                continue
            place = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            inside = place.is_relative_to(docs.resolve())
            made_name = (
                place.relative_to(docs.resolve()).with_suffix("").as_posix() if inside else ""
            )
            if made_name in made:
                continue
            if not place.exists():
                found.append(f"{path.name}: link to {link}, which is not there")
            elif path != readme.resolve() and place.suffix == ".md" and place not in read:
                found.append(f"{path.name}: link to {link}, which is no page of the site")
            elif parts.fragment and place in read and parts.fragment not in read[place][2]:
                found.append(f"{path.name}: link to {link}: the page has no such heading")
    return found
