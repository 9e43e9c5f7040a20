"""Sound files that come in pieces, and what must not come."""

import io

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
        np.testing.assert_allclose(panel._song.samples, make_noise(1.0, seed=1).samples)
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
