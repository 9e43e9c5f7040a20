"""What a page that computes is given by mistake: a sentence with a way on, and the panel lives."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr
from computing import SOUND, Computing, ComputingPanel, current, off, only_itself, wanted, wav
from find_browser import FLAGS, find_browser
from making import make_model, make_noise
from pages import Parts
from playwright.sync_api import Browser, Page, expect
from watched import TIMEOUT, Watched

import auralise_jax as aj
from auralise_jax.widgets.variant import Variant

RATE = 8000  # browsers play nothing below 3 kHz
FRONTEND = aj.Frontend(sample_rate=RATE, n_fft=128, hop_length=64, duration=0.5)
MODEL = make_model(FRONTEND)
NOISE = make_noise(0.5, RATE)
SENTENCE = re.compile(r"\w+ \w+ \w+.*[.;:)?!\w]")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("input") / "panel.html"
    with aj.explore(MODEL, [NOISE, make_noise(0.5, RATE, 5)], layer=2, feature=1) as panel:
        return panel.to_html(path, live=True)


@pytest.fixture
def open_page(
    new_page: Callable[..., Page], written: Path
) -> Iterator[Callable[..., ComputingPanel]]:
    opened = []

    def open_page(path: Path = written, script: str = "", **options: Any) -> ComputingPanel:
        page = new_page(**options)
        opened.append((path.as_uri(), Watched(page)))
        if script:
            page.add_init_script(script)
        page.goto(path.as_uri())
        return ComputingPanel(page)

    yield open_page
    for uri, watched in opened:
        assert watched.problems == []
        assert only_itself(watched.requests, uri) == []


def lives(panel: ComputingPanel) -> None:
    """The sliders bring what Python brings for the sound that is heard."""
    heard = Computing.of(panel.page).source().heard(MODEL)
    for layer, feature in ((3, 4), (2, 1)):
        panel.layer.fill(f"{layer}")
        panel.feature.fill(f"{feature}")
        panel.wait(
            """(({ layer, feature } = root.auralise.store.current()) =>
              layer === x[0] && feature === x[1])()""",
            [layer, feature],
        )
        panel.shows(layer, feature)
        current(Computing.of(panel.page))[1].is_like(wanted(Variant(heard), layer, feature))


def refuses(panel: ComputingPanel, *words: str) -> str:
    """Wait for a sentence in the panel with these words; put it away."""
    for one in words:
        expect(panel.alert).to_contain_text(one)
    said = panel.alert.locator("p").inner_text()
    assert SENTENCE.search(said), said
    assert not re.search(r"undefined|null|NaN|\[object|DOMException|Error:", said), said
    panel.alert.get_by_role("button", name="Dismiss").click()
    expect(panel.alert).to_have_count(0)
    return said


def add(panel: ComputingPanel, folder: Path, **files: bytes) -> None:
    """Choose files by the button; a name's last underscore stands for the dot."""
    paths = []
    for name, data in files.items():
        paths.append(folder / ".".join(name.rsplit("_", 1)))
        paths[-1].write_bytes(data)
    panel.root.get_by_label("Sound files").set_input_files(paths)


def hears(panel: ComputingPanel, name: str) -> np.ndarray:
    """Wait until a clip is heard; return its samples."""
    panel.wait("root.auralise.store.get('facts').chosen.clip === x", name)
    expect(panel.root.get_by_label("Clip")).to_have_value(name)
    return Computing.of(panel.page).source().samples


def flac(seconds: float, rate: int = RATE) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, make_noise(seconds, rate).samples, rate, format="FLAC")
    return buffer.getvalue()


NOT_SOUND = {
    "notes_txt": b"What we heard today: a drum and a voice.\n" * 20,
    "film_mp4": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(4000),
    "locked_m4a": b"\x00\x00\x00\x1cftypM4P \x00\x00\x02\x00M4P isom" + bytes(range(256)) * 16,
    "cut_mp3": b"ID3\x03\x00\x00\x00\x00\x00\x21",
    "empty_wav": b"",
    "silent_wav": wav(np.zeros(0), RATE),
}


def test_what_is_no_sound_is_refused_by_name(open_page, tmp_path: Path) -> None:
    panel = open_page()
    for name, data in NOT_SOUND.items():
        add(panel, tmp_path, **{name: data})
        refuses(panel, ".".join(name.rsplit("_", 1)))
    lives(panel)
    add(panel, tmp_path, good_wav=wav(make_noise(0.5, RATE, 3).samples, RATE))
    hears(panel, "good")
    expect(panel.alert).to_have_count(0)
    lives(panel)


def test_a_file_that_was_cut_is_refused_or_heard_as_far_as_it_goes(open_page, tmp_path) -> None:
    panel = open_page()
    whole = {"one_wav": wav(make_noise(2.0, RATE, 3).samples, RATE), "two_flac": flac(2.0)}
    for name, data in whole.items():
        add(panel, tmp_path, **{name: data[: len(data) // 2]})
        panel.wait(
            """root.auralise.store.get('facts').chosen.clip === x
              || !root.querySelector("[role=alert]").hidden""",
            name.split("_")[0],
        )
        if panel.alert.count():
            refuses(panel, ".".join(name.rsplit("_", 1)))
        lives(panel)


def test_sounds_of_every_size_are_heard(open_page, tmp_path: Path) -> None:
    panel = open_page()
    add(panel, tmp_path, single_wav=wav(np.array([0.5]), RATE))
    assert hears(panel, "single").tolist() == [0.5]
    lives(panel)
    rng = np.random.default_rng(0)
    eight = rng.normal(0, 0.1, (RATE // 2, 8)).astype(np.float32)
    add(panel, tmp_path, eight_wav=wav(eight, RATE))
    np.testing.assert_allclose(hears(panel, "eight"), eight.mean(axis=1), atol=1e-6)
    lives(panel)
    fine = soxr.resample(make_noise(0.5, 6000, 6).samples, 6000, 192_000, "VHQ")
    add(panel, tmp_path, fine_wav=wav(fine, 192_000))
    found, expected = hears(panel, "fine"), soxr.resample(fine, 192_000, RATE, "HQ")
    assert len(found) == len(expected)
    inner = slice(100, -100)  # where a file begins and ends each filter rings in its own way
    assert off(found[inner], expected[inner].astype(np.float32)) <= SOUND
    lives(panel)


def test_of_a_very_long_file_the_first_minutes_are_kept(open_page, tmp_path: Path) -> None:
    panel = open_page()
    samples = np.zeros(11 * 60 * RATE, np.float32)
    samples[: RATE // 2] = make_noise(0.5, RATE, 4).samples
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, RATE, format="FLAC")
    add(panel, tmp_path, long_flac=buffer.getvalue())
    found = hears(panel, "long")
    np.testing.assert_allclose(found, samples[: RATE // 2], atol=1e-4)
    expect(panel.root).to_contain_text(re.compile(r"of long.flac the first \S+ minutes are kept"))
    assert 590 < panel.ask("root.auralise.store.get('facts').song.duration") <= 600
    lives(panel)


def test_two_files_at_once_are_taken_each_by_itself(open_page, tmp_path: Path) -> None:
    panel = open_page()
    good = make_noise(0.5, RATE, 3).samples
    add(
        panel,
        tmp_path,
        junk_txt=b"no sound",
        one_wav=wav(good, RATE),
        two_wav=wav(good[::-1], RATE),
    )
    assert np.array_equal(hears(panel, "two"), good[::-1].astype(np.float32))
    refuses(panel, "junk.txt")
    panel.root.get_by_label("Clip").select_option("one")
    assert np.array_equal(hears(panel, "one"), good.astype(np.float32))
    # Who cannot see it is told by the page's heading what the panel shows.
    expect(panel.page.get_by_role("heading", level=1)).to_have_text(f"{MODEL.name} / one")
    expect(panel.page).to_have_title(f"{MODEL.name} / one")
    lives(panel)


def test_a_folder_that_is_dropped_is_refused(open_page) -> None:
    panel = open_page()
    panel.root.evaluate(
        """(root) => {
          const gone = () => Promise.reject(new DOMException("not found", "NotFoundError"));
          const folder = new File([new Uint8Array(4096)], "my songs"); // as Chromium hands one on
          for (const name of ["arrayBuffer", "text", "bytes"]) folder[name] = gone;
          folder.slice = () => folder;
          folder.stream = () => { throw new DOMException("not found", "NotFoundError"); };
          const data = new DataTransfer();
          Object.defineProperty(data, "files", { value: [folder] });
          const told = { bubbles: true, cancelable: true, dataTransfer: data };
          const event = new DragEvent("drop", told);
          Object.defineProperty(event, "dataTransfer", { value: data });
          root.dispatchEvent(event);
        }"""
    )
    refuses(panel, "my songs")
    lives(panel)


# A browser that cannot ---------------------------------------------------------------------------

# What the worker runs comes from a blob: this goes before it, and runs in the page itself as well.
_EVERYWHERE = """{script}
(() => {{
  const before = {script!r};
  const Plain = Blob;
  globalThis.Blob = class extends Plain {{
    constructor(parts, options) {{
      const code = /javascript/.test(options?.type ?? "");
      super(code ? [before + "\\n", ...parts] : parts, options);
    }}
  }};
}})()"""


def everywhere(script: str) -> str:
    return _EVERYWHERE.format(script=" ".join(script.split()))


CANNOT = {
    "no SIMD": everywhere("WebAssembly.validate = () => false;"),
    "no WebAssembly": everywhere("delete globalThis.WebAssembly;"),
    "no workers": "delete globalThis.Worker;",
    "workers are forbidden": """globalThis.Worker = class {
      constructor() { throw new DOMException("not here", "SecurityError"); }
    };""",
    "a worker that dies": """globalThis.Worker = class extends EventTarget {
      constructor() { super(); setTimeout(() => {
        const event = new Event("error");
        this.onerror?.(event);
        this.dispatchEvent(event);
      }); }
      postMessage() {}
      terminate() {}
    };""",
    "no memory": everywhere(
        """for (const name of ["instantiate", "compile", "instantiateStreaming"]) {
          WebAssembly[name] = () => Promise.reject(new RangeError("could not allocate memory"));
        }"""
    ),
    "no unpacking": "delete globalThis.DecompressionStream;",
}


def cannot(panel: ComputingPanel) -> None:
    """The page says why it cannot compute and what to do, and plays what it has."""
    message = Computing.of(panel.page).error("auralise.ready")
    assert SENTENCE.search(message)
    assert not re.search(r"undefined|null|NaN|\[object|DOMException", message), message
    expect(panel.root).to_contain_text(message)


@pytest.mark.parametrize("name", [name for name in CANNOT if name != "no unpacking"])
def test_a_browser_that_cannot_compute_is_told_so_and_plays_the_first_feature(
    open_page, name: str
) -> None:
    panel = open_page(script=CANNOT[name])
    cannot(panel)
    panel.shows(2, 1)
    panel.play.click()
    panel.wait("rms() > 1e-3")
    panel.a.check()
    panel.wait("player.laid.a")
    panel.feature.fill("3")  # it never comes; what is here still plays
    panel.wait_played(0.1)
    assert panel.ask("player.playing")


def test_a_browser_that_cannot_unpack_is_told_so(open_page, written: Path, new_page) -> None:
    page = new_page()
    page.add_init_script(CANNOT["no unpacking"])
    page.goto(written.as_uri())
    expect(page.locator("body")).to_contain_text(re.compile(r"browser|update|newer", re.IGNORECASE))


def test_a_worker_that_dies_later_is_said_and_what_is_here_still_plays(open_page) -> None:
    panel = open_page(
        script="""{ const Real = Worker;
          globalThis.Worker = class extends Real {
            constructor(...given) { super(...given); globalThis.working = this; }
          }; }"""
    )
    computing = Computing.of(panel.page)
    computing.ready()
    lives(panel)
    panel.page.evaluate(
        """() => { working.terminate();
          const event = new Event("error");
          working.dispatchEvent(event); }"""
    )
    expect(panel.root.get_by_role("status")).to_contain_text(re.compile(r"\w+ \w+ \w+"))
    expect(panel.root).not_to_contain_text("being computed")
    panel.play.click()
    panel.wait("rms() > 1e-3")


# A page that is broken ----------------------------------------------------------------------------


def test_weights_that_are_not_finite_are_refused(open_page, written: Path, tmp_path: Path) -> None:
    text = written.read_text("utf-8")
    scripts = Parts(text).scripts
    (model,) = json.loads(scripts["auralise-engine"])["models"].values()
    packed = scripts[model["weights"]].strip()
    data = bytearray(gzip.decompress(base64.b64decode(packed)))
    data[-4:] = b"\xff" * 4  # NaN in every floating type
    broken = base64.b64encode(gzip.compress(bytes(data))).decode()
    path = tmp_path / "broken.html"
    path.write_text(text.replace(packed, broken), "utf-8")
    panel = open_page(path)
    assert "not finite" in Computing.of(panel.page).error("auralise.predict()")
    status = panel.root.get_by_role("status")
    expect(status).to_contain_text("not finite")
    expect(status).to_contain_text("copy it again")
    expect(status).to_contain_text("still plays")
    assert "copy it again" in Computing.of(panel.page).error("auralise.ready")
    expect(panel.root).not_to_contain_text("being computed")
    panel.play.click()
    panel.wait("rms() > 1e-3")


@pytest.mark.parametrize("share", [0.35, 0.6, 0.9, 0.999])
def test_a_page_that_was_cut_says_so(new_page, written: Path, tmp_path: Path, share: float) -> None:
    data = written.read_bytes()
    path = tmp_path / "cut.html"
    path.write_bytes(data[: int(share * len(data))])
    page = new_page()
    page.goto(path.as_uri())
    expect(page.locator("body")).to_contain_text(
        re.compile(r"not (whole|complete)|incomplete|cut off|again", re.IGNORECASE)
    )


# The microphone -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def explorer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stand-alone explorer of the small network."""
    from auralise_jax.cli import main

    folder = tmp_path_factory.mktemp("explorer")
    model = aj.save_model(MODEL, folder / "tiny.safetensors")
    path = folder / "explore.html"
    assert main(["page", "--model", str(model), "--out", str(path)]) == 0
    return path


def test_a_microphone_that_is_denied_is_said(open_page, explorer: Path) -> None:
    panel = open_page(
        explorer,
        """navigator.mediaDevices.getUserMedia = () =>
          Promise.reject(new DOMException("Permission denied", "NotAllowedError"));""",
    )
    Computing.of(panel.page).ready()
    panel.root.get_by_role("button", name=re.compile("Record")).click()
    refuses(panel, "microphone")
    lives(panel)


def test_a_page_without_microphones_says_so(open_page, explorer: Path) -> None:
    panel = open_page(
        explorer,
        "Object.defineProperty(Navigator.prototype, 'mediaDevices', { value: undefined });",
    )
    Computing.of(panel.page).ready()
    panel.root.get_by_role("button", name=re.compile("Record")).click()
    refuses(panel, "microphone")
    lives(panel)


@pytest.fixture(scope="module")
def with_microphone(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A browser whose microphone hears noise."""
    noise = tmp_path_factory.mktemp("microphone") / "noise.wav"
    noise.write_bytes(wav(make_noise(5.0, 48_000).samples, 48_000, "PCM_16"))
    flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--no-sandbox"]
    flags.append(f"--use-file-for-fake-audio-capture={noise}")
    started = browser.browser_type.launch(
        executable_path=find_browser(), args=[*FLAGS, *flags], timeout=TIMEOUT
    )
    yield started
    started.close()


def test_the_microphone_is_recorded(with_microphone: Browser, explorer: Path) -> None:
    page = with_microphone.new_page()
    page.set_default_timeout(TIMEOUT)
    watched = Watched(page)
    page.goto(explorer.as_uri())
    panel = ComputingPanel(page)
    computing = Computing.of(page)
    computing.ready()
    panel.root.get_by_role("button", name=re.compile("Record")).click()
    panel.wait("root.auralise.store.get('facts').chosen.clip.startsWith('recording')")
    assert len(computing.source().samples) == RATE // 2  # as long as the network hears
    assert np.abs(computing.source().samples).max() > 0.01
    panel.feature.fill("3")
    panel.shows(1, 3)
    assert watched.problems == []
    page.close()
