"""Sound files that come in pieces, and what must not come."""

import io
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from making import make_model, make_noise
from talking import Talk

import auralise_jax as aj
from auralise_jax.widgets import uploads
from auralise_jax.widgets.uploads import Uploads


def wav(seconds: float = 1.0, rate: int = 2000, seed: int = 1) -> bytes:
    buffer = io.BytesIO()
    clip = make_noise(seconds, rate, seed)
    soundfile.write(buffer, clip.samples, rate, format="WAV", subtype="FLOAT")
    return buffer.getvalue()


def piece(data: bytes = b"abc", **changes) -> tuple[dict, list[memoryview]]:
    told = {"id": "1", "name": "a.wav", "size": len(data), "at": 0} | changes
    return told, [memoryview(data)]


@pytest.mark.parametrize("chunk", [1000, 3333, 10**6])
def test_an_uploaded_file_is_heard_and_joins_the_clips(chunk) -> None:
    with aj.explore(make_model(), make_noise(0.37)) as panel:
        talk = Talk(panel)
        talk.upload("My <b>Song.wav", wav(), chunk)
        assert panel.error == ""
        assert panel.clip == "My <b>Song"
        sent = panel._song.window(0.0, 2.0).samples
        np.testing.assert_allclose(sent, make_noise(1.0, seed=1).samples)
        assert panel.facts["song"]["duration"] == 1.0
        assert all(told == {"kind": "done", "what": "upload"} for told, _ in talk.sent)
        talk.upload("noise.wav", wav(0.5))
        assert panel.clip == "noise (2)"
        panel.clip = "noise"
        assert panel.facts["song"] is None


def test_several_files_may_come_at_once() -> None:
    coming = Uploads()
    data = {name: wav(seed=seed) for name, seed in (("a.wav", 2), ("b.wav", 3))}
    half = {name: len(one) // 2 for name, one in data.items()}
    for name, one in data.items():
        told = {"id": name, "name": name, "size": len(one), "at": 0}
        assert coming.take(told, [memoryview(one[: half[name]])]) is None
    for name, one in data.items():
        told = {"id": name, "name": name, "size": len(one), "at": half[name]}
        clip = coming.take(told, [memoryview(one[half[name] :])])
        assert clip is not None
        assert clip.title == name[0]
        assert coming._arriving.get(name) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"size": 0}, "must not be empty"),
        ({"size": -1}, "must not be empty"),
        ({"size": 10**12}, "1000000 MB; a file may have up to 200 MB"),
        ({"at": 7, "size": 10}, "a piece of it does not fit"),
        ({"size": 2}, "a piece of it does not fit"),
    ],
)
def test_lengths_are_checked(changes, message) -> None:
    with pytest.raises(ValueError, match=message):
        Uploads().take(*piece(**changes))


def test_no_more_files_at_once_than_fit() -> None:
    coming = Uploads()
    for n in range(uploads.AT_ONCE):
        assert coming.take(*piece(id=str(n), size=10)) is None
    with pytest.raises(ValueError, match="only 8 files can be on their way at once"):
        coming.take(*piece(id="x", size=10))


def test_a_piece_that_belongs_to_another_file_is_refused_and_the_file_forgotten() -> None:
    coming = Uploads()
    coming.take(*piece(size=10))
    with pytest.raises(ValueError, match="a piece of it does not fit"):
        coming.take(*piece(name="b.wav", size=10, at=3))
    with pytest.raises(ValueError, match="choose the file again"):
        coming.take(*piece(size=10, at=3))


@pytest.mark.parametrize(
    ("name", "data"),
    [("notes.txt", b"no sound at all"), ("../../etc/x.wav", b"RIFF"), ("a.pkl", b"\x80\x04N.")],
)
def test_what_is_no_sound_is_told_in_the_panel_by_its_name(name, data) -> None:
    with aj.explore(make_model(), make_noise(0.37)) as panel:
        Talk(panel).upload(name, data)
        assert panel.error.startswith(f"ValueError: {name}")
        assert "auralise-" not in panel.error  # nor where it was put for decoding
        assert panel.clip == "noise"


def test_a_very_long_file_is_cut(monkeypatch) -> None:
    monkeypatch.setattr(uploads, "LONGEST", 0.5)
    clip = Uploads().take(*piece(wav(2.0)))
    assert clip is not None
    assert clip.duration == 0.5


def test_the_first_part_of_a_very_long_file_is_kept_and_the_panel_says_so(monkeypatch) -> None:
    monkeypatch.setattr(uploads, "LONGEST", 0.6)
    with aj.explore(make_model(), make_noise(0.37)) as panel:
        Talk(panel).upload("long.wav", wav(2.0))
        assert panel.facts["notes"] == ["of long the first 0.01 minutes are kept"]
        assert panel.facts["song"]["duration"] == 0.6
        panel.clip = "noise"
        assert panel.facts["notes"] == []


def test_a_file_of_many_samples_a_second_is_cut_sooner(monkeypatch) -> None:
    monkeypatch.setattr(uploads, "MOST_SAMPLES", 1000)
    clip = Uploads().take(*piece(wav(2.0, 4000)))
    assert clip is not None
    assert (len(clip.samples), clip.sample_rate) == (1000, 4000)


def test_a_file_that_was_given_up_makes_room_for_another() -> None:
    now = [0.0]
    coming = Uploads(clock=lambda: now[0])
    for n in range(uploads.AT_ONCE):
        now[0] = n
        coming.take(*piece(id=str(n), size=10))
    with pytest.raises(ValueError, match="only 8 files"):
        coming.take(*piece(id="x", size=10))
    now[0] = uploads.ABANDONED + 0.5  # the first has been waited for too long
    assert coming.take(*piece(id="x", size=10)) is None
    with pytest.raises(ValueError, match="choose the file again"):
        coming.take(*piece(id="0", size=10, at=3))


def test_a_file_can_be_cancelled() -> None:
    coming = Uploads()
    for n in range(3 * uploads.AT_ONCE):
        coming.take(*piece(id=str(n), size=10))
        coming.cancel({"id": str(n)})
    coming.cancel({"id": "never came"})
    with pytest.raises(ValueError, match="choose the file again"):
        coming.take(*piece(id="0", size=10, at=3))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": None}, "id must be a text"),
        ({"id": "x" * 10**6}, "id must have at most 255 characters"),
        ({"name": ["a"]}, "name must be a text"),
        ({"name": "x" * 10**6}, "name must have at most 255 characters"),
        ({"size": "3"}, "size must be a whole number"),
        ({"size": True}, "size must be a whole number"),
        ({"at": 0.0}, "at must be a whole number"),
        ({"at": 2**70}, "at must be a whole number"),
    ],
)
def test_what_an_upload_says_is_checked(changes, message) -> None:
    with pytest.raises(ValueError, match=message):
        Uploads().take(*piece(**changes))


@pytest.mark.parametrize(
    "data", [b"no sound at all", b"RIFF", b"fLaC" + bytes(50), b"OggS" + bytes(50), wav(5.0, 10)]
)
def test_an_error_names_the_file_once_and_not_where_it_was_put(data) -> None:
    with pytest.raises(ValueError, match="my song") as raised:
        Uploads().take(*piece(data, name="my song.wav"))
    told = str(raised.value)
    assert told.startswith("my song.wav")
    assert told.count("my song") == 1
    assert "auralise-" not in told
    assert "''" not in told


def test_a_file_that_cannot_be_heard_does_not_join_the_clips(monkeypatch) -> None:
    with aj.explore(make_model(), make_noise(0.37)) as panel:
        talk = Talk(panel)
        monkeypatch.setattr(aj.widgets.explorer, "Variant", None)
        with pytest.raises(TypeError):
            panel._on_message(panel, *message("a.wav", wav()))
        monkeypatch.undo()
        Talk(panel)
        assert panel.error
        assert panel.clip == "noise"
        assert "a" not in panel._clips
        talk = Talk(panel)
        talk.upload("b.wav", wav())
        assert panel.clip == "b"
        assert panel.facts["clips"][-1] == "b"


def message(name: str, data: bytes) -> tuple[dict, list[memoryview]]:
    told, buffers = piece(data, name=name)
    return {"kind": "upload", "request": "1", **told}, buffers


def test_a_bad_file_does_not_stop_the_next(monkeypatch) -> None:
    """Each is answered by its own request, with success or with an error of its own."""
    real = uploads.open_sound

    def opened(path, **told):  # the real one tries every decoder there is
        if b"junk" in path.read_bytes():
            raise ValueError(f"{path} is no sound file")
        return real(path, **told)

    monkeypatch.setattr(uploads, "open_sound", opened)
    with aj.explore(make_model(), make_noise(0.37)) as panel:
        talk = Talk(panel)
        for n in range(3 * uploads.AT_ONCE):
            talk.upload(f"junk {n}.wav", b"junk" * 100, chunk=150, request=f"{n}")
        assert all(
            "junk" in told["error"] for told, _ in talk.sent if told["what"] and told["error"]
        )
        assert [told["request"] for told, _ in talk.sent if told["error"]] == [
            f"{n}" for n in range(3 * uploads.AT_ONCE)
        ]
        talk.sent.clear()
        talk.upload("good.wav", wav(), request="good")
        assert [told for told, _ in talk.sent] == [
            {"kind": "done", "what": "upload", "request": "good", "error": ""}
        ]
        assert (panel.clip, panel.error) == ("good", "")


@pytest.fixture
def places(monkeypatch, tmp_path) -> Path:
    """Where files that are on their way are kept."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_pieces_wait_on_disk_and_nothing_is_left_there(places) -> None:
    coming = Uploads()
    data = {name: wav(seed=seed) for name, seed in (("a.wav", 2), ("b.wav", 3), ("c", 4))}
    for name, one in data.items():
        coming.take({"id": name, "name": name, "size": len(one), "at": 0}, [memoryview(one[:99])])
    assert sorted(path.read_bytes() for path in places.glob("*/upload*")) == sorted(
        one[:99] for one in data.values()
    )
    last = {"id": "a.wav", "name": "a.wav", "size": len(data["a.wav"]), "at": 99}
    clip = coming.take(last, [memoryview(data["a.wav"][99:])])
    assert clip is not None
    np.testing.assert_allclose(clip.samples, make_noise(1.0, seed=2).samples)
    coming.cancel({"id": "b.wav"})
    assert [path.read_bytes() for path in places.glob("*/upload*")] == [data["c"][:99]]
    with pytest.raises(ValueError, match="does not fit"):
        coming.take({"id": "c", "name": "c", "size": len(data["c"]), "at": 5}, [memoryview(b"x")])
    assert list(places.iterdir()) == []


def test_nothing_is_left_on_disk_when_the_panel_closes(places) -> None:
    with aj.explore(make_model(), make_noise(0.37)) as panel:
        told, buffers = message("a.wav", b"RIFF")
        Talk(panel).say(told | {"size": 100}, buffers)
        assert panel.error == ""
        assert len(list(places.iterdir())) == 1
    assert list(places.iterdir()) == []


def test_a_disk_that_is_full_is_said_and_the_file_forgotten(places, monkeypatch) -> None:
    coming = Uploads()
    coming.take(*piece(size=10))
    places.joinpath(next(places.iterdir()), "upload.wav").unlink()
    places.joinpath(next(places.iterdir()), "upload.wav").symlink_to("/dev/full")
    with pytest.raises(ValueError, match=r"^a\.wav cannot be kept on disk .*: No space left on"):
        coming.take(*piece(size=10, at=3))
    assert list(places.iterdir()) == []
    monkeypatch.setattr("tempfile.tempdir", str(places / "nowhere"))
    with pytest.raises(ValueError, match=r"^a\.wav cannot be kept on disk .*: No such file or"):
        coming.take(*piece(size=10))


def test_a_file_is_held_once_in_memory(monkeypatch) -> None:
    """Neither its bytes nor what is cut off stay; decoding takes the sound twice for a moment."""
    seconds, rate = 30, 48_000
    monkeypatch.setattr(uploads, "LONGEST", 10.0)
    data, coming = wav(seconds, rate), Uploads()
    pieces = range(0, len(data), 2**20)
    tracemalloc.start()
    for at in pieces:
        told = {"id": "1", "name": "a.wav", "size": len(data), "at": at}
        clip = coming.take(told, [memoryview(data)[at : at + 2**20]])
        if clip is None:
            assert tracemalloc.get_traced_memory()[0] < 1e5
    left, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert clip is not None
    assert clip.samples.base is None
    kept = 10 * rate * 4
    assert clip.samples.nbytes == kept
    assert left < 1.1 * kept
    assert peak < 3 * kept < len(data)  # twice the sound and a block


def test_a_file_that_is_nearly_whole_is_read_and_the_panel_says_what_is_missing() -> None:
    data = wav(2.0)[:-80]  # 20 samples of 4,000
    with aj.explore(make_model(), make_noise(0.37)) as panel:
        talk = Talk(panel)
        talk.upload("my song.wav", data, size=len(data))
        assert (panel.error, panel.clip) == ("", "my song")
        assert panel.facts["song"]["duration"] == 1.99
        assert panel.facts["notes"] == [
            "my song.wav is not quite whole: its header promises 2.000 s, but the sound ends at "
            "1.990 s"
        ]
        panel.clip = "noise"
        assert panel.facts["notes"] == []


def test_what_is_cut_off_is_refused_under_its_name() -> None:
    with pytest.raises(ValueError, match=r"^my song\.wav is cut off: its header promises 2\.000 s"):
        Uploads().take(*piece(wav(2.0)[:-4000], name="my song.wav"))


def test_a_file_that_comes_twice_has_one_name_everywhere() -> None:
    with aj.explore(make_model(), make_noise(0.37)) as panel:
        talk = Talk(panel)
        talk.upload("big.wav", wav())
        talk.upload("big.wav", wav(seed=2))
        assert panel.clip == panel.heard.clip.title == "big (2)"
        assert panel.facts["takes"][0]["clip"] == panel.facts["clips"][-1] == "big (2)"
        assert panel.facts["title"] == "tiny / big (2)"


def test_an_upload_named_as_the_model_leaves_the_models_address(monkeypatch, tmp_path) -> None:
    model = aj.save_model(make_model(), tmp_path / "tiny.safetensors")
    with aj.explore(model, make_noise(0.37)) as panel:
        talk = Talk(panel)
        monkeypatch.setattr(aj.widgets.explorer, "Variant", None)
        with pytest.raises(TypeError):
            panel._on_message(panel, *message("tiny.wav", wav()))
        monkeypatch.undo()
        talk = Talk(panel)
        for _ in range(2):
            talk.upload("tiny.wav", wav())
            assert panel.error == ""
        panel.clip = "Dance"
        assert panel.facts["call"] == f'aj.explore("{model}", "dance"'


def test_an_upload_that_cannot_be_shown_leaves_nothing_behind(monkeypatch) -> None:
    monkeypatch.setattr(uploads, "LONGEST", 0.6)
    with aj.explore(make_model(), make_noise(0.6), layer=2, feature=3) as panel:

        def broken(*_: object) -> None:
            raise RuntimeError("no picture")

        with monkeypatch.context() as patched:
            patched.setattr("auralise_jax.widgets.view.show", broken)
            with pytest.raises(RuntimeError, match="no picture"):
                panel._on_message(panel, *message("a.wav", wav()))
        assert panel.clip == panel.heard.clip.title == "noise"
        assert ("a" in panel._clips, "a" in panel._clip_notes) == (False, False)
        panel.start = 0.1
        assert panel.heard.start == pytest.approx(0.1)
        Talk(panel).upload("a.wav", wav(0.5, seed=3))  # not what was heard of the other a
        sent = panel.heard.clip.samples[:700]
        np.testing.assert_allclose(sent, make_noise(0.5, seed=3).samples[:700])
