"""SwiftF0 with random weights against the evaluator of the package onnx, and files that lie."""

import numpy as np
import onnx
import pytest
import swift_onnx
from onnx.reference import ReferenceEvaluator

import auralise_jax as aj
from auralise_jax.network.foreign import swift_f0
from auralise_jax.network.foreign.onnx_file import read_onnx
from auralise_jax.network.traced import TracedNetwork

pytestmark = pytest.mark.usefixtures("compiled_quickly")

WRITTEN = swift_onnx.write_network()
DATA = WRITTEN.SerializeToString()


def test_scores_are_those_of_onnx() -> None:
    picture = np.random.default_rng(1).normal(0, 1, (128, 12, 3)).astype(np.float32)
    weights = swift_f0.weights(read_onnx(DATA, swift_f0.OPERATORS))
    network = TracedNetwork(swift_f0.tracker, picture, weights)
    state = network.forward(picture)
    pitch, voicing = ReferenceEvaluator(WRITTEN).run(
        None, {"picture": picture.transpose(2, 0, 1)[None]}
    )
    for layer, expected in (("pitch", pitch[0].T), ("voicing", voicing[0].T)):
        found = np.asarray(network.activations(state, layer))
        np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())


def test_a_model_hears_a_clip_also_from_its_file(tmp_path) -> None:
    model = swift_f0.model(DATA, "mine")
    assert model.frontend.shape == (128, 250, 3)
    assert model.frontend.samples == 64_000
    bank = model.frontend.banks[0]
    np.testing.assert_array_equal(np.flatnonzero(bank[5]), [5, 134, 263, 392])
    names = [layer.name for layer in model.layers]
    assert names[2:6] == ["harmonic2", "harmonic3", "harmonic5", "harmonic7"]
    heard = aj.listen(model, aj.example_clips()["bach"], start=0.0)
    assert heard.outputs()["pitch_hz"].shape == (250,)
    assert heard.project("harmonic2", 3).auralise().peak > 0

    kept = aj.load_model(aj.save_model(model, tmp_path / "mine.safetensors"))
    assert kept.task == "pitch"
    assert kept.layers == model.layers
    again = aj.listen(kept, heard.clip)
    for name, values in heard.outputs().items():
        np.testing.assert_allclose(again.outputs()[name], values, rtol=1e-4)


def changed(change: object) -> bytes:
    model = onnx.ModelProto()
    model.CopyFrom(WRITTEN)
    change(model)
    return model.SerializeToString()


def elsewhere(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")


def too_short(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].raw_data = b"1234"


def too_long(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].dims[0] = 1 << 50


def words(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].data_type = onnx.TensorProto.STRING


def renamed(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].name = "other"


def bent(model: onnx.ModelProto) -> None:
    next(one for one in model.graph.node[2].attribute if one.name == "dilations").ints[0] = 5


def infinite(model: onnx.ModelProto) -> None:
    tensor = onnx.numpy_helper.to_array(model.graph.initializer[0]).copy()
    tensor[0] = np.inf
    model.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(tensor, "w0"))


def shaped(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].CopyFrom(
        onnx.numpy_helper.from_array(np.zeros((3, 3), np.float32), "w0")
    )


def outside(model: onnx.ModelProto) -> None:
    places = model.graph.initializer[-2]
    places.CopyFrom(onnx.numpy_helper.from_array(np.full(257, -1), places.name))


def run_of_python(model: onnx.ModelProto) -> None:
    model.graph.node[0].op_type = "PyOp"


def of_a_vendor(model: onnx.ModelProto) -> None:
    model.graph.node[0].domain = "com.vendor"


def fewer(model: onnx.ModelProto) -> None:
    del model.graph.node[0]


def without_banks(model: onnx.ModelProto) -> None:
    del model.graph.node[-1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (elsewhere, "the weights 'w0' lie in another file"),
        (too_short, "the weights 'w0' do not fit their shape"),
        (too_long, "the weights 'w0' do not fit their shape"),
        (words, "the weights 'w0' are of the type STRING"),
        (renamed, "the file holds no weights 'w0'"),
        (bent, r"a convolution has dilations \[5, 1\]"),
        (infinite, "a convolution holds NaN or what is not finite"),
        (shaped, r"a convolution has shape \(3, 3\)"),
        (outside, "the filter bank of frames of 512 does not fit"),
        (run_of_python, "holds the operator 'PyOp'"),
        (of_a_vendor, r"holds the operator 'com\.vendor\.Conv'"),
        (fewer, "the file holds 17 convolutions, not 18"),
        (without_banks, "the file holds 2 filter banks, not 3"),
    ],
)
def test_what_does_not_fit_is_said(change: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        swift_f0.model(changed(change), "mine")


def test_cut_off_files_are_errors() -> None:
    for size in range(0, len(DATA), len(DATA) // 50):
        with pytest.raises(ValueError, match=r"ONNX|convolution|weights|fit"):
            swift_f0.model(DATA[:size], "mine")


def test_without_onnx_the_message_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(ImportError, match=r"pip install 'auralise-jax\[pitch\]'"):
        read_onnx(DATA, swift_f0.OPERATORS)
