"""Small int8 networks in the three forms of ONNX Runtime's quantiser, into tests/engine/onnx/fixtures/quantised.

Run with Debian's onnx: /usr/bin/python3 tools/goldens/onnx_quantised.py
"""
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

folder = Path(__file__).parents[2] / "tests/engine/onnx/fixtures/quantised"
folder.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(0)


def whole(*shape):
    return rng.integers(-127, 128, shape).astype(np.int8)


constants = {
    "s": np.float32(0.02), "z": np.uint8(128), "ws": np.float32(0.01), "wz": np.int8(0),
    "stem": whole(8, 3, 3, 3), "branch": whole(8, 8, 3, 3), "head": whole(8, 5),
}


def save(name, nodes, domains=()):
    used = {i for node in nodes for i in node.input}
    tensors = [numpy_helper.from_array(np.asarray(value), key) for key, value in constants.items() if key in used]
    value = lambda key, shape: helper.make_tensor_value_info(key, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, name, [value("input", ["batch", 3, 16, 16])], [value("logits", ["batch", 5])], tensors)
    opsets = [helper.make_opsetid("", 17), *[helper.make_opsetid(domain, 1) for domain in domains]]
    model = helper.make_model(graph, opset_imports=opsets)
    model.ir_version = 8
    onnx.save(model, folder / f"{name}.onnx")


def node(op, inputs, output, **attributes):
    outputs = output if isinstance(output, list) else [output]
    return helper.make_node(op, inputs, outputs, name=outputs[0], **attributes)


def quantised(x, to):
    return [node("QuantizeLinear", [x, "s", "z"], f"{to}_q"), node("DequantizeLinear", [f"{to}_q", "s", "z"], to)]


def weight(name):
    return node("DequantizeLinear", [name, "ws", "wz"], f"{name}_d")


pads = {"pads": [1, 1, 1, 1]}
save("qdq", [
    *quantised("input", "x"), weight("stem"), node("Conv", ["x", "stem_d"], "a", **pads), node("Relu", ["a"], "b"),
    *quantised("b", "c"), weight("branch"), node("Conv", ["c", "branch_d"], "d", **pads), *quantised("d", "e"),
    node("Add", ["c", "e"], "f"), node("Relu", ["f"], "g"), *quantised("g", "h"),
    node("GlobalAveragePool", ["h"], "i"), node("Flatten", ["i"], "j"), weight("head"), node("MatMul", ["j", "head_d"], "logits"),
])
quad = ["s", "z"]
save("qoperator", [
    node("QuantizeLinear", ["input", *quad], "x"),
    node("QLinearConv", ["x", *quad, "stem", "ws", "wz", *quad], "a", **pads),
    node("QLinearConv", ["a", *quad, "branch", "ws", "wz", *quad], "b", **pads),
    node("QLinearAdd", ["a", *quad, "b", *quad, *quad], "c", domain="com.microsoft"),
    node("QLinearGlobalAveragePool", ["c", *quad, *quad], "d", domain="com.microsoft", channels_last=0),
    node("Flatten", ["d"], "e"), node("QLinearMatMul", ["e", *quad, "head", "ws", "wz", *quad], "f"),
    node("DequantizeLinear", ["f", *quad], "logits"),
], ["com.microsoft"])
save("dynamic", [
    node("DynamicQuantizeLinear", ["input"], ["x", "xs", "xz"]),
    node("ConvInteger", ["x", "stem", "xz", "wz"], "a", **pads), node("Cast", ["a"], "b", to=1), node("Mul", ["b", "xs"], "c"),
    node("GlobalAveragePool", ["c"], "d"), node("Flatten", ["d"], "e"), node("DynamicQuantizeLinear", ["e"], ["f", "fs", "fz"]),
    node("MatMulInteger", ["f", "head", "fz", "wz"], "g"), node("Cast", ["g"], "h", to=1), node("Mul", ["h", "fs"], "logits"),
])
