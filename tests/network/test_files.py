"""Model files: what is written, what is read, and what is refused unread."""

import dataclasses
import io
import itertools
import json
import math
import os
import pickle
import struct
import tracemalloc
import zipfile
from importlib import resources
from pathlib import Path

import jax
import numpy as np
import pytest
from making import stack_model, with_tensors

from auralise_jax.audio import Clip
from auralise_jax.frontend import Frontend
from auralise_jax.network import (
    Architecture,
    Model,
    load_model,
    random_model,
    save_model,
    shipped_models,
)

FRONTEND = Frontend(sample_rate=8000, n_fft=32, hop_length=16, duration=0.05)
"""Its picture is 17 x 26; two blocks leave 4 x 6 of it."""

ARCHITECTURE = Architecture(features=(4, 5), dense=(7, 3))
TRAINING = {"data": "grooves", "scores": {"test": 0.5}, "seed": 3, "split": [8, 1, 1]}


def make(dense: tuple[int, ...] = (7, 3)) -> Model:
    """Return a small model with weights that float16 cannot hold exactly."""
    architecture = dataclasses.replace(ARCHITECTURE, dense=dense)
    rng = np.random.default_rng(0)
    tensors = {
        name: rng.normal(0, 0.3, shape).astype(np.float32)
        for name, shape in architecture.shapes(FRONTEND.shape).items()
    }
    classes = ("ballad", "dance", "hip-hop") if dense else ()
    return stack_model(tensors, architecture, FRONTEND, classes, TRAINING, "small")


MODEL = make()

Stored = dict[str, tuple[str, tuple[int, ...], bytes]]
"""Type, shape and bytes by name."""

METADATA = {
    "format": "auralise-jax/1",
    "architecture": '{"features": [4, 5], "kernel_size": [3, 3], "pool": [2, 2], "dense": [7, 3]}',
    "frontend": '{"sample_rate": 8000, "n_fft": 32, "hop_length": 16, "duration": 0.05,'
    ' "compression": "linear", "gain": 1.0}',
    "classes": '["ballad", "dance", "hip-hop"]',
    "training": "{}",
}
"""As the design says, written by hand."""


def stored(model: Model = MODEL, kind: str = "F32") -> Stored:
    """Return a model's tensors as bytes; BF16 keeps the upper half of a float32."""
    encode = {
        "F32": lambda x: x.astype("<f4").tobytes(),
        "F16": lambda x: x.astype("<f2").tobytes(),
        "BF16": lambda x: (x.view(np.uint32) >> 16).astype("<u2").tobytes(),
        "F64": lambda x: x.astype("<f8").tobytes(),
        "I64": lambda x: x.astype("<i8").tobytes(),
    }[kind]
    return {name: (kind, x.shape, encode(x)) for name, x in model.network.tensors.items()}


def file(
    path: Path, tensors: Stored | None = None, metadata: dict[str, object] | None = METADATA
) -> Path:
    """Write a safetensors file by hand: the header's length, the header, the tensors."""
    header: dict[str, object] = {} if metadata is None else {"__metadata__": metadata}
    body = b""
    for name, (kind, shape, data) in (stored() if tensors is None else tensors).items():
        span = [len(body), len(body) + len(data)]
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": span}
        body += data
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)
    return path


def said(**metadata: object) -> dict[str, object]:
    """Return the metadata with other texts; None takes a key away."""
    new = METADATA | metadata
    return {key: value for key, value in new.items() if value is not None}


def read_header(path: Path) -> tuple[dict[str, str], dict[str, dict[str, object]]]:
    """Return metadata and tensors' descriptions of a file, read by hand."""
    data = path.read_bytes()
    header = json.loads(data[8 : 8 + struct.unpack("<Q", data[:8])[0]])
    return header.pop("__metadata__"), header


def same_tensors(found: Model, wanted: Model) -> None:
    """Assert that two models hold the same numbers as float32."""
    assert set(found.network.tensors) == set(wanted.network.tensors)
    for name, value in found.network.tensors.items():
        assert value.dtype == np.float32
        np.testing.assert_array_equal(value, wanted.network.tensors[name])


# Written and read


def test_round_trip(tmp_path: Path) -> None:
    path = save_model(MODEL, tmp_path / "mine.safetensors")
    assert path == tmp_path / "mine.safetensors"
    found = load_model(path)
    same_tensors(found, MODEL)
    assert found.network.architecture == ARCHITECTURE
    assert found.frontend == FRONTEND
    assert found.classes == ("ballad", "dance", "hip-hop")
    assert found.training == TRAINING
    assert found.name == "mine"


def test_path_may_be_text(tmp_path: Path) -> None:
    path = save_model(MODEL, str(tmp_path / "mine.safetensors"))
    same_tensors(load_model(str(path)), MODEL)


def test_what_is_written_is_what_the_design_says(tmp_path: Path) -> None:
    frontend = Frontend(8000, 32, 16, 0.05, "log1p", 2.5)
    model = dataclasses.replace(MODEL, frontend=frontend)
    metadata, tensors = read_header(save_model(model, tmp_path / "mine.safetensors"))
    assert metadata.pop("format") == "auralise-jax/1"
    assert {key: json.loads(text) for key, text in metadata.items()} == {
        "architecture": {
            "features": [4, 5],
            "kernel_size": [3, 3],
            "pool": [2, 2],
            "dense": [7, 3],
        },
        "frontend": {
            "sample_rate": 8000,
            "n_fft": 32,
            "hop_length": 16,
            "duration": 0.05,
            "compression": "log1p",
            "gain": 2.5,
        },
        "classes": ["ballad", "dance", "hip-hop"],
        "training": TRAINING,
    }
    assert {name: (entry["dtype"], entry["shape"]) for name, entry in tensors.items()} == {
        "conv1.kernel": ("F32", [3, 3, 1, 4]),
        "conv1.bias": ("F32", [4]),
        "conv2.kernel": ("F32", [3, 3, 4, 5]),
        "conv2.bias": ("F32", [5]),
        "dense1.kernel": ("F32", [120, 7]),  # 4 * 6 * 5
        "dense1.bias": ("F32", [7]),
        "dense2.kernel": ("F32", [7, 3]),
        "dense2.bias": ("F32", [3]),
    }


def test_a_file_written_by_hand_is_read(tmp_path: Path) -> None:
    same_tensors(load_model(file(tmp_path / "hand.safetensors")), MODEL)


def test_a_saved_model_answers_as_before(tmp_path: Path) -> None:
    clip = Clip(np.random.default_rng(0).normal(0, 0.1, 400), 8000)
    found = load_model(save_model(MODEL, tmp_path / "mine.safetensors"))
    assert found.predict(clip) == MODEL.predict(clip)  # the same numbers, the same program


# Half precision


def test_float16_rounds_once_and_for_all(tmp_path: Path) -> None:
    once = load_model(save_model(MODEL, tmp_path / "once.safetensors", dtype="float16"))
    twice = load_model(save_model(once, tmp_path / "twice.safetensors", dtype="float16"))
    same_tensors(twice, once)
    for name, value in once.network.tensors.items():
        # Half a step of 11 binary digits; the smallest numbers have steps of 2**-24.
        np.testing.assert_allclose(value, MODEL.network.tensors[name], rtol=2**-11, atol=2**-25)
    _, tensors = read_header(tmp_path / "once.safetensors")
    assert {entry["dtype"] for entry in tensors.values()} == {"F16"}


def test_float16_rounds_to_the_nearest(tmp_path: Path) -> None:
    bias = np.array([0.1, 1 / 3, 65519.0, -1e-9], np.float32)
    model = with_tensors(MODEL, {**MODEL.network.tensors, "conv1.bias": bias})
    found = load_model(save_model(model, tmp_path / "a.safetensors", dtype="float16"))
    # By hand: 1638 / 2**14, 1365 / 2**12, the largest float16, and nothing left.
    wanted = [0.0999755859375, 0.333251953125, 65504.0, 0.0]
    np.testing.assert_array_equal(found.network.tensors["conv1.bias"], wanted)


def test_float16_refuses_what_it_cannot_hold(tmp_path: Path) -> None:
    bias = np.array([0, 0, 65520.0, 0], np.float32)
    model = with_tensors(MODEL, {**MODEL.network.tensors, "conv1.bias": bias})
    with pytest.raises(ValueError, match=r"conv1\.bias does not fit float16; save it as float32"):
        save_model(model, tmp_path / "a.safetensors", dtype="float16")
    assert not list(tmp_path.iterdir())
    same_tensors(load_model(save_model(model, tmp_path / "a.safetensors")), model)


def test_float16_files_are_read(tmp_path: Path) -> None:
    found = load_model(file(tmp_path / "a.safetensors", stored(kind="F16")))
    for name, value in found.network.tensors.items():
        assert value.dtype == np.float32
        np.testing.assert_array_equal(value, MODEL.network.tensors[name].astype(np.float16))


def test_bfloat16_files_are_read(tmp_path: Path) -> None:
    tensors = stored(kind="BF16")
    # By hand: 1, -2.5, 0.15625 and the smallest normal number, as upper halves of float32.
    bias = struct.pack("<4H", 0x3F80, 0xC020, 0x3E20, 0x0080)
    tensors["conv1.bias"] = ("BF16", (4,), bias)
    found = load_model(file(tmp_path / "a.safetensors", tensors))
    np.testing.assert_array_equal(
        found.network.tensors["conv1.bias"], [1, -2.5, 0.15625, 2.0**-126]
    )
    kernel = found.network.tensors["conv2.kernel"]
    assert kernel.dtype == np.float32
    # Cut to 8 binary digits: up to one of their steps is lost.
    np.testing.assert_allclose(kernel, MODEL.network.tensors["conv2.kernel"], rtol=2**-7)


def test_types_may_be_mixed(tmp_path: Path) -> None:
    tensors = stored() | {"conv1.bias": stored(kind="F16")["conv1.bias"]}
    found = load_model(file(tmp_path / "a.safetensors", tensors))
    np.testing.assert_array_equal(
        found.network.tensors["conv1.bias"], MODEL.network.tensors["conv1.bias"].astype(np.float16)
    )


def test_bfloat16_rounds_to_the_nearest(tmp_path: Path) -> None:
    # By hand: 1 + 2**-8 lies between 1 and 1 + 2**-7, and the even one is 1; just above it is not.
    bias = np.array([1 + 2.0**-8, 1 + 2.0**-8 + 2.0**-20, -0.15625, 0], np.float32)
    model = with_tensors(MODEL, {**MODEL.network.tensors, "conv1.bias": bias})
    path = save_model(model, tmp_path / "a.safetensors", dtype="bfloat16")
    found = load_model(path).network.tensors["conv1.bias"]
    np.testing.assert_array_equal(found, [1, 1 + 2.0**-7, -0.15625, 0])
    assert {entry["dtype"] for entry in read_header(path)[1].values()} == {"BF16"}
    bias[3] = np.finfo(np.float32).max
    with pytest.raises(ValueError, match=r"conv1\.bias does not fit bfloat16; save it as float32"):
        save_model(model, tmp_path / "b.safetensors", dtype="bfloat16")


def test_a_file_that_was_saved_is_saved_again_byte_for_byte(tmp_path: Path) -> None:
    dtypes = ("float32", "float16", "bfloat16")
    paths = [save_model(MODEL, tmp_path / f"{dtype}.safetensors", dtype=dtype) for dtype in dtypes]
    mixed = dict(zip(MODEL.network.tensors, itertools.cycle(dtypes)))
    network = dataclasses.replace(load_model(paths[1]).network, dtypes=mixed)
    paths.append(save_model(dataclasses.replace(MODEL, network=network), tmp_path / "mixed"))
    written = {entry["dtype"] for entry in read_header(paths[-1])[1].values()}
    assert written == {"F32", "F16", "BF16"}
    with resources.as_file(resources.files("auralise_jax") / "data/models") as shipped:
        paths += list(shipped.glob("*.safetensors"))
    assert len(paths) > 4
    for path in paths:
        again = save_model(load_model(path), tmp_path / "again")
        assert again.read_bytes() == path.read_bytes()


def test_other_weights_are_stored_whole(tmp_path: Path) -> None:
    half = load_model(save_model(MODEL, tmp_path / "half", dtype="float16"))
    tensors = {name: value * np.float32(1.0001) for name, value in half.network.tensors.items()}
    changed = with_tensors(half, tensors)
    same_tensors(load_model(save_model(changed, tmp_path / "a")), changed)
    # What passes through JAX as a pytree does not know of files.
    through = dataclasses.replace(half, network=jax.tree.map(lambda leaf: 2 * leaf, half.network))
    found = load_model(save_model(through, tmp_path / "b"))
    assert set(found.network.dtypes.values()) == {"float32"}


@pytest.mark.parametrize("dtype", ["float64", "int8", ""])
def test_other_types_are_not_written(tmp_path: Path, dtype: str) -> None:
    with pytest.raises(ValueError, match="dtype must be one of float32, float16, bfloat16, not"):
        save_model(MODEL, tmp_path / "a.safetensors", dtype=dtype)
    assert not list(tmp_path.iterdir())


# Metadata that later or leaner files have


def test_further_keys_are_ignored(tmp_path: Path) -> None:
    architecture = json.loads(METADATA["architecture"]) | {"norm": "batch"}
    frontend = json.loads(METADATA["frontend"]) | {"window": "hann"}
    metadata = said(
        licence="any text, not JSON",
        architecture=json.dumps(architecture),
        frontend=json.dumps(frontend),
    )
    found = load_model(file(tmp_path / "a.safetensors", metadata=metadata))
    assert (found.network.architecture, found.frontend) == (ARCHITECTURE, FRONTEND)


@pytest.mark.parametrize("length", [1144, 1152, 1280, 1408])
def test_a_header_of_any_length_is_read(tmp_path: Path, length: int) -> None:
    # The file begins with the header's length: 0x80 0x04 for 1152, as a pickle does.
    path = file(tmp_path / "a.safetensors", metadata=said(note=""))
    short = struct.unpack("<Q", path.read_bytes()[:8])[0]
    file(path, metadata=said(note="-" * (length - short)))
    assert struct.unpack("<Q", path.read_bytes()[:8])[0] == length
    same_tensors(load_model(path), MODEL)


def test_training_may_be_missing(tmp_path: Path) -> None:
    found = load_model(file(tmp_path / "a.safetensors", metadata=said(training=None)))
    assert found.training == {}


def test_a_file_says_whether_its_model_is_untrained(tmp_path: Path) -> None:
    trained = dataclasses.replace(MODEL, training={"seed": 3})
    control = random_model(MODEL, seed=3)
    assert (MODEL.untrained, trained.untrained, control.untrained) == (False, False, True)
    noted = dataclasses.replace(control, training={"why": "a control"})
    for model in (MODEL, trained, control, noted):
        path = save_model(model, tmp_path / "a")
        assert load_model(path).untrained == model.untrained
        assert load_model(path).training == model.training
        assert save_model(load_model(path), tmp_path / "b").read_bytes() == path.read_bytes()
    # Files of before say so by their seed alone.
    assert load_model(file(tmp_path / "c", metadata=said(training='{"seed": 3}'))).untrained
    assert "untrained" not in read_header(save_model(control, tmp_path / "d"))[0]


@pytest.mark.parametrize("text", ["yes", "1", "null", '"true"'])
def test_a_file_that_does_not_say_so_clearly_is_refused(broken: Path, text: str) -> None:
    with pytest.raises(ValueError, match=BROKEN + "its metadata 'untrained' "):
        load_model(file(broken, metadata=said(untrained=text)))


def test_a_file_keeps_below_which_probability_there_is_no_answer(tmp_path: Path) -> None:
    honest = dataclasses.replace(MODEL, none_below=0.617)
    path = save_model(honest, tmp_path / "a")
    assert read_header(path)[0]["none_below"] == "0.617"
    assert load_model(path).none_below == 0.617
    assert save_model(load_model(path), tmp_path / "b").read_bytes() == path.read_bytes()
    assert load_model(save_model(random_model(honest), tmp_path / "c")).none_below == 0
    # What files of before do not say is not said where it changes nothing.
    assert "none_below" not in read_header(save_model(MODEL, tmp_path / "d"))[0]
    assert load_model(tmp_path / "d").none_below == 0


@pytest.mark.parametrize("text", ["1.0", "-0.1", "NaN", "Infinity", "true", '"0.5"', "1", "null"])
def test_a_file_whose_answers_have_no_such_bound_is_refused(broken: Path, text: str) -> None:
    with pytest.raises(
        ValueError, match=BROKEN + "(its metadata 'none_below' |none_below must be)"
    ):
        load_model(file(broken, metadata=said(none_below=text)))


def test_missing_settings_are_the_papers(tmp_path: Path) -> None:
    architecture = '{"features": [4, 5], "dense": [7, 3]}'
    found = load_model(file(tmp_path / "a.safetensors", metadata=said(architecture=architecture)))
    assert (found.network.architecture.kernel_size, found.network.architecture.pool) == (
        (3, 3),
        (2, 2),
    )


def headless(path: Path, **metadata: object) -> Path:
    """Write a file without dense layers."""
    settings = said(architecture='{"features": [4, 5], "dense": []}', **metadata)
    return file(path, stored(make(dense=())), settings)


@pytest.mark.parametrize("classes", [None, "[]"])
def test_a_file_without_a_head_can_be_listened_to(tmp_path: Path, classes: str | None) -> None:
    from auralise_jax.listening import listen

    model = load_model(headless(tmp_path / "ears.safetensors", classes=classes, training=None))
    assert model.layers == ("conv1", "conv2")
    assert (model.classes, model.training) == ((), {})
    clip = Clip(np.random.default_rng(0).normal(0, 0.1, 400), 8000)
    assert listen(model, clip).project(2, 1).picture.shape == (17, 26)
    with pytest.raises(ValueError, match="'ears' gives no scores, so it knows no classes"):
        model.predict(clip)
    again = load_model(save_model(model, tmp_path / "again.safetensors"))
    same_tensors(again, model)
    assert again.network.architecture.dense == ()


# Kept files

KEPT = Path(__file__).parents[1] / "data" / "format_1.safetensors"
"""As version 0.1.0 wrote it: four features a layer of the model shipped then, scaled, and its card.

No command makes it anew; files of that age have to be read as they are.
"""


@pytest.mark.parametrize(
    ("sound", "wanted"),
    [("tone", (0.15774, 0.37378, 0.46848)), ("clicks", (0.05528, 0.32391, 0.62081))],
)
def test_a_file_of_the_first_version_says_what_it_said(
    tmp_path: Path, sound: str, wanted: tuple[float, ...]
) -> None:
    place = np.arange(4 * 11_025)
    samples = {"tone": 0.8 * np.sin(2 * np.pi * 220 * place / 11_025), "clicks": place % 2756 < 20}
    clip = Clip(samples[sound].astype(np.float32), 11_025, sound)
    model = load_model(KEPT)
    assert model.classes == ("ballad", "dance", "hip-hop")
    assert model.none_below == 0
    assert model.training["scores"].keys() >= {"unseen groove families, unseen soundfont"}
    again = load_model(save_model(model, tmp_path / "again.safetensors"))
    for one in (model, again):  # the sounds' last digits depend on the platform
        assert tuple(one.predict(clip).values()) == pytest.approx(wanted, abs=1e-4)


# Names


def test_shipped_models_are_listed_and_read() -> None:
    assert "genre" in shipped_models()
    model = load_model("genre")
    assert model.name == "genre"
    assert model.layers == ("conv1", "conv2", "conv3", "conv4", "conv5")
    assert model.network.architecture.features == (64, 64, 64, 64, 64)
    assert model.frontend.shape == (257, 173)
    assert len(model.classes) == 3
    assert model.training


def test_a_shipped_name_wins_over_a_file_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file(tmp_path / "genre")
    assert load_model("genre").network.architecture.features == (64, 64, 64, 64, 64)
    assert load_model("./genre").network.architecture == ARCHITECTURE
    assert load_model(Path("genre")).network.architecture == ARCHITECTURE


def test_an_unknown_name_lists_the_shipped_ones() -> None:
    with pytest.raises(
        FileNotFoundError, match=r"no model file polka, and no shipped .*; shipped: .*genre"
    ):
        load_model("polka")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match=r"is a folder; name a \.safetensors model file"):
        load_model(tmp_path)


# Damaged files

BROKEN = r"broken\.safetensors is not a model file that can be used: "


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Return where a bad file goes."""
    return tmp_path / "broken.safetensors"


@pytest.mark.parametrize("place", [0, 1, 7, 8, 9, 100, "header", "tensors", "last", "longer"])
def test_a_file_cut_off_anywhere_is_refused(broken: Path, place: int | str) -> None:
    data = file(broken).read_bytes()
    header = 8 + struct.unpack("<Q", data[:8])[0]
    ends = {
        "header": header,
        "tensors": (header + len(data)) // 2,
        "last": len(data) - 1,
        "longer": len(data) + 1,
    }
    broken.write_bytes((data + b"\0")[: ends.get(place, place)])
    with pytest.raises(ValueError, match=BROKEN + "it is cut off, damaged or not safetensors"):
        load_model(broken)


@pytest.mark.parametrize("length", [1152, 1408])
def test_a_cut_off_file_is_not_taken_for_a_pickle(broken: Path, length: int) -> None:
    # These header lengths begin with a pickle's first bytes, 0x80 and 4 or 5.
    short = struct.unpack("<Q", file(broken, metadata=said(note="")).read_bytes()[:8])[0]
    file(broken, metadata=said(note="-" * (length - short)))
    broken.write_bytes(broken.read_bytes()[:-1])
    with pytest.raises(ValueError, match=BROKEN + "it is cut off, damaged or not safetensors"):
        load_model(broken)


@pytest.mark.parametrize("length", [0, 1, 2**31, 2**40, 2**63 - 1, 2**64 - 1])
def test_a_lying_header_length_reserves_no_memory(broken: Path, length: int) -> None:
    data = file(broken).read_bytes()
    broken.write_bytes(struct.pack("<Q", length) + data[8:])
    load_model("genre")  # whatever is imported late is so now
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=BROKEN + "it is cut off, damaged or not safetensors"):
            load_model(broken)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The file has 7 kB; reading it several times over and the error take less than this.
    assert peak < 1_000_000


def test_eight_bytes_of_255_are_refused(broken: Path) -> None:
    broken.write_bytes(b"\xff" * 8)
    with pytest.raises(ValueError, match=BROKEN + "it is cut off, damaged or not safetensors"):
        load_model(broken)


@pytest.mark.parametrize("text", ["[]", "{", '{"a": 1}', "null", "\0" * 16])
def test_a_header_of_nonsense_is_refused(broken: Path, text: str) -> None:
    broken.write_bytes(struct.pack("<Q", len(text)) + text.encode())
    with pytest.raises(ValueError, match=BROKEN):
        load_model(broken)


@pytest.mark.parametrize("kind", ["text", "picture", "random"])
def test_another_kind_of_file_is_refused(broken: Path, kind: str) -> None:
    data = {
        "text": b"Dear listener, this is a letter.\n" * 50,
        "picture": b"\x89PNG\r\n\x1a\n" + bytes(500),
        "random": np.random.default_rng(0).bytes(5000),
    }
    broken.write_bytes(data[kind])
    with pytest.raises(ValueError, match=BROKEN + "it is cut off, damaged or not safetensors"):
        load_model(broken)


# Tensors that do not fit


@pytest.mark.parametrize("name", ["conv1.kernel", "conv2.bias", "dense2.kernel"])
def test_a_missing_tensor_is_named(broken: Path, name: str) -> None:
    tensors = stored()
    del tensors[name]
    with pytest.raises(ValueError, match=BROKEN + rf"tensor {name} is missing; expected {name} of"):
        load_model(file(broken, tensors))


def test_a_tensor_too_many_is_named(broken: Path) -> None:
    tensors = stored() | {"norm1.scale": stored()["conv1.bias"]}
    with pytest.raises(
        ValueError, match=BROKEN + r"the architecture has no place for norm1\.scale"
    ):
        load_model(file(broken, tensors))


def test_a_tensor_of_another_shape_is_named(broken: Path) -> None:
    kind, _, data = stored()["conv2.kernel"]
    tensors = stored() | {"conv2.kernel": (kind, (3, 3, 5, 4), data)}
    with pytest.raises(
        ValueError, match=BROKEN + r".*conv2\.kernel has shape \(3, 3, 5, 4\).*\(3, 3, 4, 5\)"
    ):
        load_model(file(broken, tensors))


@pytest.mark.parametrize("kind", ["I64", "F64"])
def test_a_tensor_of_another_type_is_named(broken: Path, kind: str) -> None:
    tensors = stored() | {"dense1.bias": stored(kind=kind)["dense1.bias"]}
    with pytest.raises(
        ValueError, match=BROKEN + rf"tensor dense1\.bias is of type {kind}; expected F32, F16"
    ):
        load_model(file(broken, tensors))


@pytest.mark.parametrize("kind", ["F32", "F16", "BF16"])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_weights_that_are_no_number_are_refused(broken: Path, kind: str, bad: float) -> None:
    bits = {
        "F32": struct.pack("<f", bad),
        "F16": struct.pack("<e", bad),
        "BF16": struct.pack("<f", bad)[2:],
    }[kind]
    _, shape, data = stored(kind=kind)["conv1.bias"]
    tensors = stored() | {"conv1.bias": (kind, shape, bits + data[len(bits) :])}
    with pytest.raises(ValueError, match=BROKEN + r".*conv1\.bias holds numbers that are not fin"):
        load_model(file(broken, tensors))


def test_spans_that_overlap_are_refused(broken: Path) -> None:
    data = file(broken).read_bytes()
    broken.write_bytes(data.replace(b'"data_offsets": [0, 144]', b'"data_offsets": [4, 148]'))
    with pytest.raises(ValueError, match=BROKEN + "it is cut off, damaged or not safetensors"):
        load_model(broken)


# Metadata that says something else


@pytest.mark.parametrize(
    "metadata",
    [None, {}, {"format": "pt"}, said(format=None), said(format="auralise-jax/3")],
    ids=["none", "empty", "torch", "no format", "later"],
)
def test_files_from_elsewhere_are_refused(broken: Path, metadata: dict[str, object]) -> None:
    message = (
        r"its metadata says format (None|'pt'|'auralise-jax/3'), not 'auralise-jax/1' or "
        r"'auralise-jax/2'; weights from elsewhere need converting first"
    )
    with pytest.raises(ValueError, match=BROKEN + message):
        load_model(file(broken, metadata=metadata))


def test_metadata_that_is_no_text_is_refused(broken: Path) -> None:
    with pytest.raises(ValueError, match=BROKEN):
        load_model(file(broken, metadata=said(classes=["a", "b", "c"])))


@pytest.mark.parametrize("key", ["architecture", "frontend", "classes", "training"])
@pytest.mark.parametrize("text", ["", "{", "[1,", "nothing", "{'a': 1}", "[" * 9999, "\0"])
def test_metadata_that_is_no_json_is_refused(broken: Path, key: str, text: str) -> None:
    with pytest.raises(ValueError, match=BROKEN + rf"its metadata '{key}' is not JSON"):
        load_model(file(broken, metadata=said(**{key: text})))


NUMBER = "1" + 1000 * "0"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a":' * 701 + "1" + "}" * 701, "is nested 701 deep, more than 700"),
        ("[" * 100_000 + "]" * 100_000, "is nested 100000 deep, more than 700"),
        ('{"a": "' + "-" * 2**20 + '"}', "is longer than 1048576 characters"),
        ('{"a": ' + NUMBER + "}", "holds a whole number of 1001 digits, more than 1000"),
        ('{"b": 1, "a": 1, "a": 2}', "gives 'a' more than once"),
    ],
    ids=["deep", "deeper than the parser", "long", "digits", "twice"],
)
def test_metadata_without_bounds_is_refused(broken: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=BROKEN + f"its metadata 'training' {message}"):
        load_model(file(broken, metadata=said(training=text)))


def test_brackets_in_names_are_no_depth(tmp_path: Path) -> None:
    training = {"notes": 800 * '[{\\"', "deep": [[[1]]]}
    path = save_model(dataclasses.replace(MODEL, training=training), tmp_path / "a.safetensors")
    assert load_model(path).training == training


def test_what_could_not_be_loaded_is_not_saved(tmp_path: Path) -> None:
    deep: dict[str, object] = {}
    for _ in range(701):
        deep = {"a": deep}
    around: dict[str, object] = {}
    around["me"] = around
    for training, message in (
        (deep, "the model's training cannot be saved: it is nested 702 deep"),
        ({"a": int(NUMBER)}, "cannot be saved: it holds a whole number"),
        ({"a": "-" * 2**20}, "cannot be saved: it is longer"),
        ({"a": object()}, "the model's training cannot be written as JSON"),
        (around, "the model's training cannot be written as JSON"),
    ):
        model = dataclasses.replace(MODEL, training=training)
        with pytest.raises(ValueError, match=message):
            save_model(model, tmp_path / "a.safetensors")
        assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("architecture", "[]"),
        ("architecture", "null"),
        ("architecture", None),
        ("frontend", "44100"),
        ("frontend", None),
        ("classes", "{}"),
        ("classes", '"ballad"'),
        ("training", "[]"),
    ],
)
def test_metadata_of_another_kind_is_refused(broken: Path, key: str, text: str | None) -> None:
    with pytest.raises(ValueError, match=BROKEN + rf"its metadata '{key}' must be a JSON \w+, not"):
        load_model(file(broken, metadata=said(**{key: text})))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("features", '"many"'),
        ("features", '["4", "5"]'),
        ("features", "[4, -5]"),
        ("features", "[4, 0]"),
        ("features", "[4, 5.0]"),
        ("features", "[4, true]"),
        ("features", "[4, 1e99]"),
        ("features", "[4, 99999999999999999999999]"),
        ("features", "[[4], [5]]"),
        ("features", '{"conv1": 4}'),
        ("features", "null"),
        ("features", "NaN"),
        ("features", "[]"),
        ("features", json.dumps([4] * 33)),
        ("kernel_size", "[3]"),
        ("kernel_size", "[4, 3]"),
        ("kernel_size", "[65535, 3]"),
        ("kernel_size", "3"),
        ("pool", "[2, 0]"),
        ("pool", "[2, 2, 2]"),
        ("pool", "[65536, 65536]"),
        ("dense", "[7, -3]"),
        ("dense", '["seven", 3]'),
        ("dense", "3"),
    ],
)
def test_an_architecture_of_nonsense_is_refused(broken: Path, key: str, text: str) -> None:
    settings = json.loads(METADATA["architecture"])
    del settings[key]
    text = f'{json.dumps(settings)[:-1]}, "{key}": {text}}}'
    with pytest.raises(ValueError, match=BROKEN + rf"{key} must"):
        load_model(file(broken, metadata=said(architecture=text)))


def test_a_number_of_thousands_of_digits_is_refused(broken: Path) -> None:
    text = f'{{"features": [4, {"9" * 5000}], "dense": [7, 3]}}'
    with pytest.raises(ValueError, match=BROKEN):
        load_model(file(broken, metadata=said(architecture=text)))


def test_an_architecture_with_more_blocks_than_the_picture_bears(broken: Path) -> None:
    text = '{"features": [4, 5, 4, 4, 4], "dense": [7, 3]}'
    with pytest.raises(ValueError, match=BROKEN + r"5 blocks .* leave nothing of a picture"):
        load_model(file(broken, metadata=said(architecture=text)))


@pytest.mark.parametrize("dense", ["[65536, 65536, 3]", "[65536, 3]"])
def test_a_huge_architecture_reserves_no_memory(broken: Path, dense: str) -> None:
    text = f'{{"features": [4, 5], "dense": {dense}}}'
    with pytest.raises(ValueError, match=BROKEN + r"tensor dense1\.kernel has shape \(120, 7\)"):
        load_model(file(broken, metadata=said(architecture=text)))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("sample_rate", "-8000"),
        ("sample_rate", '"8000"'),
        ("sample_rate", "null"),
        ("n_fft", "1000000000"),
        ("n_fft", "33"),
        ("n_fft", "[32]"),
        ("hop_length", "0"),
        ("hop_length", "17"),
        ("duration", "NaN"),
        ("duration", "-0.05"),
        ("duration", "1e300"),
        ("duration", '"long"'),
        ("compression", '"mel"'),
        ("compression", "2"),
        ("gain", "0"),
        ("gain", "Infinity"),
        ("gain", '"loud"'),
    ],
)
def test_a_front_end_of_nonsense_is_refused(broken: Path, key: str, text: str) -> None:
    settings = json.loads(METADATA["frontend"])
    del settings[key]
    text = f'{json.dumps(settings)[:-1]}, "{key}": {text}}}'
    with pytest.raises(ValueError, match=BROKEN + rf"(?s:.*){key}"):
        load_model(file(broken, metadata=said(frontend=text)))


@pytest.mark.parametrize("classes", ["[]", '["a", "b"]', '["a", "b", "c", "d"]', None])
def test_classes_that_do_not_fit_the_head_are_refused(broken: Path, classes: str | None) -> None:
    with pytest.raises(ValueError, match=BROKEN + "classes must have 3 names, one per output"):
        load_model(file(broken, metadata=said(classes=classes)))


@pytest.mark.parametrize("classes", ["[1, 2, 3]", '["a", "b", null]', '[["a"], "b", "c"]'])
def test_classes_that_are_no_names_are_refused(broken: Path, classes: str) -> None:
    with pytest.raises(ValueError, match=BROKEN + "its classes must be a list of names"):
        load_model(file(broken, metadata=said(classes=classes)))


# Pickles are never opened


class Trap:
    """Makes a folder when unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.place),)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_refused_and_not_opened(tmp_path: Path, broken: Path, protocol: int) -> None:
    sprung = tmp_path / "sprung"
    broken.write_bytes(pickle.dumps({"conv1.kernel": Trap(sprung)}, protocol=protocol))
    pickle.loads(broken.read_bytes())  # noqa: S301  the trap works
    sprung.rmdir()
    # From protocol 2 on a pickle can be told from mere damage.
    message = "it looks like a pickle" if protocol >= 2 else "it is .*not safetensors"
    with pytest.raises(ValueError, match=BROKEN + message):
        load_model(broken)
    assert not sprung.exists()


@pytest.mark.parametrize("name", ["archive/data.pkl", "weights.npy"])
def test_a_zip_of_pickles_is_refused_and_not_opened(
    tmp_path: Path, broken: Path, name: str
) -> None:
    sprung = tmp_path / "sprung"
    data = pickle.dumps(Trap(sprung), protocol=2)
    if name.endswith(".npy"):  # an object array, as in NumPy's archives
        memory = io.BytesIO()
        np.save(memory, np.array([Trap(sprung)], dtype=object), allow_pickle=True)
        data = memory.getvalue()
    with zipfile.ZipFile(broken, "w") as archive:  # PyTorch's files look so
        archive.writestr(name, data)
        archive.writestr("archive/version", "3\n")
    with pytest.raises(ValueError, match=BROKEN + "it looks like a pickle or a zip archive"):
        load_model(broken)
    assert not sprung.exists()


# Whole or not at all


def test_an_existing_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(b"something else")
    same_tensors(load_model(save_model(MODEL, path)), MODEL)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.safetensors"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"a\.safetensors: there is no folder .*nowhere"):
        save_model(MODEL, tmp_path / "nowhere" / "a.safetensors")


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="it is a folder; name a file in it"):
        save_model(MODEL, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("old", [None, b"mine"], ids=["new", "existing"])
def test_a_write_that_fails_half_way_leaves_nothing(tmp_path: Path, old: bytes | None) -> None:
    resource = pytest.importorskip("resource", reason="POSIX limits stand in for a full disk")
    path = tmp_path / "a.safetensors"
    if old is not None:
        path.write_bytes(old)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))  # of 6 kB; root obeys this, too
    try:
        with pytest.raises(OSError, match=r"(?i)too large|no space"):
            save_model(MODEL, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    left = {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()}
    assert left == ({} if old is None else {"a.safetensors": old})


def test_training_that_is_no_json_leaves_nothing(tmp_path: Path) -> None:
    model = dataclasses.replace(MODEL, training={"when": object()})
    with pytest.raises((TypeError, ValueError), match="JSON"):
        save_model(model, tmp_path / "a.safetensors")
    assert not list(tmp_path.iterdir())


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    files = [save_model(MODEL, tmp_path / f"{n}.safetensors") for n in range(8)]
    assert len({file.read_bytes() for file in files}) == 1
