"""Sound in pieces, of files that are good, odd, damaged and hostile."""

import struct
import tracemalloc
import wave

import numpy as np
import pytest
import soundfile
from making import TINY, make_model, make_noise, with_tensors

import auralise_jax as aj
from auralise_jax.atlas.hearing import FileListener, model_key
from auralise_jax.atlas.windows import blocks, pieces, stretches
from auralise_jax.atlas.work import hear_file

LONGER = aj.Frontend(sample_rate=2000, n_fft=64, hop_length=32, duration=1.0)


def heard(path, frontend=LONGER, frames=(64, 32)):
    """Return the pieces of a file, 2 frames beside each."""
    return [p for p, _ in pieces(path, frontend, frames, 2, lambda n: 1 + n // 32)]


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("rate", [2000, 16_000, 44_100])
def test_they_are_the_samples_that_load_clip_gives(tmp_path, ending, rate) -> None:
    if ending == "mp3" and rate == 2000:
        pytest.skip("MP3 knows no such rate")
    rng = np.random.default_rng(0)
    path = tmp_path / f"noise.{ending}"
    soundfile.write(path, rng.normal(0, 0.1, (round(4.7 * rate), 2)), rate)
    whole = aj.load_clip(path, sample_rate=2000).samples
    np.testing.assert_array_equal(np.concatenate(list(blocks(path, 2000))), whole)
    starts = [0, 100, 5000, len(whole) - 7]
    for start, found in zip(starts, stretches(path, 2000, starts, 600), strict=True):
        np.testing.assert_array_equal(found, whole[start : start + 600])


@pytest.mark.parametrize("samples", [1000, 1023, 1024, 4095, 4097, 9876])
def test_the_frames_of_the_pieces_are_those_of_the_whole(tmp_path, samples) -> None:
    path = make_noise(samples / 2000).save(tmp_path / "noise.wav")
    whole = aj.load_clip(path).samples
    found = [np.asarray(LONGER.picture(piece))[:, 2:-2] for piece in heard(path)]
    assert {one.shape[1] for one in found} <= {32, 64}
    joined = np.concatenate(found, axis=1)
    wanted = np.asarray(LONGER.picture(np.pad(whole, (0, 4096))))  # silence follows
    count = 1 + samples // 32
    assert joined.shape[1] - count < 64
    np.testing.assert_allclose(joined[:, :count], wanted[:, :count], atol=1e-5 * wanted.max())


@pytest.mark.parametrize(
    ("samples", "count"), [(400, 1), (767, 1), (768, 1), (1152, 2), (1153, 2), (1919, 2), (1920, 3)]
)
def test_a_last_piece_of_half_a_length_counts(tmp_path, samples, count) -> None:
    path = make_noise(samples / 2000).save(tmp_path / "noise.wav")  # 24 frames, 768 samples
    found = FileListener(make_model()).listen(path)
    assert found.means.shape == (count, 15)
    assert found.seconds == samples / 2000


def test_a_short_file_is_too_short(tmp_path) -> None:
    path = make_noise(0.499).save(tmp_path / "noise.wav")
    with pytest.raises(ValueError, match=r"^too short: 0\.50 s, under half of 1 s$"):
        heard(path)


def cut(path):
    path.write_bytes(path.read_bytes()[:-3000])


def claim(at, form, number):
    def change(path):
        data = bytearray(path.read_bytes())
        data[at : at + struct.calcsize(form)] = struct.pack(form, number)
        path.write_bytes(data)

    return change


def bad_sample(path):
    samples = np.zeros(8000, np.float32)
    samples[4321] = np.nan
    soundfile.write(path, samples, 2000, subtype="FLOAT")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_bytes(b"words" * 99), "not a sound file"),
        (lambda path: path.write_bytes(path.read_bytes()[:30]), "not a sound file|damaged"),
        (cut, "cut off: its header promises 4.000 s, but the sound ends at 3.250 s"),
        (bad_sample, "sample 4321"),
        (claim(24, "<I", 1), "its rate is 1 Hz; expected 1000 to 768000 Hz"),
        (claim(24, "<I", 2_000_000_000), "its rate is 2000000000 Hz"),
        (claim(40, "<I", 0x70000000), "cut off: its header promises"),
    ],
)
def test_what_cannot_be_heard_says_why(tmp_path, change, reason) -> None:
    path = make_noise(4.0).save(tmp_path / "noise.wav")
    change(path)
    with pytest.raises(ValueError, match=reason):
        list(blocks(path, 2000))


def test_a_length_that_a_streaming_writer_left_at_zero_is_no_error(tmp_path) -> None:
    path = make_noise(4.0).save(tmp_path / "noise.wav")
    claim(40, "<I", 0)(path)
    assert sum(map(len, blocks(path, 2000))) == 8000


def test_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path) -> None:
    path = tmp_path / "long.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        for _ in range(20):
            file.writeframes(bytes(4 * 8000 * 60))  # a minute
    heard(path, TINY)  # imports
    tracemalloc.start()
    count = sum(1 for _ in pieces(path, TINY, (24, 8), 1, lambda samples: samples // 32))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20 * 60 * 2000 // (24 * 32)
    assert peak < 9e6  # bytes; the file has 38 million


@pytest.mark.parametrize("layer", [1, 2])
def test_numbers_that_overflow_are_blamed_on_the_model(tmp_path, layer) -> None:
    model = make_model()
    kernel = f"conv{layer}.kernel"
    tensors = dict(model.network.tensors)
    tensors[kernel] = np.where(tensors[kernel] > 0, np.float32(1e38), tensors[kernel])
    loud = with_tensors(model, tensors)
    samples = 30 * make_noise(30 * TINY.duration).samples  # more pieces than are taken at once
    path = aj.Clip(samples, TINY.sample_rate).save(tmp_path / "loud.wav", subtype="FLOAT")
    with pytest.raises(ValueError, match=f"^model 'tiny' overflows float32 in layer {layer}: its"):
        FileListener(loud).listen(path)
    place = aj.save_model(loud, tmp_path / "tiny.safetensors")
    answer = hear_file(str(path), str(place), model_key(loud))
    assert answer.entries == ()
    assert answer.reason.startswith(f"model 'tiny' overflows float32 in layer {layer}: its weights")
