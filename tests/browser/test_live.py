"""A live panel as a page shows it: what is pending, heard, sent, and what goes wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from live import Live
from making import make_model, make_noise
from playwright.sync_api import Page, expect
from shipped import bring_sound

import auralise_jax as aj
from auralise_jax.widgets import view

MODEL = make_model(aj.Frontend(sample_rate=8000, n_fft=128, hop_length=64, duration=0.5))
RATE = 8000  # browsers play nothing below 3 kHz
RANDOM = "tiny, random weights"


def tiny(**told: Any) -> aj.Explorer:
    """Open on a feature that is heard, trained or not, whatever the window."""
    clips = [make_noise(0.8, RATE), aj.Clip(make_noise(3.0, RATE, 2).samples, RATE, "long")]
    return aj.explore(MODEL, clips, layer=2, feature=1, **told)


# In every frame: what the panel calls the model and the clip, what lies on its decks, and how it
# sounds. A sound is known by its bytes.
WATCH = """(() => {
  const mix = (h, x) => (Math.imul(h, 31) + x) | 0;
  const digest = (sound) => (sound ? sound.bytes.reduce(mix, sound.bytes.length) : 0);
  const known = new Map();
  const of = (sound) => known.get(sound) ?? (known.set(sound, digest(sound)), known.get(sound));
  const named = (label) => root.querySelector(`select[id$="${label}"]`)?.value ?? "";
  const notes = { seen: new Map(), least: 1, slip: 0, first: null, frames: 0, stopped: 0 };
  globalThis.notes = notes;
  const look = () => {
    const caption = root.querySelector("[data-deck=b] .auralise-name").textContent;
    const [, end] = root.querySelector(".auralise-time").textContent.split("/ ");
    const laid = [of(player.laid.a), of(player.laid.b)];
    const one = [named("-model"), named("-clip"), end, caption, ...laid];
    notes.seen.set(JSON.stringify(one), one);
    const zero = together(() => going() - player.context.currentTime);
    notes.first ??= zero;
    const off = (zero - notes.first) / player.duration;
    notes.slip = Math.max(notes.slip, Math.abs(off - Math.round(off)) * player.duration);
    notes.least = Math.min(notes.least, rms(0.05));
    notes.stopped += !player.playing;
    notes.frames++;
    requestAnimationFrame(look);
  };
  look();
})()"""


def seen(one: Live) -> list[list[Any]]:
    """What was seen since `WATCH`: model, clip, end of the window, feature, sounds of A and B."""
    return one.panel.page.evaluate("() => [...globalThis.notes.seen.values()]")


def digest(pcm: bytes) -> int:
    """As in `WATCH`, with JavaScript's 32-bit whole numbers."""
    value = len(pcm)
    for byte in pcm:
        value = (value * 31 + byte) & 0xFFFFFFFF
    return value - (1 << 32) if value >> 31 else value


def sounds(widget: Any) -> tuple[int, int]:
    """What should lie on A and B."""
    wide = widget.facts["bins"] * widget.facts["frames"]
    return digest(widget.source[wide:]), digest(widget.answer[wide:])


def status(one: Live) -> Any:
    return one.panel.root.get_by_role("status")


def playing(one: Live) -> None:
    one.panel.play.click()
    one.panel.wait("rms() > 1e-3")
    one.panel.wait_played(0.1)
    one.panel.ask(WATCH)


def test_another_model_is_pending_until_it_is_heard_and_the_sound_goes_on(live) -> None:
    widget = tiny()
    one = live(widget)
    one.pump()
    trained, known = widget.model, {(widget.model, *sounds(widget))}
    playing(one)
    model = one.panel.root.get_by_label("Model")
    canvas = one.panel.root.locator("[data-deck=b] canvas")
    for wanted, words in (
        (RANDOM, "loading random weights\u2026"),
        (trained, f"loading {trained}\u2026"),
    ):
        before = model.input_value()
        model.select_option(wanted)
        expect(status(one)).to_have_text(words)  # at once: nothing has been sent yet
        expect(model).to_have_value(before)
        expect(one.panel.root).to_have_attribute("aria-busy", "true")
        assert float(canvas.evaluate("one => getComputedStyle(one).opacity")) < 0.5
        one.panel.wait_played(0.3)
        one.panel.wait("player.playing && rms() > 1e-3")
        one.pump()
        expect(model).to_have_value(wanted)
        expect(one.panel.root).to_have_attribute("aria-busy", "false")
        expect(status(one)).to_have_text("")
        assert canvas.evaluate("one => getComputedStyle(one).opacity") == "1"
        known.add((widget.model, *sounds(widget)))
        one.panel.wait_played(0.3)
    assert len(known) == 2
    assert {(model, a, b) for model, _, _, _, a, b in seen(one)} == known
    notes = one.panel.page.evaluate("() => globalThis.notes")
    assert notes["frames"] > 20
    assert notes["stopped"] == 0
    assert notes["least"] > 1e-3
    assert notes["slip"] < 0.02  # a render quantum or two


def test_another_clip_and_another_start_keep_the_old_name_until_they_are_there(live) -> None:
    widget = tiny()
    one = live(widget)
    one.pump()
    playing(one)
    clip = one.panel.root.get_by_label("Clip")
    start = one.panel.root.get_by_role("slider", name="Start")
    known = {("noise", *sounds(widget))}
    clip.select_option("long")
    expect(status(one)).to_have_text("loading long\u2026")
    expect(clip).to_have_value("noise")
    one.pump()
    expect(clip).to_have_value("long")
    known.add(("long", *sounds(widget)))
    one.panel.play.click()
    one.panel.wait("player.playing && rms() > 1e-3")
    start.press("End")
    end = one.panel.ask("root.querySelector('.auralise-time').textContent.split('/ ')[1]")
    expect(status(one)).to_have_text("loading from 2.5\u00a0s\u2026")
    expect(one.panel.root.locator(".auralise-chooser").first).to_contain_text(
        "0.0 to 0.5 of 3.0 s; next from 2.5 s"
    )
    one.panel.wait_played(0.2)
    assert one.panel.ask("root.querySelector('.auralise-time').textContent.split('/ ')[1]") == end
    one.pump()
    expect(one.panel.root.locator(".auralise-chooser").first).to_contain_text("2.5 to 3.0 of 3.0 s")
    known.add(("long", *sounds(widget)))
    one.panel.wait_played(0.1)
    assert len(known) == 3
    found = {(clip, a, b) for _, clip, _, _, a, b in seen(one)}
    assert found - known == set()  # a name, and what lies on the decks while it stands there
    assert len({(end, a) for _, _, end, _, a, _ in seen(one)}) == 3


def test_a_choice_that_fails_is_taken_back(live, monkeypatch) -> None:
    widget = tiny()
    one = live(widget)
    one.pump()
    model = one.panel.root.get_by_label("Model")

    def broken() -> aj.Model:
        raise RuntimeError("no memory left")

    widget._models[RANDOM] = broken
    model.select_option(RANDOM)
    expect(one.panel.root).to_have_attribute("aria-busy", "true")
    one.pump()
    expect(one.panel.alert).to_contain_text("RuntimeError: no memory left")
    expect(one.panel.root).to_have_attribute("aria-busy", "false")
    expect(model).to_have_value(widget.model)
    assert widget.model == "tiny"


def test_a_choice_that_a_lost_kernel_never_answers_is_not_pending_for_ever(live) -> None:
    one = live(tiny())
    one.pump()
    one.panel.root.get_by_label("Model").select_option(RANDOM)
    expect(one.panel.root).to_have_attribute("aria-busy", "true")
    one.page.evaluate("() => live.lose()")
    expect(one.panel.root).to_have_attribute("aria-busy", "false")
    expect(status(one)).to_contain_text("run the cell again")


def test_no_model_is_named_beside_a_feature_of_the_other(live) -> None:
    """The reader goes on to another feature while the model is pending, and back and forth."""
    widget = tiny()
    one = live(widget)
    one.pump()
    own = {}
    for model in (MODEL, aj.untrained(MODEL)):
        heard = aj.listen(model, widget._song)
        name = widget.model if model is MODEL else RANDOM
        own[name] = {digest(view.pcm16(heard.project(2, k).auralise())) for k in range(5)}
    playing(one)
    for wanted, key in ((RANDOM, "ArrowLeft"), ("tiny", "ArrowRight"), (RANDOM, "ArrowRight")):
        one.panel.root.get_by_label("Model").select_option(wanted)
        one.panel.root.focus()
        one.page.keyboard.press(key)
        one.pump()
        one.panel.wait_played(0.1)
        assert widget.model == wanted
        caption = one.panel.root.locator("[data-deck=b] .auralise-name")
        expect(caption).to_have_text(f"feature 2-{widget.feature}, deconvnet")
    found = {(model, b) for model, _, _, _, _, b in seen(one)}
    assert {model for model, _ in found} == {widget.model, "tiny"}
    for model, b in found:
        assert b in own[model]


# What is kept -------------------------------------------------------------------------------------


def test_going_back_asks_for_nothing(live) -> None:
    widget = tiny()
    one = live(widget)
    one.pump()
    for layer in (1, 2, 3):
        one.panel.layer.fill(f"{layer}")
        one.pump()
    one.panel.root.get_by_label("Model").select_option(RANDOM)
    one.pump()
    one.panel.root.get_by_label("Model").select_option("tiny")
    one.pump()
    for layer in (2, 1, 3, 2):
        one.panel.layer.fill(f"{layer}")
        one.panel.feature.fill("1")
        one.panel.shows(layer, 1)  # before anything was carried to Python
        assert one.pump() == []
    assert widget.layer == 2


def test_the_page_keeps_no_more_than_the_budget(live) -> None:
    widget = tiny()
    feature = len(widget.answer)  # bytes of a picture and a sound
    room = (5 + 6) * feature  # of layers 2 and 3
    widget.facts = widget.facts | {"bank_bytes": room}
    one = live(widget)
    one.pump()
    asked = []
    for layer in (1, 2, 3, 2, 1, 2):
        one.panel.layer.fill(f"{layer}")
        asked.append([told["layer"] for told in one.pump() if told["kind"] == "bank"])
    # It opens on layer 2. Then room for two: 1 goes when 3 comes, 3 when 1 comes back.
    assert asked == [[1], [], [3], [], [1], []]


# Requests and uploads -----------------------------------------------------------------------------


def test_every_request_has_a_name_of_its_own_and_is_answered(live) -> None:
    one = live(tiny())
    one.pump()
    one.panel.root.get_by_label("Rule").select_option("guided")
    one.pump()
    names = [told["request"] for told in one.requests]
    assert len(names) > 2
    assert len(set(names)) == len(names)
    assert one.panel.ask("root.auralise.store.waiting") == 0


def test_a_good_file_chosen_with_bad_ones_is_loaded(live, tmp_path) -> None:
    widget = tiny()
    one = live(widget)
    one.pump()
    files = []
    for name in ("junk.wav", "good.wav", "empty.wav", "more <i>junk</i>.wav"):
        files.append(tmp_path / name.replace("/", "_"))
        files[-1].write_bytes(b"" if name == "empty.wav" else b"no sound" * 10)
    good = make_noise(1.0, RATE, 7).save(files[1])
    chosen = one.panel.root.get_by_label("Sound files")
    for _ in range(3):  # and no later file suffers from an earlier one
        chosen.set_input_files(files)
        one.pump()
    expect(one.panel.alert).to_be_visible()
    words = one.panel.alert.locator("p").inner_text()
    for name in ("junk.wav", "empty.wav", "more <i>junk<_i>.wav"):
        assert words.count(name) == 1
    assert "ValueError" not in words
    assert widget.clip == "good (3)"
    expect(one.panel.root.get_by_label("Clip")).to_have_value("good (3)")
    loaded = widget._song.window(0.0, 2.0).samples
    np.testing.assert_allclose(loaded, aj.load_clip(good).samples)
    assert widget._uploads._arriving == {}
    one.panel.root.get_by_role("button", name="Dismiss").click()
    expect(one.panel.alert).to_have_count(0)


def test_a_file_of_several_pieces_after_a_bad_one_arrives_whole(live, tmp_path) -> None:
    widget = tiny()
    one = live(widget)
    one.pump()
    (tmp_path / "junk.wav").write_bytes(b"no sound" * 10)
    large = make_noise(200.0, 8000, 3).save(tmp_path / "large.wav", subtype="FLOAT")
    assert large.stat().st_size > 3 << 20
    chosen = one.panel.root.get_by_label("Sound files")
    chosen.set_input_files(tmp_path / "junk.wav")
    one.pump(lambda: "junk.wav" in widget.error)
    expect(one.panel.alert).to_contain_text("junk.wav")
    chosen.set_input_files(large)
    one.pump(lambda: widget.clip == "large")
    assert widget._song.duration == pytest.approx(200)
    expect(one.panel.alert).to_have_count(0)


def test_an_upload_can_be_cancelled(live, tmp_path) -> None:
    widget = tiny()
    one = live(widget)
    one.pump()
    large = make_noise(200.0, 8000, 3).save(tmp_path / "large.wav", subtype="FLOAT")
    one.panel.root.get_by_label("Sound files").set_input_files(large)
    expect(status(one)).to_have_text("sending large.wav: 0\u00a0%")
    cancel = one.panel.root.get_by_role("button", name="Cancel")
    cancel.click()
    told = one.pump()
    assert [one["kind"] for one in told] == ["upload", "upload-cancel"]
    assert widget._uploads._arriving == {}
    assert widget.clip == "noise"
    expect(cancel).to_have_count(0)
    expect(status(one)).to_have_text("")


# The sound ----------------------------------------------------------------------------------------

CONTEXTS = """
(() => {
  const Context = AudioContext;
  globalThis.contexts = [];
  globalThis.AudioContext = class extends Context {
    constructor(options) { super(options); contexts.push(this); }
    get currentTime() { return this.standing ?? super.currentTime; }
  };
  const [later, forget] = [setTimeout, clearTimeout];
  const looks = (globalThis.looks = { begun: 0, open: new Set() }); // at a clock
  globalThis.setTimeout = (react, after) => {
    const timer = later(() => (react(), looks.open.delete(timer)), after);
    if (after === 500) (looks.begun++, looks.open.add(timer));
    return timer;
  };
  globalThis.clearTimeout = (timer) => (forget(timer), looks.open.delete(timer));
})()"""


def test_a_context_whose_clock_stands_is_replaced(new_page, live) -> None:
    """As Safari leaves one after a pause of the tab: it says that it is running."""
    one = live(tiny())
    one.pump()
    one.page.evaluate(CONTEXTS)
    one.panel.play.click()
    one.panel.wait("rms() > 1e-3")
    one.panel.pause.click()
    one.page.evaluate("() => { contexts[0].standing = contexts[0].currentTime; }")
    here = one.panel.ask("player.position()")
    one.panel.play.click()
    one.panel.wait("contexts.length === 2 && player.context === contexts[1]")
    one.panel.wait("rms() > 1e-3")
    one.panel.wait("contexts[0].state === 'closed'")
    assert one.panel.ask("player.playing")
    assert one.panel.ask("player.duration") > here
    # A machine without sound does not get one context after another.
    one.page.evaluate("() => { contexts[1].standing = contexts[1].currentTime; }")
    one.panel.pause.click()
    begun = one.page.evaluate("looks.begun")
    one.panel.play.click()
    one.panel.wait("looks.begun > x", begun)
    one.panel.wait("looks.open.size === 0")
    assert one.page.evaluate("contexts.length") == 2


@pytest.mark.parametrize(
    ("state", "moved", "fate"),
    [
        ("running", True, "keep"),
        ("suspended", True, "keep"),
        ("running", False, "replace"),
        ("interrupted", False, "replace"),
        ("closed", False, "replace"),
        ("suspended", False, "wait"),
    ],
)
def test_what_becomes_of_a_context(page: Page, state: str, moved: bool, fate: str) -> None:
    found = bring_sound(page).evaluate(
        "([state, moved]) => contextFate(state, moved)", [state, moved]
    )
    assert found == fate


def test_a_cell_run_again_while_it_plays_silences_the_old_panel(live) -> None:
    one = live(tiny())
    one.pump()
    one.panel.play.click()
    one.panel.wait("rms() > 1e-3")
    # The output is emptied, nobody tells the panel, and another comes.
    one.page.evaluate(
        """() => {
          const host = document.getElementById("host");
          globalThis.old = host.querySelector(".auralise").auralise.player;
          host.replaceChildren();
          live.mount(host);
        }"""
    )
    assert one.page.evaluate("() => old.playing") is False
    one.panel.play.click()
    one.panel.wait("rms() > 1e-3")
    # One that is still there goes on when another comes.
    one.page.evaluate(
        """() => {
          const other = document.createElement("div");
          document.body.append(other);
          live.mount(other);
        }"""
    )
    assert one.page.evaluate("() => document.querySelector('.auralise').auralise.player.playing")


# Words --------------------------------------------------------------------------------------------


def test_nothing_is_called_as_another_control_is(live) -> None:
    for widget in (
        tiny(),
        aj.compare(MODEL, make_noise(0.8, RATE)),
        aj.probe(MODEL, instrument="sine"),
    ):
        one = live(widget)
        one.pump()
        one.panel.root.press("w")
        one.panel.ask("player.setRegion([0.1, 0.2])")
        names = one.panel.root.evaluate(
            """root => ["button", "input", "select", "[role=slider]", "[role=grid]", "[role=group]"]
              .flatMap((kind) => [...root.querySelectorAll(kind)])
              .filter((one) => one.checkVisibility())
              .map((one) => one.ariaLabel ?? one.labels?.[0]?.textContent ?? one.textContent)"""
        )
        assert len(names) > 20
        assert len(set(names)) == len(names), sorted(names)


@pytest.mark.parametrize(
    ("limited", "words"), [(0.0, None), (0.04, None), (0.06, "(0.1\u00a0dB held back)")]
)
def test_what_rounds_to_nothing_is_not_said(live, limited: float, words: str | None) -> None:
    widget = tiny()
    told = dict(widget.shown)
    told["takes"] = [
        told["takes"][0]
        | {
            "limited_db": limited,
            "gain_db": -0.04,
            "matched": True,
            "note": "",
            "silent": False,
            "scale_db": 0.01,
        }
    ]
    widget.shown = told
    one = live(widget)
    one.page.evaluate("() => 0")
    level = one.panel.root.locator(".auralise-level")
    expect(level).to_have_text(
        f"level matched, 0.0\u00a0dB {words}" if words else "level matched, 0.0\u00a0dB"
    )
    assert "\u22120.0" not in (level.get_attribute("title") or "")
    assert "0.0" not in (level.get_attribute("title") or "")


def test_a_title_does_not_end_in_a_slash(live) -> None:
    one = live(aj.probe(MODEL, instrument="sine"))
    one.pump()
    title = one.panel.root.locator(".auralise-title")
    assert not title.inner_text().rstrip().endswith("/")
    named = aj.explore(MODEL, aj.Clip(make_noise(0.8, RATE).samples, RATE))
    assert named.facts["title"] == "tiny / clip"
    named.close()
