"""A panel in a site made by MyST: MyST builds the chapter, which is shown as its theme shows it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from computing import serve_folder, wav
from making import make_model, make_noise
from myst_host import write_site
from panel import Panel
from person import moves, plays, walks_the_wall
from playwright.sync_api import Page, expect
from watched import Watched
from written import NAUGHTY

import auralise_jax as aj

MYST = Path(__file__).parents[2] / "js" / "node_modules" / "mystmd" / "dist" / "myst.cjs"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A panel computed beforehand, its clip named in markup, and one that computes, in German."""
    folder = tmp_path_factory.mktemp("book")
    frontend = aj.Frontend(sample_rate=8000, n_fft=128, hop_length=64, duration=0.5)
    clip = aj.Clip(make_noise(0.5, 8000).samples, 8000, NAUGHTY)
    with aj.explore(make_model(frontend), clip, layer=2, feature=3) as panel:
        first = panel.to_myst(folder, name="first")
        live = panel.to_myst(folder, name="live", live=True, clips=[], lang="de")
    asked = first.directive.replace("\n", '\n{"layer": 3, "feature": 99}\n')
    (folder / "index.md").write_text(f"# A chapter\n\n{first}\n\n{asked}\n\n{live}\n", "utf-8")
    return folder


def built(book: Path, folder: Path) -> list[dict[str, Any]]:
    """Build a book with MyST, without a theme, which MyST would fetch; return its widgets."""
    node = shutil.which("node")
    if node is None or not MYST.exists():
        pytest.skip("MyST is not installed: npm ci in js/")
    made, theme = folder / "book", folder / "theme"
    shutil.copytree(book, made)
    theme.mkdir()
    (theme / "template.yml").write_text("jtex: v1\ntitle: none\nbuild:\n  start: 'true'\n", "utf-8")
    settings = {"version": 1, "project": {"title": "A book"}, "site": {"template": str(theme)}}
    (made / "myst.yml").write_text(json.dumps(settings), "utf-8")
    done = subprocess.run(
        [node, str(MYST), "build", "--site"], check=False, cwd=made, capture_output=True, text=True
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert not re.search(r"⚠|⛔|Cannot find asset", said), said

    def widgets(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if node.get("type") == "anywidget":
            yield node
        for child in node.get("children", ()):
            yield from widgets(child)

    (chapter,) = (made / "_build" / "site" / "content").glob("[!r]*.json")  # beside the README
    return list(widgets(json.loads(chapter.read_text("utf-8"))["mdast"]))


def shown(page: Page, address: str) -> list[Panel]:
    page.goto(f"{address}/site.html")
    page.wait_for_function("globalThis.shown")
    return [Panel(page, one) for one in page.locator(".auralise").all()]


def test_myst_finds_each_module_and_copies_it_whole(book: Path, tmp_path: Path) -> None:
    nodes = built(book, tmp_path)
    assert [node["model"] for node in nodes] == [{}, {"layer": 3, "feature": 99}, {}]
    for node, name in zip(nodes, ("first", "first", "live"), strict=True):
        copied = tmp_path / "book" / "_build" / "site" / "public" / node["esm"].lstrip("/")
        assert copied.read_bytes() == (book / f"{name}.mjs").read_bytes()


def test_the_chapter_to_copy_is_whole(tmp_path: Path) -> None:
    """Its directives name the modules that its command writes, and MyST knows all of its words."""
    copied = shutil.copytree(Path(__file__).parents[2] / "docs" / "chapter", tmp_path / "chapter")
    names = re.findall(r'name="(\w+)"', (copied / "make_panels.py").read_text("utf-8"))
    for name in names:
        (copied / f"{name}.mjs").write_text("export default {};", "utf-8")
    nodes = built(copied, tmp_path)
    found = [re.sub(r".*/([a-z]+)-.*", r"\1", node["esm"]) for node in nodes]
    assert found == names == ["bach", "rules", "own"]


def test_a_chapter_is_read(book: Path, page: Page, watched: Watched, tmp_path: Path) -> None:
    nodes = [
        {"esm": "./first.mjs", "model": {}},
        {"esm": "./first.mjs", "model": {"layer": 3, "feature": 99}},
    ]
    write_site(book / "site.html", nodes)
    with serve_folder(book) as address:
        first, second = shown(page, address)
        first.shows(2, 3)
        second.shows(3, 5)
        expect(second.root).to_contain_text(
            "this page does not hold feature 99; it shows feature 5"
        )
        moves(first)
        plays(first)
        walks_the_wall(first)
        expect(second.root).to_have_attribute("data-feature", "5")  # one module, two panels
        expect(first.root).to_contain_text(NAUGHTY)

        # It is dressed inside its shadow tree, and follows the site's button for light and dark.
        paper = "one => getComputedStyle(one).backgroundColor"
        light = first.root.evaluate(paper)
        page.evaluate("document.documentElement.className = 'dark'")
        expect(first.root).to_have_css("color-scheme", "dark")
        assert first.root.evaluate(paper) != light
        page.screenshot(path=tmp_path / "myst.png", full_page=True)

        # The reader goes to another chapter.
        page.evaluate("leave.forEach((one) => one())")
        expect(page.locator(".auralise")).to_have_count(0)
        own = {f"{address}/site.html", f"{address}/first.mjs"}
        assert {one for one in watched.requests if not one.startswith(("blob:", "data:"))} == own
        assert watched.problems == []


def test_a_module_computes(book: Path, page: Page, watched: Watched, tmp_path: Path) -> None:
    write_site(book / "site.html", [{"esm": "./live.mjs", "model": {}}])
    with serve_folder(book) as address:
        page.goto(f"{address}/site.html")
        page.wait_for_function("globalThis.shown")
        root = page.locator(".auralise")
        expect(root).to_have_attribute("data-feature", "3")
        expect(root.get_by_role("button", name="Wiedergabe")).to_be_visible()
        rule = root.get_by_label("Regel")
        if not rule.is_visible():
            root.get_by_role("button", name="Mehr").click()
        rule.select_option("guided")
        expect(root).to_have_attribute("data-rule", "guided")
        place = tmp_path / "mine.wav"
        place.write_bytes(wav(make_noise(0.7, 8000, seed=3).samples, 8000))
        root.locator("input[type=file]").set_input_files(place)
        expect(root.locator("option:checked", has_text="mine")).to_have_count(1)
        page.evaluate("leave.forEach((one) => one())")
        expect(root).to_have_count(0)
        assert watched.problems == []
