"""The site of an atlas, opened from a disk: searched, walked through, seen and heard."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from making import make_model, make_noise
from playwright.sync_api import Locator, Page, expect
from watched import Watched

import auralise_jax as aj
from auralise_jax.atlas import Atlas, atlas
from auralise_jax.atlas.feature_page import signed
from auralise_jax.atlas.index_page import cover

pytest.importorskip("pyarrow")

NAUGHTY = "<script>alert(1)<.wav"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """Two layers, files with markup in their names, a feature that never answers, and notes."""
    folder = tmp_path_factory.mktemp("site")
    front = aj.Frontend(sample_rate=8000, n_fft=128, hop_length=64, duration=1.0)
    model = make_model(front, features=(4, 3), dense=())
    model.network.tensors["conv2.bias"][1] = -1e6
    (folder / "music" / "album").mkdir(parents=True)
    for number in range(5):
        make_noise(2.2, 8000, number).save(folder / "music" / "album" / f"piece {number}.wav")
    make_noise(3.0, 8000, 9).save(folder / "music" / NAUGHTY)
    (folder / "music" / "bad.mp3").write_bytes(b"")
    notes = {(1, 2): {"name": "onset <b>detector</b>", "AUC": ".93"}}
    return atlas(folder / "music", folder / "atlas", model, notes=notes, progress=False)


@pytest.fixture
def opened(request: pytest.FixtureRequest, made: Atlas) -> Iterator[Callable[..., Page]]:
    """Open a page of the site; nothing but pages may have been asked for, and none had errors."""
    new_page = request.getfixturevalue(getattr(request, "param", "new_page"))
    pages = []

    def opened(name: str = "index", **options: object) -> Page:
        page = new_page(**options)
        pages.append(Watched(page))
        page.goto((made.folder / f"{name}.html").as_uri())
        return page

    yield opened
    for watched in pages:
        assert watched.problems == []
        asked = {url for url in watched.requests if not url.startswith("data:")}
        assert all(re.fullmatch(r"file://.*/atlas/[\w/-]*\.html", url) for url in asked)


in_both = pytest.mark.parametrize("opened", ["new_page", "new_fox_page"], indirect=True)


def lines(page: Page) -> list[str]:
    """The features that are listed, in order."""
    return page.locator("#features > li:visible a").all_inner_texts()


@in_both
def test_features_are_found_by_number_file_and_word(opened, made: Atlas) -> None:
    page = opened()
    every = [one.name for one in made.features]
    assert lines(page) == every
    search = page.get_by_role("searchbox", name="Search")
    found = page.get_by_role("status")
    for words, wanted in (
        ("1-2", ["1-2"]),
        ("ONSET", ["1-2"]),
        (".93", ["1-2"]),
        ("onset 2-1", []),
        ("conv2", ["2-0", "2-1", "2-2"]),
        ("dead", ["2-1"]),
    ):
        search.fill(words)
        assert lines(page) == wanted
        expect(found).to_have_text(f"{len(wanted)} feature{'s' * (len(wanted) != 1)}")
    search.fill("piece 3")
    with_it = [f.name for f in made.features if any("piece 3" in e.file for e in f.excerpts)]
    assert lines(page) == with_it
    search.fill("<script>")
    assert "1-0" in lines(page)
    search.fill("")
    page.get_by_role("combobox", name="Layer").select_option("2")
    assert lines(page) == ["2-0", "2-1", "2-2"]


@in_both
def test_features_are_sorted(opened, made: Atlas) -> None:
    page = opened()
    order = page.get_by_role("combobox", name="Sort by")
    order.select_option("response, strongest first")
    by_mean = sorted(made.features, key=lambda one: -one.mean)
    assert lines(page) == [one.name for one in by_mean]
    order.select_option("layer and number")
    assert lines(page) == [one.name for one in made.features]


def test_skipped_files_are_told(opened) -> None:
    page = opened()
    page.get_by_text("1 file was skipped").click()
    expect(page.get_by_text("bad.mp3: bad.mp3 is empty (0 bytes)")).to_be_visible()


@in_both
def test_one_goes_from_feature_to_feature(opened, made: Atlas) -> None:
    page = opened()
    page.get_by_role("link", name="1-2", exact=True).click()

    def arrives(text: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(text)
        page.wait_for_load_state()  # its script listens to keys

    arrives("Feature 1-2 onset <b>detector</b>")
    page.get_by_role("link", name="Next 1-3").click()
    arrives("Feature 1-3")
    page.keyboard.press("ArrowRight")
    arrives("Feature 2-0")
    page.keyboard.press("ArrowLeft")
    arrives("Feature 1-3")
    page.keyboard.press("ArrowLeft")
    arrives("Feature 1-2 onset <b>detector</b>")
    near = made.feature(1, 2).neighbours[0][0]
    page.get_by_role("link", name=f"1-{near}", exact=True).first.click()
    arrives(f"Feature 1-{near}")
    page.get_by_role("link", name="All features").click()
    expect(page.get_by_role("searchbox", name="Search")).to_be_visible()


def test_a_feature_that_never_answers_says_so(opened) -> None:
    page = opened("features/2-1")
    expect(page.get_by_text("responds nowhere in this corpus")).to_be_visible()
    expect(page.locator("audio")).to_have_count(0)


@in_both
def test_excerpts_are_seen_and_heard_one_at_a_time(opened, made: Atlas) -> None:
    page = opened("features/1-2")
    feature = made.feature(1, 2)
    items = page.locator(".excerpt")
    expect(items).to_have_count(9)
    for number, excerpt in enumerate(feature.excerpts):
        item = items.nth(number)
        expect(item).to_contain_text(excerpt.file.rpartition("/")[2])
        expect(item).to_contain_text(f"{excerpt.low_hz:.0f}–{excerpt.high_hz:.0f} Hz")
        for word in ("source", "feature"):
            expect(item.get_by_role("img", name=f"Spectrogram, {word} of excerpt")).to_be_visible()
    sizes = page.evaluate(
        """Promise.all([...document.querySelectorAll("image")].map(async (one) => {
          const image = new Image();
          image.src = one.getAttribute("href");
          await image.decode();
          return [image.naturalWidth, image.naturalHeight];
        }))"""
    )
    assert len(sizes) == 18
    # The window of this model is a second; a file may begin or end in it. A quarter of the band.
    assert all(60 < width <= 126 and height == 17 for width, height in sizes)

    players = page.locator("audio")
    expect(players).to_have_count(18)
    assert re.match(r"Source of excerpt 1, 0:0", players.nth(0).get_attribute("aria-label"))
    page.evaluate(
        """async () => {
          const [one, two] = document.querySelectorAll("audio");
          one.loop = two.loop = true;
          await one.play();
          await two.play();
        }"""
    )
    assert page.evaluate("[...document.querySelectorAll('audio')].map((one) => one.paused)") == [
        True,
        False,
        *[True] * 16,
    ]
    best, whole = feature.excerpts[0], {row["file"]: row["seconds"] for row in made.files}
    begin = max(best.window_start, best.start - 1)
    last = min(best.window_start + 1, best.end + 1, whole[best.file]) - begin
    assert page.evaluate("document.querySelectorAll('audio')[1].duration") == pytest.approx(
        last,
        abs=0.05,  # the last Vorbis block counts whole
    )
    # A line goes through the picture that sounds, and through no other.
    lines = page.locator("line.head[visibility=visible]")
    expect(lines).to_have_count(1)
    assert page.evaluate(
        """document.querySelector("line.head[visibility=visible]").closest("figure")
             === document.querySelectorAll("audio")[1].parentElement"""
    )


WATCH = """() => {
  globalThis.sounds = [];
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    this.loop = true;  // so that a sound is on until it is stopped
    sounds.includes(this) || sounds.push(this);
    return globalThis.refused ? Promise.reject(new DOMException("", refused)) : play.call(this);
  };
}"""

ON = "() => sounds.filter((sound) => !sound.paused).length"


def card(page: Page, name: str) -> Locator:
    return page.locator(".card").filter(has=page.get_by_role("link", name=name, exact=True))


def test_pictures_play_under_the_pointer_and_the_keyboard(opened, made: Atlas) -> None:
    page = opened()
    page.evaluate(WATCH)
    playing = page.locator(".card.playing")
    card(page, "1-2").hover()
    expect(playing).to_have_count(1)
    expect(card(page, "1-2")).to_have_class(re.compile("playing"))
    assert page.evaluate(ON) == 1
    card(page, "1-3").hover()
    expect(card(page, "1-3")).to_have_class(re.compile("playing"))
    expect(playing).to_have_count(1)
    assert page.evaluate(ON) == 1
    page.get_by_role("heading", level=1).hover()
    expect(playing).to_have_count(0)
    assert page.evaluate(ON) == 0

    page.get_by_role("link", name="1-0", exact=True).focus()
    expect(card(page, "1-0")).to_have_class(re.compile("playing"))
    page.keyboard.press("Tab")
    expect(card(page, "1-1")).to_have_class(re.compile("playing"))
    expect(playing).to_have_count(1)
    page.keyboard.press("Escape")
    expect(playing).to_have_count(0)
    assert page.evaluate(ON) == 0

    # What is filtered away falls silent; what responds nowhere has nothing to play.
    page.get_by_role("link", name="1-0", exact=True).focus()
    expect(playing).to_have_count(1)
    page.evaluate("() => { words.value = '2-1'; words.dispatchEvent(new Event('input')); }")
    expect(playing).to_have_count(0)
    card(page, "2-1").hover()
    expect(card(page, "2-1")).to_contain_text("Responds nowhere")
    assert page.evaluate(ON) == 0


def test_the_pointer_plays_nothing_where_that_is_switched_off(opened) -> None:
    page = opened()
    page.evaluate(WATCH)
    page.get_by_role("checkbox", name="Play under the pointer").uncheck()
    page.get_by_role("link", name="1-0", exact=True).focus()
    card(page, "1-2").hover()
    card(page, "1-2").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Feature 1-2")


@pytest.mark.parametrize(
    ("error", "words"),
    [("NotAllowedError", "before a first click or key"), ("NotSupportedError", "cannot play Ogg")],
)
def test_sound_that_a_browser_refuses_is_said(opened, error: str, words: str) -> None:
    page = opened()
    page.evaluate(WATCH)
    page.evaluate("(error) => { globalThis.refused = error; }", error)
    card(page, "1-2").hover()
    said = page.locator("#said")
    expect(said).to_contain_text(words)
    expect(page.locator(".card.playing")).to_have_count(0)
    page.evaluate("() => { globalThis.refused = null; }")
    page.keyboard.press("Shift")  # a first key lets it through
    expect(card(page, "1-2")).to_have_class(re.compile("playing"))
    expect(said).to_be_empty()


def test_every_picture_has_a_name_and_a_sound_of_the_strongest_excerpt(opened, made: Atlas) -> None:
    page = opened()
    for feature in made.features:
        if feature.dead:
            continue
        best = next((one for one in feature.excerpts if not one.edge), feature.excerpts[0])
        name = f"Spectrogram of what {feature.name} responded to in {best.file}"
        shown = card(page, feature.name)
        expect(shown.get_by_role("img", name=name)).to_be_visible()
        text = (made.folder / "features" / f"{feature.name}.html").read_text("utf-8")
        assert f"base64,{shown.get_attribute('data-sound')}" in text


def test_names_with_markup_are_text(opened, made: Atlas) -> None:
    name = next(one.name for one in made.features if any(e.file == NAUGHTY for e in one.excerpts))
    page = opened(f"features/{name}")
    expect(page.get_by_text(NAUGHTY).first).to_be_visible()
    assert page.locator("script").count() == 1


def test_its_policy_lets_nothing_out(new_page: Callable[..., Page], made: Atlas) -> None:
    page = new_page()
    page.goto(made.page.as_uri())
    ran = page.evaluate(
        """async () => {
          const image = new Image();
          const seen = new Promise((done) => { image.onload = done; image.onerror = done; });
          globalThis.refused = [];
          addEventListener("securitypolicyviolation", (e) => refused.push(e.effectiveDirective));
          image.src = "https://example.org/a.png";
          await seen;
          await fetch("https://example.org/").catch(() => {});
          const script = document.createElement("script");
          script.textContent = "globalThis.ran = true";
          document.body.append(script);
          await new Promise(requestAnimationFrame);
          return Boolean(globalThis.ran);
        }"""
    )
    assert ran is False
    # The browser reports a refusal some time after it.
    page.wait_for_function("refused.includes('img-src') && refused.includes('connect-src')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index", "features/1-2"])
@pytest.mark.parametrize("width", [320, 1280])
def test_it_can_be_read_by_everyone(opened, scheme: str, name: str, width: int) -> None:
    page = opened(name, color_scheme=scheme, viewport={"width": width, "height": 800})
    # Pages do not scroll sideways.
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_site_may_be_moved(opened, made: Atlas, tmp_path: Path) -> None:
    shutil.copytree(made.folder / "features", tmp_path / "atlas" / "features")
    shutil.copy(made.page, tmp_path / "atlas")
    page = opened()
    page.goto((tmp_path / "atlas" / "index.html").as_uri())
    page.get_by_role("link", name="1-0", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Feature 1-0")
    expect(page.locator(".excerpt")).to_have_count(len(made.feature(1, 0).excerpts))


@pytest.fixture(scope="session")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """An atlas whose excerpts are ranked by effect, of classes with markup in their names."""
    folder = tmp_path_factory.mktemp("effects")
    (folder / "music").mkdir()
    for number in range(3):
        make_noise(1.0, seed=number).save(folder / "music" / f"{number}.wav")
    model = dataclasses.replace(make_model(), classes=("<b>slow</b>", "fast", "none"))
    return atlas(
        folder / "music", folder / "atlas", model, excerpts=2, rank="effect", progress=False
    )


def test_effects_are_said_beside_each_excerpt_and_sorted_by(opened, ranked: Atlas) -> None:
    page = opened()
    page.goto(ranked.page.as_uri())
    page.get_by_role("combobox", name="Sort by").select_option("effect, largest first")
    shown = {feature.name: cover(feature) for feature in ranked.features}
    sizes = [0 if shown[name] is None else abs(shown[name].effect) for name in lines(page)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0
    best = ranked.feature(*map(int, lines(page)[0].split("-")))

    page.set_viewport_size({"width": 320, "height": 800})
    page.get_by_role("link", name=best.name, exact=True).click()
    expect(page.get_by_role("heading", name="Excerpts by effect")).to_be_visible()
    for number, one in enumerate(best.excerpts):
        item = page.locator(".excerpt").nth(number)
        effect = item.get_by_text(f"effect {signed(one.effect)} on {one.class_name}", exact=True)
        expect(effect).to_be_visible()
        expect(effect).to_have_attribute(
            "title", re.compile(f"logit of {re.escape(one.class_name)}, .* feature is muted in all")
        )
        control = item.get_by_text(f"random weights {signed(one.control)}", exact=True)
        expect(control).to_have_attribute("title", re.compile("^The control: the same feature"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
