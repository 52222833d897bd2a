"""A sample model's ONNX file carried out by PyTorch, operator by operator, so that autograd works on it.

Covers the operators of the sample's ConvNets. An independent reading of the graph: nothing of the product is used.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from PIL import Image
from torch import nn
from torch.nn import functional as F

ROOT = Path(__file__).resolve().parent.parent.parent.parent
SAMPLE = ROOT / "resources" / "sample"
OUT = ROOT / "tests" / "engine" / "studies" / "goldens"


class OnnxNet(nn.Module):
    """Logits of pixels [N, 3, H, W] in [0,1]. `change(weights)` may edit the initialisers first."""

    def __init__(self, name: str, change=lambda weights: weights) -> None:
        super().__init__()
        self.path = SAMPLE / "models" / f"{name}.onnx"
        self.digest = hashlib.sha256(self.path.read_bytes()).hexdigest()
        recipe = json.loads(self.path.with_suffix(".json").read_text())["preprocessing"]
        self.mean, self.std = (torch.tensor(recipe[key])[:, None, None] for key in ("mean", "std"))
        graph = onnx.load(self.path).graph
        self.nodes, self.given, self.logits = list(graph.node), graph.input[0].name, graph.output[0].name
        self.weights = change({w.name: torch.from_numpy(numpy_helper.to_array(w).copy()) for w in graph.initializer})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.normalised((x - self.mean) / self.std)[self.logits]

    def normalised(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """All tensors for an input that is normalised already."""
        values = {**self.weights, self.given: x}
        for node in self.nodes:
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            values[node.output[0]] = OPERATORS[node.op_type](attributes, *(values[name] for name in node.input))
        return values

    def additions(self) -> list[str]:
        """Outputs of additions of two computed tensors: the residual ones, in order of depth."""
        constant = {*self.weights, *(n.output[0] for n in self.nodes if n.op_type == "Constant")}
        return [n.output[0] for n in self.nodes if n.op_type == "Add" and not constant & set(n.input)]


def convolution(a: dict, x, w, b=None):
    top, left, bottom, right = a.get("pads", [0, 0, 0, 0])
    return F.conv2d(F.pad(x, (left, right, top, bottom)), w, b, a.get("strides", 1), 0, a.get("dilations", 1), a.get("group", 1))


OPERATORS = {
    "Conv": convolution,
    "BatchNormalization": lambda a, x, scale, bias, mean, var: F.batch_norm(x, mean, var, scale, bias, eps=a.get("epsilon", 1e-5)),
    "Constant": lambda a: torch.from_numpy(numpy_helper.to_array(a["value"]).copy()),
    "Add": lambda a, x, y: x + y,
    "Mul": lambda a, x, y: x * y,
    "Div": lambda a, x, y: x / y,
    "Relu": lambda a, x: x.relu(),
    "Erf": lambda a, x: x.erf(),
    "ReduceMean": lambda a, x: x.mean(a["axes"], keepdim=bool(a.get("keepdims", 1))),
    "Gemm": lambda a, x, w, b: x @ (w.T if a.get("transB") else w) + b,
}


def pictures(per_class: int) -> tuple[list[str], torch.Tensor, torch.Tensor]:
    """Digests, pixels [N, 3, H, W] in [0,1] and classes of the first val pictures of each class, all sorted."""
    labels = json.loads((SAMPLE / "labels.json").read_text())
    digests, images, classes = [], [], []
    for index, name in enumerate(labels):
        for path in sorted((SAMPLE / "suites" / "val" / name).iterdir())[:per_class]:
            digests.append(hashlib.sha256(path.read_bytes()).hexdigest())
            images.append(np.asarray(Image.open(path).convert("RGB")))
            classes.append(index)
    pixels = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 255
    return digests, pixels, torch.tensor(classes)
