"""float16 forms of two small networks, into tests/engine/onnx/fixtures/float16, and their logits in float32 (logits.json).

    /usr/bin/python3 tools/goldens/onnx_float16.py

`half` is float16 throughout, as `model.half()` is exported. `kept` has float32 inputs and outputs, and Softmax and
LayerNormalization in float32 between conversions, as onnxconverter-common writes it with its list of blocked operators.
The logits are those of onnx's reference implementation on the original network with its weights rounded to float16.
Versions used: onnx 1.17.0 (Debian 13).
"""
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

fixtures = Path(__file__).parents[2] / "tests/engine/onnx/fixtures"
folder = fixtures / "float16"
folder.mkdir(parents=True, exist_ok=True)
FLOAT, HALF = TensorProto.FLOAT, TensorProto.FLOAT16
blocked = {"Softmax", "LayerNormalization"}


def tensors_of(graph):
    """All constants: initializers, and the values of Constant and ConstantOfShape nodes."""
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t


def rounded(model):
    """The same network with float32 weights that are exact in float16."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    for tensor in tensors_of(model.graph):
        if tensor.data_type == FLOAT:
            values = numpy_helper.to_array(tensor).astype(np.float16).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    return model


def half(model, keeps):
    """The network in float16; with `keeps`, float32 outside and in the blocked operators."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    graph = model.graph
    del graph.value_info[:]
    outside = {value.name for value in [*graph.input, *graph.output]}
    for tensor in tensors_of(graph):
        if tensor.data_type == FLOAT:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name))
    nodes = []
    for node in graph.node:
        for attribute in node.attribute:
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i == FLOAT:
                attribute.i = HALF
        if keeps and node.op_type in blocked:
            for at, name in enumerate(list(node.input)):
                nodes.append(helper.make_node("Cast", [name], [f"{node.name}_in{at}"], f"{node.name}_cast{at}", to=FLOAT))
                node.input[at] = f"{node.name}_in{at}"
            output = node.output[0]
            node.output[0] = f"{node.name}_out"
            nodes += [node, helper.make_node("Cast", [f"{node.name}_out"], [output], f"{node.name}_back", to=HALF)]
        else:
            nodes.append(node)
    if keeps:
        for node in nodes:
            for at, name in enumerate(node.input):
                if name in outside:
                    node.input[at] = f"{name}_half"
            for at, name in enumerate(node.output):
                if name in outside:
                    node.output[at] = f"{name}_half"
        for value in graph.input:
            nodes.insert(0, helper.make_node("Cast", [value.name], [f"{value.name}_half"], f"{value.name}_cast", to=HALF))
        for value in graph.output:
            nodes.append(helper.make_node("Cast", [f"{value.name}_half"], [value.name], f"{value.name}_cast", to=FLOAT))
    else:
        for value in [*graph.input, *graph.output]:
            value.type.tensor_type.elem_type = HALF
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def ramp(shape):
    index = np.arange(int(np.prod(shape)), dtype=np.uint64)
    return (((index * 2654435761 % 2**32) / 2**32 - 0.5).reshape(shape) * 4).astype(np.float32)


if __name__ == "__main__":
    logits = {}
    for net, keeps in [("resnet", False), ("vit_dino", True)]:
        original = onnx.load(fixtures / f"{net}.onnx")
        onnx.save(half(original, keeps), folder / f"{net}.onnx")
        found = ReferenceEvaluator(rounded(original)).run(None, {original.graph.input[0].name: ramp((2, 3, 32, 32))})
        logits[net] = [float(value) for value in found[0].ravel()]
    (folder / "logits.json").write_text(json.dumps(logits) + "\n")
