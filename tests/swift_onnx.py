"""SwiftF0's network as an ONNX file with random weights."""

import numpy as np
import onnx
from onnx import helper, numpy_helper

BLOCKS = (((7, 3), 1), ((7, 1), 17), ((5, 1), 27), ((3, 1), 40), ((3, 1), 48), ((7, 3), 2))
"""Size and dilation of the pairs of convolutions."""

N_FFTS = (1024, 2048, 512)
ROWS = 128


class Writing:
    """A graph that grows."""

    def __init__(self, seed: int = 3) -> None:
        self.rng = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, value: np.ndarray) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def add(self, operator: str, *inputs: str, **attributes: object) -> str:
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def conv(self, x: str, *shape: int, gap: int = 1, pads: list[int] | None = None) -> str:
        kernel = self.rng.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape).astype(np.float32)
        bias = self.rng.normal(0, 0.1, shape[0]).astype(np.float32)
        gaps = [gap, 1][: len(shape) - 2]
        around = [g * (size // 2) for g, size in zip(gaps, shape[2:], strict=True)]
        names = (self.weight(kernel), self.weight(bias))
        return self.add("Conv", x, *names, dilations=gaps, pads=pads or around * 2)


def write_network(seed: int = 3) -> onnx.ModelProto:
    """Write what takes a picture (1, 3, 128, time) to scores."""
    g = Writing(seed)
    x = g.add("Relu", g.conv("picture", 12, 3, 3, 3))
    for size, gap in BLOCKS:
        inner = g.add("Relu", g.conv(x, 12, 12, *size, gap=gap))
        x = g.add("Relu", g.add("Add", x, g.conv(inner, 12, 12, *size, gap=gap)))
    ends = [g.weight(np.array([number])) for number in (0, 96, 2, 1)]
    x = g.add("Slice", x, *ends)
    x = g.add("Relu", g.conv(x, 4, 12, 3, 3, pads=[1, 1, 0, 1]))
    loudest = g.add("ReduceMax", g.conv(x, 4, 4, 5, 1), g.weight(np.array([2])), keepdims=0)
    axes = g.weight(np.array([1, 2]))
    one = g.weight(np.array([1]))
    level = g.add("Squeeze", g.add("ReduceMean", "picture", axes, keepdims=1), one)
    seen = g.add("Concat", loudest, level, axis=1)
    pitch = g.add("Squeeze", g.conv(x, 1, 4, 1, 1), one)
    hidden = g.add("Relu", g.conv(seen, 16, 5, 3))
    voicing = g.conv(hidden, 1, 16, 1)
    for n_fft in N_FFTS:
        places = np.arange(0, (n_fft // 2 + 1) * ROWS, ROWS + 1)
        values = g.rng.random(len(places), np.float32)
        empty = g.weight(np.zeros((n_fft // 2 + 1) * ROWS, np.float32))
        g.add("ScatterElements", empty, g.weight(places), g.weight(values), axis=0)
    real = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        g.nodes,
        "swift",
        [helper.make_tensor_value_info("picture", real, [1, 3, ROWS, None])],
        [helper.make_tensor_value_info(name, real, None) for name in (pitch, voicing)],
        g.weights,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
