"""Small int8 networks in the three forms of ONNX Runtime's quantiser, into tests/engine/onnx/fixtures/quantised, and their
logits on the ramp of the tests from onnx's reference implementation (logits.json).

Run with Debian's onnx 1.17: /usr/bin/python3 tools/goldens/onnx_quantised.py
"""
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

folder = Path(__file__).parents[2] / "tests/engine/onnx/fixtures/quantised"
folder.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(0)


def whole(*shape):
    return rng.integers(-127, 128, shape).astype(np.int8)


constants = {
    "s": np.float32(0.02), "z": np.uint8(128), "ws": np.float32(0.01), "wz": np.int8(0),
    "stem": whole(8, 3, 3, 3), "branch": whole(8, 8, 3, 3), "head": whole(8, 5),
}
logits = {}


class QLinearAdd(OpRun):
    """ONNX Runtime's addition of two quantised tensors."""
    op_domain = "com.microsoft"

    def _run(self, a, sa, za, b, sb, zb, s, z):
        real = (a.astype(np.float32) - za) * sa + (b.astype(np.float32) - zb) * sb
        return (np.clip(np.rint(real / s) + z, 0, 255).astype(np.uint8),)


class QLinearGlobalAveragePool(OpRun):
    """ONNX Runtime's mean over positions of a quantised tensor."""
    op_domain = "com.microsoft"

    def _run(self, x, sx, zx, s, z, channels_last=None):
        real = (x.astype(np.float32) - zx).mean(axis=(2, 3), keepdims=True) * sx
        return (np.clip(np.rint(real / s) + z, 0, 255).astype(np.uint8),)


def ramp(shape):
    """The numbers of `ramp` in the tests, in [-2, 2)."""
    index = np.arange(int(np.prod(shape)), dtype=np.uint64)
    return (((index * 2654435761 % 2**32) / 2**32 - 0.5).reshape(shape) * 4).astype(np.float32)


def save(name, nodes, domains=()):
    used = {i for node in nodes for i in node.input}
    tensors = [numpy_helper.from_array(np.asarray(value), key) for key, value in constants.items() if key in used]
    value = lambda key, shape: helper.make_tensor_value_info(key, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, name, [value("input", ["batch", 3, 16, 16])], [value("logits", ["batch", 5])], tensors)
    opsets = [helper.make_opsetid("", 17), *[helper.make_opsetid(domain, 1) for domain in domains]]
    model = helper.make_model(graph, opset_imports=opsets)
    model.ir_version = 8
    onnx.save(model, folder / f"{name}.onnx")
    # The reference implementation has quantisers from opset 19 on, which mean the same here.
    model.opset_import[0].version = 19
    model.ir_version = 9
    run = ReferenceEvaluator(model, new_ops=[QLinearAdd, QLinearGlobalAveragePool])
    images = ramp((2, 3, 16, 16))
    # Image by image: a dynamic quantiser takes its scale from all it is given.
    logits[name] = [float(v) for image in images for v in run.run(None, {"input": image[None]})[0].ravel()]


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

# The form that ONNX Runtime writes for weights with a scale for each channel, around a residual addition.
constants |= {
    "stem_s": rng.uniform(0.005, 0.015, (8,)).astype(np.float32), "branch_s": rng.uniform(0.002, 0.006, (8,)).astype(np.float32),
    "head_s": rng.uniform(0.005, 0.015, (5,)).astype(np.float32), "bias": rng.uniform(-1, 1, (1, 8, 1, 1)).astype(np.float32),
    "per_channel": np.array([1, -1, 1, 1], np.int64), "wide": rng.integers(-127, 128, (8, 8, 3, 3)).astype(np.int8),
}


def dynamic(x, weight, to, op):
    """Quantises `x`, multiplies integers by `op`, and scales the sums."""
    scales = [node("Mul", [f"{to}_xs", f"{weight}_s" if op == "MatMulInteger" else f"{weight}_sr"], f"{to}_scales")]
    if op == "ConvInteger":
        scales.insert(0, node("Reshape", [f"{weight}_s", "per_channel"], f"{weight}_sr"))
    tensor = "wide" if weight == "branch" else weight
    return [
        node("DynamicQuantizeLinear", [x], [f"{to}_q", f"{to}_xs", f"{to}_xz"]), *scales,
        node(op, [f"{to}_q", tensor, f"{to}_xz", "wz"], f"{to}_i", **(pads if op == "ConvInteger" else {})),
        node("Cast", [f"{to}_i"], f"{to}_c", to=1), node("Mul", [f"{to}_c", f"{to}_scales"], to),
    ]


save("dynamic_residual", [
    *dynamic("input", "stem", "a", "ConvInteger"), node("Add", ["a", "bias"], "b"), node("Relu", ["b"], "c"),
    *dynamic("c", "branch", "d", "ConvInteger"), node("Add", ["c", "d"], "e"), node("Relu", ["e"], "f"),
    node("GlobalAveragePool", ["f"], "g"), node("Flatten", ["g"], "h"), *dynamic("h", "head", "logits", "MatMulInteger"),
])
(folder / "logits.json").write_text(json.dumps(logits) + "\n")
