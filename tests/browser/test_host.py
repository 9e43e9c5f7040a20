"""What surrounds the network in a page that computes: files, recordings, links, what is lacking.

The worker is a fake, which lists what it is given; the page around it is the one that is shipped.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from firefox import find_firefox, firefox
from hosted import with_worker
from making import make_model, make_noise
from panel import Panel
from playwright.sync_api import Browser, Locator, Page, Playwright, expect
from watched import Watched, pages_of

import auralise_jax as aj

ROOT = "document.querySelector('.auralise')"
ERROR = ".auralise-error"
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as it is shipped, of a tiny network that hears 0.37 s at a time."""
    clips = [make_noise(0.37), aj.Clip(make_noise(1.0, seed=1).samples, 2000, "long")]
    place = tmp_path_factory.mktemp("whole") / "whole.html"
    with aj.explore(make_model(), clips, layer=2, feature=3) as panel:
        return panel.to_html(place, live=True, clips=["long"])


@pytest.fixture(scope="module")
def hosted(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_worker(whole, tmp_path_factory.mktemp("hosted") / "page.html")


def coded(kind: str, rate: int, channels: int = 1, seconds: float = 1.0, **how: Any) -> bytes:
    """Return a tone of half an octave higher in each channel, as a file."""
    time = np.arange(round(seconds * rate))[:, None] / rate
    tones = 0.5 * np.sin(2 * np.pi * 220 * 2 ** (np.arange(channels) / 2) * time)
    file = io.BytesIO()
    soundfile.write(file, tones, rate, format=kind, **how)
    return file.getvalue()


def boxes(*parts: tuple[bytes, bytes]) -> bytes:
    return b"".join((len(body) + 8).to_bytes(4, "big") + name + body for name, body in parts)


def mp4(kind: bytes, handler: bytes = b"soun", packets: int = 8, pieces: int = 0) -> bytes:
    """Return what an MP4 file says of a track of a second at 8000 Hz, of so many packets.

    There are as many more in each of its further ``pieces``.
    """
    count = packets.to_bytes(4, "big")
    about = bytes(12) + (8000).to_bytes(4, "big") * 2 + bytes(4)
    entry = (
        bytes(6) + b"\0\1" + bytes(8) + b"\0\1\0\x10" + bytes(4) + (8000 << 16).to_bytes(4, "big")
    )
    table = boxes((b"stsd", bytes(4) + b"\0\0\0\1" + boxes((kind, entry))))
    media = boxes((b"mdhd", about), (b"hdlr", bytes(8) + handler + bytes(12)))
    table += boxes((b"stsz", bytes(8) + count))
    media += boxes((b"minf", boxes((b"stbl", table))))
    track = boxes((b"trak", boxes((b"tkhd", bytes(12) + b"\0\0\0\1"), (b"mdia", media))))
    run = boxes((b"tfhd", bytes(4) + b"\0\0\0\1"), (b"trun", bytes(4) + count))
    more = [(b"moof", boxes((b"traf", run)))] * pieces
    return boxes((b"ftyp", b"M4A \0\0\0\0"), (b"moov", track), *more, (b"mdat", bytes(100)))


def padded(ogg: bytes, pages: int) -> bytes:
    """Return an Ogg file with so many pages more, of 255 packets each, that count no sample."""
    at = ogg.rindex(b"OggS")
    page = ogg[at : at + 26] + bytes([255]) + bytes([1] * 255) + bytes([3 << 3] * 255)
    return ogg[:at] + pages * page + ogg[at:]


def wav(seconds: float, rate: int) -> bytes:
    """Return the header of a WAV file of so much sound."""
    head = bytearray(coded("WAV", rate, seconds=0.0))
    size = round(seconds * rate) * 2
    head[4:8], head[40:44] = (size + 36).to_bytes(4, "little"), size.to_bytes(4, "little")
    return bytes(head[:44])


LOUD, FLAC, MP3 = (coded(kind, 44100) for kind in ("WAV", "FLAC", "MP3"))
BROKEN = bytearray(coded("WAV", 8000, subtype="FLOAT"))
BROKEN[-8:-4] = np.float32(np.nan).tobytes()

TAKEN = {
    "low.wav": (coded("WAV", 8000), 8000),
    "lower.wav": (coded("WAV", 4000), 4000),
    "high.wav": (coded("WAV", 192000, subtype="PCM_24"), 192000),
    "eight.wav": (coded("WAV", 48000, 8, subtype="FLOAT"), 48000),
    "bytes.wav": (coded("WAV", 11025, subtype="PCM_U8"), 11025),
    "double.wav": (coded("WAV", 22050, 2, subtype="DOUBLE"), 22050),
    "law.wav": (coded("WAV", 8000, subtype="ULAW"), 8000),
    "apple.aiff": (coded("AIFF", 44100, 2, subtype="PCM_24"), 44100),
    "high.flac": (coded("FLAC", 192000), 192000),
    "eight.flac": (coded("FLAC", 48000, 8), 48000),
    "stereo.flac": (coded("FLAC", 44100, 2), 44100),
    "vorbis.ogg": (coded("OGG", 44100, 2), 44100),
    "opus.ogg": (coded("OGG", 48000, 2, subtype="OPUS"), 48000),
    "layer.mp3": (coded("MP3", 44100, 2), 44100),
    "low.mp3": (coded("MP3", 8000), 8000),
}
"""Files that are taken whole, and the rate at which they are: their own."""

REFUSED = {
    "empty.wav": (b"", "empty.wav holds nothing; a sound file must not be empty"),
    "none.wav": (coded("WAV", 8000, seconds=0.0), "none.wav holds no sample: its length is zero"),
    "words.wav": (
        b"These are words.\n" * 9,
        "words.wav is text, not a sound file; choose WAV, FLAC, Ogg, MP3 or M4A",
    ),
    "film.mp4": (mp4(b"avc1", b"vide"), "film.mp4 holds no sound track; choose a file with sound"),
    "locked.m4a": (
        mp4(b"enca"),
        "locked.m4a is protected against copying, so no other program can decode it; choose a "
        "copy without protection",
    ),
    "half.m4a": (
        mp4(b"mp4a")[:-60],
        "half.m4a is cut off: it should have 324 bytes, but has 264 bytes; download or copy it "
        "again",
    ),
    "half.wav": (
        LOUD[: len(LOUD) // 2],
        "half.wav is cut off: its header promises 1.000 s, but the sound ends at 0.500 s; download "
        "or copy it again",
    ),
    "slow.wav": (
        coded("WAV", 900),
        "slow.wav: its sampling rate is 900 Hz; a sound file needs 1000 to 768000 Hz",
    ),
    "nan.wav": (
        bytes(BROKEN),
        "nan.wav: samples must be finite, but sample 7998 (1.000 s) is NaN; repair or cut it out "
        "first",
    ),
    "media.wma": (
        b"\x30\x26\xb2\x75" + bytes(500),
        "media.wma is Windows Media, which browsers do not decode; save it as WAV or MP3",
    ),
    "noise.mp3": (
        np.random.default_rng(0).bytes(9999),
        "noise.mp3 is not a sound file that this browser can read; expected WAV, FLAC, Ogg, MP3 or "
        "M4A: save it as WAV",
    ),
}
"""Files that are refused, each with the sentence."""

CUT = {"half.flac": FLAC[: len(FLAC) // 2], "half.mp3": MP3[: len(MP3) // 2]}
"""Coded files that are cut off; where exactly they end is the decoder's business."""

DROP = """(files) => {
  const dropped = new DataTransfer();
  for (const [name, data] of Object.entries(files)) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    dropped.items.add(new File([bytes], name));
  }
  document.querySelector(".auralise").dispatchEvent(
    new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }),
  );
}"""


class Host:
    """A page in either browser; `ask` returns the value of an expression."""

    def __init__(self, ask: Callable[[str], Any]) -> None:
        self.ask = ask

    def drop(self, files: dict[str, bytes]) -> None:
        data = {name: base64.b64encode(data).decode() for name, data in files.items()}
        self.ask(f"({DROP})({json.dumps(data)})")
        self.ask(
            f"""new Promise((done) => {{
              const button = {ROOT}.querySelector(".auralise-own button");
              const look = () => (button.textContent === "Add" ? done() : setTimeout(look, 16));
              look();
            }})"""
        )

    @property
    def taken(self) -> list[dict[str, Any]]:
        """What the worker was given, in order."""
        return self.ask("auralise.predict()")

    @property
    def error(self) -> str:
        error = f"{ROOT}.querySelector('{ERROR}')"
        return self.ask(f"{error}.hidden ? '' : {error}.querySelector('p').textContent")


def check_files(host: Host) -> None:
    host.drop({name: data for name, (data, _) in TAKEN.items()})
    assert host.error == ""
    taken = host.taken
    assert [one["name"] for one in taken] == [name.split(".")[0] for name in TAKEN]
    for one, (name, (data, rate)) in zip(taken, TAKEN.items(), strict=True):
        assert (one["rate"], one["notes"]) == (rate, []), name
        wanted, _ = soundfile.read(io.BytesIO(data), always_2d=True)
        mean = wanted.mean(1)
        lossy = name.endswith((".mp3", ".ogg"))
        assert one["length"] == pytest.approx(rate, abs=0.03 * rate if lossy else 0), name
        assert one["rms"] == pytest.approx(
            np.sqrt((mean**2).mean()), rel=0.05 if lossy else 1e-3
        ), name
        if not lossy:  # Chromium decodes FLAC of 16 bits as shares of 32767
            least = 2e-3 if "law" in name else 2e-5
            np.testing.assert_allclose(one["first"], mean[:50], atol=least, err_msg=name)

    host.drop({name: data for name, (data, _) in REFUSED.items()})
    assert host.error.splitlines() == [words for _, words in REFUSED.values()]
    host.drop(CUT)
    for words, name in zip(host.error.splitlines(), CUT, strict=True):
        assert words.startswith(f"{name} is cut off: its header promises 1.0"), words
    host.drop({"one.wav": coded("WAV", 8000, seconds=1 / 8000), "bare": FLAC})
    assert host.error == ""
    assert [(one["name"], one["length"]) for one in host.taken[len(TAKEN) :]] == [
        ("one", 1),
        ("bare", 44100),
    ]

    # Nearly whole: it is taken, with a note.
    host.drop({"short.wav": LOUD[:-200], "short.ogg": coded("OGG", 44100, seconds=9.0)[:-3000]})
    wave, ogg = host.taken[-2:]
    assert wave["notes"] == [
        "short.wav is not quite whole: its header promises 1.000 s, but the sound ends at 0.998 s"
    ]
    assert "its last page is not marked as the last" in ogg["notes"][0]


@pytest.fixture
def page_of(new_page: Callable[..., Page]) -> Iterator[Callable[..., Panel]]:
    """Open a page; it must make no error, and fetch nothing but itself and its worker."""
    opened = []

    def page_of(path: Path, script: str = "", at: str = "", **options: Any) -> Panel:
        page = new_page(**options)
        opened.append((path.as_uri(), Watched(page)))
        if script:
            page.add_init_script(script)
        page.goto(path.as_uri() + at)
        return Panel(page, page.locator(".auralise").first)

    yield page_of
    for uri, watched in opened:
        assert watched.problems == []
        assert [one for one in watched.requests if not one.startswith("blob:")] == [uri]


@pytest.fixture
def panel(page_of: Callable[..., Panel], hosted: Path) -> Panel:
    panel = page_of(hosted)
    panel.page.evaluate("auralise.ready")
    return panel


def button(panel: Panel) -> Locator:
    """Return what adds files; while it does, it cancels."""
    return panel.root.locator(".auralise-own button").first


def host_of(panel: Panel) -> Host:
    return Host(panel.page.evaluate)


@pytest.fixture(scope="module")
def with_microphone(
    driver: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    program = find_firefox()
    if program is None:
        pytest.skip("no Firefox was found")
    microphone = {"media.navigator.streams.fake": True, "media.navigator.permission.disabled": True}
    with firefox(driver, program, tmp_path_factory.mktemp("firefox"), **microphone) as browser:
        yield browser


@pytest.fixture
def fox(with_microphone: Browser) -> Iterator[Page]:
    with pages_of(with_microphone) as new_page:
        yield new_page()


def test_files_of_every_kind(panel: Panel) -> None:
    check_files(host_of(panel))
    panel.root.press("ArrowRight")  # and the panel is alive
    panel.shows(2, 4)


def test_files_in_firefox(fox: Page, hosted: Path) -> None:
    watched = Watched(fox)
    fox.goto(hosted.as_uri())
    assert fox.evaluate("auralise.ready.then(() => 'ready', String)") == "ready"
    check_files(Host(fox.evaluate))
    assert watched.problems == []


def test_of_long_files_the_beginning_is_kept(panel: Panel, tmp_path: Path) -> None:
    """Ten hours as a file with a hole; and lengths that only a header states."""
    place = tmp_path / "hours.wav"
    with place.open("wb") as file:
        file.write(wav(36000, 1000))
        file.truncate(44 + 36000 * 1000 * 2)
    panel.page.set_input_files("input[type=file]", place)
    expect(button(panel)).to_have_text("Add")
    (one,) = host_of(panel).taken
    assert (one["length"], one["rate"]) == (600_000, 1000)
    assert one["notes"] == ["of hours.wav the first 10 minutes are kept"]
    long = bytearray(mp4(b"mp4a"))
    at = long.index(b"mdhd") + 20
    long[at : at + 4] = (8000 * 3600 * 10).to_bytes(4, "big")
    host_of(panel).drop({"hours.m4a": bytes(long)})
    assert host_of(panel).error.startswith(
        "hours.m4a is 600 minutes long, and a page keeps the first 10"
    )


def test_what_a_header_says_too_little_is_not_believed(panel: Panel, tmp_path: Path) -> None:
    """Silence takes next to no bytes: hours of it are in a small file that says one second."""
    place = tmp_path / "long.flac"
    soundfile.write(place, np.zeros(8000 * 1300, np.int16), 8000)
    silent = bytearray(place.read_bytes())
    assert len(silent) < 100_000
    files = {}
    for name, stated in {"little.flac": 8000, "unknown.flac": 0}.items():
        silent[21] &= 0xF0
        silent[22:26] = stated.to_bytes(4, "big")
        files[name] = bytes(silent)
    host = host_of(panel)
    host.drop(files | {"short.flac": FLAC[:21] + bytes([FLAC[21] & 0xF0]) + bytes(4) + FLAC[26:]})
    assert host.error == ""
    *cut, short = host.taken
    for one, name in zip(cut, files, strict=True):
        assert one["length"] == 4_800_000
        assert one["notes"] == [f"of {name} the first 10 minutes are kept"]
    assert (short["length"], short["notes"]) == (44100, [])
    for kind in ("VORBIS", "OPUS"):
        host.drop({"little.ogg": padded(coded("OGG", 48000, subtype=kind), 100)})
        assert host.error == (
            "little.ogg is damaged: its pages count far less sound than they hold; save it as "
            "WAV or MP3"
        )
    for data in (mp4(b"mp4a", packets=300_000), mp4(b"mp4a", packets=100_000, pieces=2)):
        host.drop({"little.m4a": data})
        assert host.error.startswith(
            "little.m4a is 640 minutes long, and a page keeps the first 10"
        )
    host.drop({"honest.m4a": mp4(b"mp4a", pieces=1)})  # it holds no sound, but a decoder is asked
    assert host.error.startswith("honest.m4a cannot be decoded")


def test_a_sound_is_decoded_again_unless_its_file_is_gone(panel: Panel, tmp_path: Path) -> None:
    host = host_of(panel)
    for name, data in {"wave.wav": LOUD, "coded.flac": FLAC}.items():
        place = tmp_path / name
        place.write_bytes(data)
        panel.page.set_input_files("input[type=file]", place)
        expect(button(panel)).to_have_text("Add")
        assert host.ask("auralise.source()") == 44100
        place.unlink()
        words = host.ask("auralise.source().catch(({ message }) => message)")
        assert words.startswith(f"{name} cannot be read any more; choose it again")
    assert len(host.taken) == 2


def test_a_long_coded_file_is_cut_where_its_decoder_can_go_on(panel: Panel, tmp_path: Path) -> None:
    """Eleven minutes at a low rate: of each kind the first ten."""
    noise = np.random.default_rng(0).normal(0, 0.05, 8000 * 660)
    files = {}
    for kind in ("FLAC", "OGG", "MP3"):
        place = tmp_path / f"long.{kind.lower()}"
        with soundfile.SoundFile(place, "w", 8000, 1, format=kind) as file:
            for block in np.array_split(noise, 100):  # libsndfile's Vorbis takes no more at once
                file.write(block)
        files[place.name] = place
    panel.page.set_input_files("input[type=file]", list(files.values()))
    expect(button(panel)).to_have_text("Add")
    assert host_of(panel).error == ""
    for one, name in zip(host_of(panel).taken, files, strict=True):
        assert one["length"] == 4_800_000, name
        assert one["notes"] == [f"of {name} the first 10 minutes are kept"]


def test_a_file_that_vanishes_and_a_folder(panel: Panel, tmp_path: Path) -> None:
    place = tmp_path / "gone.wav"
    place.write_bytes(LOUD)
    files = panel.page.locator("input[type=file]")
    files.evaluate(
        """one => {
          const wait = (event) => event.stopImmediatePropagation();
          one.addEventListener("change", wait, { capture: true, once: true });
        }"""
    )
    files.set_input_files(place)
    place.unlink()
    files.dispatch_event("change")
    error = panel.page.locator(ERROR)
    expect(error).to_contain_text("gone.wav cannot be read any more; choose it again")
    panel.page.evaluate(
        """() => {
          const entry = { isDirectory: true, name: "songs" };
          const items = [{ kind: "file", webkitGetAsEntry: () => entry }];
          const dataTransfer = { items, files: [new File([], "songs")] };
          const event = new Event("drop", { bubbles: true, cancelable: true });
          Object.assign(event, { dataTransfer });
          document.body.dispatchEvent(event); // beside the panel: the page is there for it
        }"""
    )
    expect(error).to_contain_text("songs is a folder: drop or choose the sound files in it")
    assert host_of(panel).taken == []


def test_reading_can_be_cancelled(panel: Panel) -> None:
    panel.page.evaluate(
        """() => {
          const { arrayBuffer } = Blob.prototype;
          const released = new Promise((resolve) => (globalThis.release = resolve));
          Blob.prototype.arrayBuffer = function () {
            return released.then(() => arrayBuffer.call(this));
          };
        }"""
    )
    panel.page.evaluate(DROP, {"a.wav": base64.b64encode(LOUD).decode()})
    expect(button(panel)).to_have_text("Cancel")
    button(panel).click()
    panel.page.evaluate("release()")
    expect(button(panel)).to_have_text("Add")
    assert (host_of(panel).taken, host_of(panel).error) == ([], "")
    panel.root.press("ArrowRight")
    panel.shows(2, 4)


MICROPHONE = """
  const tone = () => {
    const context = new AudioContext();
    const from = new OscillatorNode(context, { frequency: 1000 });
    const to = context.createMediaStreamDestination();
    from.connect(to);
    from.start();
    return (globalThis.stream = to.stream);
  };
  Object.defineProperty(navigator, "mediaDevices", { value: {
    getUserMedia: async ({ audio }) => {
      globalThis.asked = audio;
      if (globalThis.refuses) throw new DOMException("no", globalThis.refuses);
      return tone();
    },
  } });
"""


def record(panel: Panel) -> Locator:
    return panel.root.locator(".auralise-record")


def test_a_recording_is_as_long_as_what_the_network_hears(
    page_of: Callable[..., Panel], hosted: Path
) -> None:
    panel = page_of(hosted, MICROPHONE)
    host = host_of(panel)
    record(panel).click()
    expect(record(panel)).to_have_text("Record")
    panel.wait("!root.querySelector('.auralise-recording')")
    (one,) = host.taken
    assert one["name"] == "recording"
    assert one["length"] / one["rate"] == pytest.approx(0.37, abs=0.02)
    assert one["rms"] > 0.1
    ways = ("echoCancellation", "noiseSuppression", "autoGainControl")
    assert host.ask("asked") == dict.fromkeys(ways, False) | {"channelCount": 1}
    assert host.ask("stream.getTracks().every((track) => track.readyState === 'ended')")
    assert host.error == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("NotAllowedError", "The microphone was not allowed: allow it in the browser's settings"),
        ("NotFoundError", "No microphone was found: connect one"),
        ("NotReadableError", "The microphone cannot be used now: another program may hold it"),
    ],
)
def test_a_microphone_that_cannot_be_had(
    page_of: Callable[..., Panel], hosted: Path, name: str, words: str
) -> None:
    panel = page_of(hosted, MICROPHONE + f"globalThis.refuses = '{name}';")
    record(panel).click()
    expect(panel.page.locator(ERROR)).to_contain_text(words)
    expect(record(panel)).to_have_text("Record")
    host_of(panel).drop({"in.wav": LOUD})
    assert [one["name"] for one in host_of(panel).taken] == ["in"]


def test_a_microphone_that_is_unplugged_muted_or_not_for_this_page(
    page_of: Callable[..., Panel], hosted: Path
) -> None:
    panel = page_of(hosted, MICROPHONE)
    error = panel.page.locator(ERROR)
    panel.ask("globalThis.MediaRecorder.prototype.stop = () => {}")
    record(panel).click()
    expect(record(panel)).to_contain_text("Stop")
    panel.wait("root.querySelector('.auralise-recording') !== null")
    panel.ask("stream.getTracks()[0].dispatchEvent(new Event('ended'))")
    expect(error).to_contain_text("The microphone is gone: connect it again")

    mute = MICROPHONE.replace("frequency: 1000", "frequency: 0")
    panel = page_of(hosted, mute)
    record(panel).click()
    expect(panel.page.locator(ERROR)).to_contain_text("The microphone gave silence")

    plain = "Object.defineProperty(navigator, 'mediaDevices', { value: undefined });"
    panel = page_of(
        hosted, plain + "Object.defineProperty(globalThis, 'isSecureContext', { value: false });"
    )
    record(panel).click()
    expect(panel.page.locator(ERROR)).to_contain_text("open it from disk, or from an address")
    panel = page_of(hosted, plain)
    record(panel).click()
    expect(panel.page.locator(ERROR)).to_contain_text("This browser gives a page no microphone")


def test_a_recording_in_firefox(fox: Page, hosted: Path) -> None:
    """With the browser's own microphone, which hums."""
    watched = Watched(fox)
    fox.goto(hosted.as_uri())
    fox.evaluate("auralise.ready")
    fox.locator(".auralise-record").click()
    expect(fox.locator(".auralise-recording")).to_have_count(1)
    expect(fox.locator(".auralise-recording")).to_have_count(0)
    (one,) = fox.evaluate("auralise.predict()")
    assert one["length"] / one["rate"] == pytest.approx(0.37, abs=0.02)
    assert one["rms"] > 0.01
    assert watched.problems == []


THROWS = "throw new Error('wasm is broken');"
FAILS = "onmessage = () => postMessage({ kind: 'failed', words: 'This network is damaged.' });"
DIES = """onmessage = ({ data }) => {
  if (data.kind !== "start") throw new Error("out of memory");
  postMessage({ kind: "ready" });
};"""


@pytest.mark.parametrize(
    ("script", "worker", "words"),
    [
        ("delete globalThis.WebAssembly", None, "This browser runs no WebAssembly"),
        ("WebAssembly.validate = () => false", None, "has no SIMD instructions"),
        ("delete globalThis.Worker", None, "This browser starts no workers"),
        (
            "globalThis.Worker = class { constructor() { throw new Error('No workers.'); } }",
            None,
            "lets no page start a worker of its own",
        ),
        ("", FAILS, "This network is damaged."),
        ("", THROWS, "did not start: wasm is broken. Load the page again"),
        ("", DIES, "stopped: out of memory. Load the page again"),
    ],
)
def test_where_nothing_can_be_computed_the_panel_plays(
    page_of: Callable[..., Panel],
    new_page: Callable[..., Page],
    hosted: Path,
    tmp_path: Path,
    script: str,
    worker: str | None,
    words: str,
) -> None:
    path = with_worker(hosted, tmp_path / "page.html", worker) if worker else hosted
    if worker in (THROWS, DIES):  # the browser's console says so, too
        page = new_page()
        page.goto(path.as_uri())
        panel = Panel(page)
    else:
        panel = page_of(path, script)
    status = panel.root.get_by_role("status")
    expect(status).to_contain_text(words)
    expect(status).to_contain_text("What is shown here still plays.")
    panel.shows(2, 3)
    panel.root.press("Space")
    panel.wait("player.playing && Object.keys(player.laid).length === 2")
    assert words in panel.page.evaluate("auralise.predict().then(String, String)")
    host_of(panel).drop({"in.wav": LOUD})
    assert words in host_of(panel).error


def test_a_browser_that_unpacks_nothing(new_page: Callable[..., Page], hosted: Path) -> None:
    page = new_page()
    watched = Watched(page)
    page.add_init_script("delete globalThis.DecompressionStream")
    page.goto(hosted.as_uri())
    words = "This panel cannot be shown: this browser is too old to unpack gzip; open the page in a"
    expect(page.locator(".auralise-not-whole")).to_contain_text(words)
    expect(page.locator(".auralise-not-whole")).not_to_contain_text("cut off")
    assert watched.problems == []


def test_a_page_that_may_start_no_worker(
    new_page: Callable[..., Page], hosted: Path, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(hosted.read_text("utf-8").replace("worker-src blob:; ", ""), "utf-8")
    page = new_page()
    page.goto(path.as_uri())
    panel = Panel(page)
    expect(panel.root.get_by_role("status")).to_contain_text("lets no page start a worker")
    panel.shows(2, 3)


def test_a_page_that_is_cut_off_says_so_and_shows_what_it_has(
    new_page: Callable[..., Page], hosted: Path, tmp_path: Path
) -> None:
    text = hosted.read_text("utf-8")
    start = text.index('id="auralise-page"')
    ends = [
        start + 500,
        text.index('id="auralise-engine"') + 100,
        text.index('id="auralise-d0"') + 500,
        text.index('id="auralise-end"') - 30,
    ]
    for number, end in enumerate(ends):
        path = tmp_path / f"cut{number}.html"
        path.write_text(text[:end], "utf-8")
        page = new_page()
        watched = Watched(page)
        page.goto(path.as_uri())
        said = page.locator(".auralise-not-whole")
        expect(said).to_contain_text("This page is not whole: it was cut off")
        expect(page.locator(".auralise")).to_have_count(1 if number else 0)
        if number:
            Panel(page).shows(2, 3)
        assert watched.problems == []


def test_a_link_opens_a_view_and_a_copy_is_such_a_link(
    page_of: Callable[..., Panel], hosted: Path
) -> None:
    at = "#layer=1&feature=2&rule=guided&position=strongest"
    panel = page_of(hosted, at=at, **CLIPBOARD)
    panel.shows(1, 2)
    asked = "['rule', 'resynthesis', 'position'].map((name) => root.dataset[name])"
    assert panel.ask(asked) == ["guided", "phase", "strongest"]
    panel.page.evaluate("location.hash = '#layer=9&feature=5&rule=gradient'")
    panel.shows(3, 5)
    expect(panel.root.get_by_role("status")).to_contain_text("this page does not hold layer 9")
    panel.root.get_by_role("button", name="Copy the address").click()
    expect(panel.root.get_by_role("status")).to_contain_text("copied")
    link = panel.page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{hosted.as_uri()}#layer=3&feature=5&rule=gradient&position=strongest")
    again = page_of(hosted, at=link.removeprefix(hosted.as_uri()))
    again.shows(3, 5)
    assert again.ask(asked) == ["gradient", "phase", "strongest"]


def test_a_link_into_a_page_of_features(page_of: Callable[..., Panel], tmp_path: Path) -> None:
    with aj.explore(make_model(), make_noise(0.37), layer=2, feature=3) as made:
        path = made.to_html(tmp_path / "page.html", layers=[1, 2], features=[0, 3])
    panel = page_of(path, at="#layer=1&feature=3")
    panel.shows(1, 3)
    panel.page.evaluate("location.hash = '#layer=2&feature=1&rule=guided'")
    panel.shows(2, 0)
    expect(panel.root.get_by_role("status")).to_have_text(
        "this page does not hold feature 1, rule guided; it shows feature 0, rule deconvnet"
    )
    panel.root.press("Shift")  # it was read
    expect(panel.root.get_by_role("status")).to_have_text("")


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lesson")
    with (
        aj.explore(make_model(), make_noise(0.37), layer=2, feature=3) as first,
        aj.explore(make_model(), make_noise(0.37), layer=1, feature=2) as second,
    ):
        blocks = ["# First", first, "# Second", second]
        whole = aj.Lesson(blocks, live=True).save(folder / "whole.html")
    return with_worker(whole, folder / "lesson.html")


def test_a_link_to_a_panel_goes_to_it(page_of: Callable[..., Panel], lesson: Path) -> None:
    panels = page_of(lesson, at="#panel=2&layer=2").page.locator(".auralise")
    for hash_, number in (("#panel=1", 0), ("#panel=7&feature=1", 1)):
        expect(panels.nth(1 - number)).to_be_in_viewport(ratio=0.4)
        panels.page.evaluate("(hash) => { location.hash = hash }", hash_)
        expect(panels.nth(number)).to_be_in_viewport(ratio=0.4)
    words = "this page does not hold panel 7; it shows panel 2"
    expect(panels.nth(1).get_by_role("status")).to_have_text(words)
    assert panels.nth(1).evaluate("(root) => [root.dataset.layer, root.dataset.feature]") == [
        *("2", "1")
    ]


DRAG = """([place, kind]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(["words"], "words.txt"));
  const event = new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
  document.querySelector(place).dispatchEvent(event);
  const marked = document.querySelectorAll(".auralise-dropping").length;
  return [event.defaultPrevented, marked];
}"""


def test_a_file_is_caught_beside_the_panels(page_of: Callable[..., Panel], lesson: Path) -> None:
    panel = page_of(lesson)
    panel.page.evaluate("auralise.ready")
    drag = panel.page.evaluate
    assert drag(DRAG, ["h1", "dragover"]) == [True, 2]
    assert drag(DRAG, ["h1", "drop"]) == [True, 0]
    expect(panel.root.get_by_role("status")).to_contain_text("drop the file on a panel")
    assert drag(DRAG, [".auralise", "dragover"]) == [True, 2]
    assert drag(DRAG, [".auralise", "drop"]) == [True, 0]
    expect(panel.page.locator(ERROR).first).to_contain_text("words.txt is text")
    assert panel.page.locator(f"{ERROR}:visible").count() == 1


def test_what_a_script_can_ask(panel: Panel) -> None:
    assert panel.page.evaluate("Object.keys(auralise)") == [
        *("ready", "open", "predict", "answer", "source", "project", "auralise")
    ]
    opened = panel.page.evaluate(
        """(data) => {
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          return auralise.open(new File([bytes], "my song.wav"))
            .then(([{ samples, ...sound }]) => ({ length: samples.length, ...sound }));
        }""",
        base64.b64encode(LOUD).decode(),
    )
    wanted = {"length": 44100, "rate": 44100, "name": "my song", "notes": [], "key": "own 1"}
    assert opened == wanted
    assert panel.page.evaluate("auralise.project(3, 5, 'guided')") == [3, 5, "guided"]
    refused = "auralise.open(new Blob(['words'])).then(String, (problem) => problem.message)"
    assert panel.page.evaluate(refused) == (
        "sound is text, not a sound file; choose WAV, FLAC, Ogg, MP3 or M4A"
    )
