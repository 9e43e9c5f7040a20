"""Layers are found by number and by name, and equal their names."""

import numpy as np
import pytest

from auralise_jax.network.layer import Layer, find_layer

LAYERS = [Layer(f"conv{number}", 64, stride=(2**number,) * 2) for number in range(1, 6)]


def test_a_layer_is_its_name_in_comparisons_dictionaries_and_text() -> None:
    layer = LAYERS[2]
    assert layer == "conv3" == layer
    assert layer != LAYERS[1]
    assert layer != Layer("conv3", 64)  # another stride
    assert {layer: 1}["conv3"] == {"conv3": 1}[layer] == 1
    assert (str(layer), f"{layer:>6}") == ("conv3", " conv3")
    assert find_layer(LAYERS, layer) == 3


def test_of_many_layers_a_message_lists_some() -> None:
    many = [Layer(f"block{number}", 4) for number in range(1, 101)]
    with pytest.raises(
        ValueError, match=r"1 to 100, or one of block1, .*block11, \.\.\., not 'x'$"
    ):
        find_layer(many, "x")


@pytest.mark.parametrize(("layer", "number"), [(1, 1), (5, 5), ("conv3", 3), (np.int64(2), 2)])
def test_layers_have_numbers_and_names(layer: int | str, number: int) -> None:
    assert find_layer(LAYERS, layer) == number


@pytest.mark.parametrize("layer", [0, 6, -1, "conv0", "conv6", "dense1", "3", "", True])
def test_an_unknown_layer_lists_the_known(layer: int | str) -> None:
    with pytest.raises(ValueError, match=r"layer must be 1 to 5, or one of conv1, .*conv5, not"):
        find_layer(LAYERS, layer)


@pytest.mark.parametrize("layer", [1.0, None])
def test_a_layer_of_another_type_is_refused(layer: object) -> None:
    with pytest.raises(ValueError, match="layer must be 1 to 5"):
        find_layer(LAYERS, layer)


@pytest.mark.parametrize("feature", [0, 63, np.int64(7)])
def test_features_count_from_0(feature: int) -> None:
    assert LAYERS[0].check_feature(feature) == feature


@pytest.mark.parametrize("feature", [-1, 64, 10**9])
def test_an_unknown_feature_says_which_there_are(feature: int) -> None:
    with pytest.raises(ValueError, match="feature must be 0 to 63 in layer conv2, which has 64"):
        LAYERS[1].check_feature(feature)


@pytest.mark.parametrize("feature", [1.0, "1"])
def test_a_feature_of_another_type_is_refused(feature: object) -> None:
    with pytest.raises(ValueError, match="feature must be 0 to 63"):
        LAYERS[0].check_feature(feature)
