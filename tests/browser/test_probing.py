"""Probing: the heat map under pointer and keys, and the choice of a probe in a real JupyterLab."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from making import with_tensors
from matplotlib import colormaps
from panel import Panel
from playwright.sync_api import Locator, Page, expect
from servers import open_notebook, run_cell, serve_lab, write_notebook
from watched import Watched

import auralise_jax as aj
from auralise_jax.insight.attributes import attribute_correlations
from auralise_jax.probes.probes import chord_probes
from auralise_jax.widgets import probe, varied

GRID = (("sine", "piano"), ("Bb3", "A4"), ("major", "minor"))
NAMES = ("instrument", "key", "chord")
LAYERS, SHOWN = (1, 3), (3, 7, 12, 40)  # in the page
DEAD = 44  # in layer 1 of the page's network: it answers to nothing

CELLS = [
    f"from auralise_jax.widgets import probe, varied\nvaried.GRID = {GRID!r}\n"
    'panel = probe("genre", instrument="sine", layer=3, feature=7)\npanel',
    "def broken(*_):\n"
    '    raise OSError("no <b>soundfont</b>")\n'
    "\n"
    "from auralise_jax.widgets import probing\n"
    "play, probing.play = probing.play, broken",
    "probing.play = play",
    'print("heard", panel.heard.clip.title, panel.shot.title)',
    "panel.close()",
]


def compared(model: aj.Model) -> aj.insight.attribute_table.AttributeCorrelations:
    probes = chord_probes(instruments=GRID[0], keys=GRID[1], chords=GRID[2])
    clips, told = [one.clip for one in probes], [one.attributes for one in probes]
    return attribute_correlations(model, clips, told, "activation", layers=LAYERS)


def scores_of(found: aj.insight.attribute_table.AttributeCorrelations, layer: int) -> np.ndarray:
    """Return (mean, low, high, pairs) of every feature and attribute."""
    rows = [row for row in found.features if row.layer == layer]
    assert tuple(row.attribute for row in rows[:3]) == NAMES
    cells = [(row.mean, row.low, row.high, row.pairs) for row in rows]
    return np.array(cells).reshape(-1, 3, 4)


def network() -> aj.Model:
    """Return the shipped architecture with weights that no training changes, and a dead feature."""
    drawn = aj.random_model(aj.load_model("genre"), seed=0)
    bias = drawn.network.tensors["conv1.bias"].copy()
    bias[DEAD] = -1e6
    tensors = {**drawn.network.tensors, "conv1.bias": bias}
    return dataclasses.replace(with_tensors(drawn, tensors), name="genre", untrained=False)


@dataclass(frozen=True)
class Probed:
    """A page, and the figures that belong into it: {layer: (mean, low, high, pairs)}."""

    path: Path
    scores: dict[int, np.ndarray]
    control: dict[int, list[float]]


@pytest.fixture(scope="session")
def probed(tmp_path_factory: pytest.TempPathFactory) -> Probed:
    path = tmp_path_factory.mktemp("probing") / "probing.html"
    model = network()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(varied, "GRID", GRID)
        with probe(model, instrument="sine", layer=3, feature=7) as panel:
            panel.to_html(path, layers=LAYERS, features=SHOWN)
    found, control = compared(model), compared(aj.untrained(model))
    scores = {layer: scores_of(found, layer) for layer in LAYERS}
    means = {n: [row.mean for row in control if row.layer == n] for n in LAYERS}
    return Probed(path, scores, means)


class Heat:
    """The heat map, by what is on the screen."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.root = panel.root.get_by_role("region", name="Attributes")
        self.grid = self.root.get_by_role("grid")
        self.canvas = self.grid.locator("canvas")
        self.readout = self.root.locator(".auralise-heat-readout")
        self.sort = self.root.get_by_label("Sort by")

    @property
    def order(self) -> list[int]:
        """Features from left to right, band by band."""
        boxes = self.grid.locator(".auralise-heat-number").evaluate_all(
            "all => all.map((one) => { const { x, y, width } = one.getBoundingClientRect();"
            " return [Math.round(y), x + width / 2, +one.textContent]; })"
        )
        return [feature for *_, feature in sorted(boxes)]

    def place(self, feature: int, name: str) -> tuple[float, float]:
        """Where the middle of a cell is: over the feature's number, beside the attribute's name."""
        number = self.grid.locator(f".auralise-heat-number[data-feature='{feature}']")
        below = number.bounding_box()
        assert below is not None
        names = self.grid.locator(".auralise-heat-name", has_text=name).all()
        boxes = [box for one in names if (box := one.bounding_box())]
        # The band is the last whose names stand above the number.
        beside = max((b for b in boxes if b["y"] < below["y"]), key=lambda box: box["y"])
        return below["x"] + below["width"] / 2, beside["y"] + beside["height"] / 2

    def point(self, feature: int, name: str) -> None:
        self.grid.scroll_into_view_if_needed()
        self.panel.page.mouse.move(*self.place(feature, name))

    def click(self, feature: int, name: str) -> None:
        self.grid.scroll_into_view_if_needed()
        self.panel.page.mouse.click(*self.place(feature, name))

    def colour(self, feature: int, name: str) -> np.ndarray:
        """Red, green, blue of a cell, 0 to 255, left of its middle."""
        box = self.canvas.bounding_box()
        assert box is not None
        x, y = self.place(feature, name)
        found = self.canvas.evaluate(
            """(canvas, [x, y]) => [...canvas.getContext("2d").getImageData(
                 x * canvas.width, y * canvas.height, 1, 1).data]""",
            [(x - 4 - box["x"]) / box["width"], (y - box["y"]) / box["height"]],
        )
        assert found[3] == 255
        return np.array(found[:3])


@pytest.fixture
def panel(open_page: Callable[..., Panel], probed: Probed) -> Panel:
    return open_page(probed.path)


@pytest.fixture
def heat(panel: Panel) -> Heat:
    return Heat(panel)


def said(value: float) -> str:
    value = round(float(value), 4)  # as the page has it
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "\N{MINUS SIGN}")


def cell_words(scores: np.ndarray, feature: int, name: str) -> str:
    mean, low, high, pairs = scores[feature, NAMES.index(name)]
    return (
        f"feature {feature}, {name}: r = {said(mean)}, "
        f"95 % interval {said(low)} to {said(high)}, {pairs:.0f} pairs"
    )


@pytest.mark.parametrize("width", [390, 1280])
def test_a_cell_under_the_pointer_says_its_figures(
    open_page: Callable[..., Panel], probed: Probed, width: int
) -> None:
    heat = Heat(open_page(probed.path, viewport={"width": width, "height": 860}))
    scores = probed.scores[3]
    own = " \N{MIDDLE DOT} ".join(
        f"{name} {said(mean)} ({said(low)} to {said(high)})"
        for name, (mean, low, high, _) in zip(NAMES, scores[7], strict=True)
    )
    expect(heat.readout).to_have_text(f"feature 7: {own}")
    living = [k for k in range(64) if np.isfinite(scores[k]).all()]
    for feature in (living[0], living[len(living) // 2], living[-1]):
        for name in NAMES:
            heat.point(feature, name)
            expect(heat.readout).to_contain_text(cell_words(scores, feature, name))
    heat.panel.page.mouse.move(1, 1)
    expect(heat.readout).to_have_text(f"feature 7: {own}")


def test_colours_are_the_means(heat: Heat, probed: Probed) -> None:
    scores = probed.scores[3]
    for feature in range(0, 64, 9):
        for row, name in enumerate(NAMES):
            mean = scores[feature, row, 0]
            wanted = np.array(colormaps["viridis"](np.clip(mean, 0, 1))[:3]) * 255
            # The page has every 16th of matplotlib's colours, and straight lines between.
            assert np.abs(heat.colour(feature, name) - wanted).max() < 6


def test_dead_features_are_grey_and_say_so(panel: Panel, heat: Heat, probed: Probed) -> None:
    panel.layer.press("Home")
    panel.shows(1, 7)
    assert np.isnan(probed.scores[1][DEAD, :, 0]).all()
    assert heat.colour(DEAD, "key").tolist() == [140, 140, 140]
    heat.point(DEAD, "key")
    expect(heat.readout).to_contain_text(f"feature {DEAD}, key: no answer to compare")
    heat.sort.select_option("key")
    assert np.isnan(probed.scores[1][heat.order[-1], 1, 0])


@pytest.mark.parametrize("name", NAMES)
def test_sorted_the_most_alike_come_first(heat: Heat, probed: Probed, name: str) -> None:
    assert heat.order == list(range(64))
    heat.sort.select_option(name)
    means = probed.scores[3][:, NAMES.index(name), 0]
    order = heat.order
    assert sorted(order) == list(range(64))
    sorted_means = means[order]
    alive = np.isfinite(sorted_means)
    assert (np.diff(alive.astype(int)) <= 0).all()  # dead ones last
    assert (np.diff(sorted_means[alive]) <= 1e-4).all()  # the page has four figures
    heat.point(order[0], name)
    expect(heat.readout).to_contain_text(cell_words(probed.scores[3], order[0], name))
    heat.sort.select_option("number")
    assert heat.order == list(range(64))


def test_a_click_goes_to_the_feature_if_it_is_there(panel: Panel, heat: Heat) -> None:
    heat.click(40, "chord")
    panel.shows(3, 40)
    marked = heat.grid.locator(".auralise-heat-shown")
    expect(marked).to_have_text("40")
    heat.click(41, "chord")
    expect(heat.readout).to_contain_text("its picture is not in this page")
    panel.shows(3, 40)
    panel.feature.press("Home")  # the slider marks it too
    panel.shows(3, 3)
    expect(marked).to_have_text("3")


def test_keys_walk_features_and_attributes(panel: Panel, heat: Heat, probed: Probed) -> None:
    heat.sort.focus()
    panel.page.keyboard.press("Tab")
    expect(heat.grid).to_be_focused()

    def active() -> Locator:
        return panel.page.locator(f"#{heat.grid.get_attribute('aria-activedescendant')}")

    expect(active()).to_have_text(cell_words(probed.scores[3], 7, "instrument"))
    expect(active()).to_have_attribute("aria-selected", "true")
    panel.page.keyboard.press("ArrowDown")
    expect(active()).to_have_text(cell_words(probed.scores[3], 7, "key"))
    panel.page.keyboard.press("ArrowRight")
    panel.shows(3, 12)  # the next that is in this page
    expect(active()).to_have_text(cell_words(probed.scores[3], 12, "key"))
    panel.page.keyboard.press("End")
    panel.shows(3, 40)
    panel.page.keyboard.press("Shift+ArrowLeft")  # still the panel's: another layer
    panel.shows(1, 40)
    expect(active()).to_have_text(cell_words(probed.scores[1], 40, "key"))


def test_the_control_and_what_the_figures_are_stand_beside(heat: Heat, probed: Probed) -> None:
    told = ", ".join(
        f"{name} {said(mean)}" for name, mean in zip(NAMES, probed.control[3], strict=True)
    )
    expect(heat.root).to_contain_text(f"random weights: {told}")
    expect(heat.root).to_contain_text(re.compile(r"Pearson's r, by activation: 8 probes \("))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1920])
def test_it_fits_and_axe_has_nothing_against_it(
    open_page: Callable[..., Panel], probed: Probed, scheme: str, width: int
) -> None:
    panel = open_page(probed.path, color_scheme=scheme, viewport={"width": width, "height": 900})
    Heat(panel).grid.focus()
    wide = panel.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(panel.page, options={"runOnly": {"type": "tag", "values": tags}}).response
    assert [one["id"] for one in found["violations"]] == []


def test_the_page_says_which_probe(panel: Panel) -> None:
    expect(panel.root).to_have_accessible_name("Probing, genre / sine, Bb3, major")
    expect(panel.root.locator(".auralise-title")).to_have_text("genre / sine, Bb3, major")
    expect(panel.root.get_by_label("Instrument", exact=True)).to_have_count(0)
    (one,) = chord_probes(instruments=["sine"], keys=["Bb3"], chords=["major"])
    panel.a.check(force=True)
    panel.play.click()
    panel.wait("rms() > 1e-3")
    late = panel.hears(aj.listen(aj.load_model("genre"), one.clip).clip, 0.9)
    assert abs((late + 1) % 2 - 1) < 0.05  # after 2 s the probe repeats, r = .99


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "work").mkdir()
    write_notebook(tmp_path / "work" / "probing.ipynb", CELLS)
    with serve_lab(tmp_path) as address:
        yield address


def test_a_notebook(lab: str, new_page: Callable[..., Page], tmp_path: Path) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    watched = Watched(page)
    cells = open_notebook(page, lab, "probing.ipynb", len(CELLS))
    run_cell(page, cells.nth(0))
    panel = Panel(page)
    panel.shows(3, 7)
    heat = Heat(panel)
    model = aj.load_model("genre")

    def heard(*choice: str) -> aj.Listening:
        instrument, key, chord = choice
        (one,) = chord_probes(instruments=[instrument], keys=[key], chords=[chord])
        return aj.listen(model, one.clip)

    # Features of the shipped network that answer to the probes below, whatever its weights are.
    energy = [
        np.square(np.maximum(heard("strings", "A4", chord).project_layer(3), 0)).sum(axis=(1, 2))
        for chord in ("minor", "sus4")
    ]
    chosen, other = (int(k) for k in np.argsort(-np.prod(energy, axis=0))[:2])

    # The heat map comes by itself; so does the control.
    (control,) = (
        row.mean
        for row in compared(aj.untrained(model))
        if (row.layer, row.attribute) == (3, "instrument")
    )
    expect(heat.root).to_contain_text(f"random weights: instrument {said(control)}")
    heat.point(other, "chord")
    scores = scores_of(compared(model), 3)
    expect(heat.readout).to_have_text(cell_words(scores, other, "chord"))
    heat.click(chosen, "chord")
    panel.shows(3, chosen)

    # While it plays another probe is chosen: the sound goes on, and it is the new one.
    panel.a.check(force=True)
    panel.play.click()
    panel.wait("rms() > 1e-3")
    before = panel.zero()
    pictures = {panel.root.locator("[data-deck=a] canvas").evaluate("one => one.toDataURL()")}
    panel.root.get_by_label("Instrument", exact=True).select_option("strings")
    panel.root.get_by_label("Key", exact=True).select_option("A4")
    panel.root.get_by_label("Chord", exact=True).select_option("minor")
    assert abs(panel.hears(heard("strings", "A4", "minor").clip, 0.98)) < 0.05
    expect(panel.pause).to_be_visible()
    slip = (panel.zero() - before) / 4
    assert abs(slip - round(slip)) * 4 < 0.02  # one clock, all the time
    panel.b.check(force=True)
    own = heard("strings", "A4", "minor").project(3, chosen).auralise()
    assert abs(panel.hears(own, 0.98)) < 0.05
    pictures.add(panel.root.locator("[data-deck=a] canvas").evaluate("one => one.toDataURL()"))
    assert len(pictures) == 2
    run_cell(page, cells.nth(3))
    printed = cells.nth(3).locator(".jp-OutputArea-output")
    expect(printed).to_have_text(
        re.compile(f"heard strings, A4, minor feature 3-{chosen}, deconvnet")
    )

    # The line of code for this view.
    panel.root.get_by_role("button", name="Copy the address").click()
    expect(panel.root.get_by_role("status")).to_contain_text("copied")
    assert page.evaluate("navigator.clipboard.readText()") == (
        'import auralise_jax as aj; aj.probe("genre", instrument="strings", key="A4", '
        f'chord="minor", layer=3, feature={chosen}, rule="deconvnet")'
    )

    # A probe that cannot be played is told, as text, and taken back.
    run_cell(page, cells.nth(1))
    expect(cells.nth(1).locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]"))
    chord = panel.root.get_by_label("Chord", exact=True)
    chord.select_option("sus4")
    expect(panel.alert).to_contain_text("OSError: no <b>soundfont</b>")
    expect(chord).to_have_value("minor")
    run_cell(page, cells.nth(2))
    expect(cells.nth(2).locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]"))
    chord.select_option("sus4")
    expect(panel.alert).to_have_count(0)
    expect(panel.pause).to_be_visible()
    assert (
        abs(panel.hears(heard("strings", "A4", "sus4").project(3, chosen).auralise(), 0.98)) < 0.05
    )

    run_cell(page, cells.nth(4))
    expect(panel.root).to_have_count(0)
    assert page.evaluate("globalThis[Symbol.for('auralise.audio')].active") is None
    own_places = (lab, "data:", "blob:")
    assert [url for url in watched.requests if not url.startswith(own_places)] == []
    assert watched.problems == []
