"""Writes tests/engine/onnx/fixtures/operators.json: gradients of single operators from PyTorch, in float64.

    /usr/bin/python3 tools/goldens/onnx_operators.py

Versions used: PyTorch 2.6.0 (Debian 13). Inputs, weights and cotangents are `ramp`s that the test repeats; `ties` has
equal values, where runtimes could disagree on who gets the gradient.
"""
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

PATH = os.path.join(os.path.dirname(__file__), "..", "..", "tests", "engine", "onnx", "fixtures", "operators.json")


def ramp(shape, multiplier):
    """Numbers in [-2, 2) by Knuth's multiplicative hash of their index."""
    index = np.arange(int(np.prod(shape)), dtype=np.uint64)
    return torch.tensor((((index * multiplier % 2**32) / 2**32 - 0.5) * 4).reshape(shape))


def ties(shape):
    return torch.tensor((np.arange(int(np.prod(shape))) * 7 % 3 - 1.0).reshape(shape))


image = (2, 4, 7, 6)
weight = lambda *shape: ramp(shape, 2246822519)
vector = lambda n: weight(n)

CASES = {
    "convolution": (ramp(image, 2654435761), lambda x: F.conv2d(x, weight(6, 2, 3, 3), stride=2, padding=1, dilation=2, groups=2)),
    "rotated convolution": (ramp(image, 2654435761), lambda x: F.conv2d(x, weight(4, 1, 5, 5), padding=2, groups=4)),
    "transposed convolution": (ramp(image, 2654435761), lambda x: F.conv_transpose2d(x, weight(4, 3, 3, 3), stride=2, padding=1, output_padding=1)),
    "max pool": (ramp(image, 2654435761), lambda x: F.max_pool2d(x, 3, 2, 1)),
    "max pool of ties": (ties(image), lambda x: F.max_pool2d(x, 3, 2, 1)),
    "average pool": (ramp(image, 2654435761), lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=False)),
    "average pool with padding": (ramp(image, 2654435761), lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=True)),
    "bilinear": (ramp(image, 2654435761), lambda x: F.interpolate(x, size=(10, 9), mode="bilinear", align_corners=False)),
    "nearest": (ramp(image, 2654435761), lambda x: F.interpolate(x, scale_factor=2, mode="nearest")),
    "group norm": (ramp(image, 2654435761), lambda x: F.group_norm(x, 2, vector(4), vector(4), 1e-5)),
    "instance norm": (ramp(image, 2654435761), lambda x: F.instance_norm(x, weight=vector(4), bias=vector(4), eps=1e-5)),
    "layer norm": (ramp((3, 5, 8), 2654435761), lambda x: F.layer_norm(x, (8,), vector(8), vector(8), 1e-6)),
    "softmax": (ramp((3, 5, 8), 2654435761), lambda x: F.softmax(x, 1)),
    "log softmax": (ramp((3, 5, 8), 2654435761), lambda x: F.log_softmax(x, -1)),
    "gelu": (ramp((3, 5, 8), 2654435761), lambda x: F.gelu(x)),
    "gelu by tanh": (ramp((3, 5, 8), 2654435761), lambda x: F.gelu(x, approximate="tanh")),
    "hard swish": (3 * ramp((3, 5, 8), 2654435761), lambda x: F.hardswish(x)),
    "hard sigmoid": (3 * ramp((3, 5, 8), 2654435761), lambda x: F.hardsigmoid(x)),
    "silu": (ramp((3, 5, 8), 2654435761), lambda x: F.silu(x)),
    "clamp of ties": (ties((3, 5, 8)), lambda x: torch.clamp(x, -1, 0.5)),
    "relu of ties": (ties((3, 5, 8)), lambda x: F.relu(x)),
    "maximum of ties": (ties((3, 5, 8)), lambda x: torch.maximum(x, torch.zeros(8, dtype=torch.float64))),
    "amax of ties": (ties((3, 5, 8)), lambda x: torch.amax(x, 1)),
}

results = {}
for name, (x, f) in CASES.items():
    x = x.clone().requires_grad_(True)
    y = f(x)
    (gradient,) = torch.autograd.grad((y * ramp(tuple(y.shape), 3266489917)).sum(), x)
    results[name] = {"shape": list(x.shape), "gradient": [float(f"{v:.7g}") for v in gradient.flatten().tolist()]}
with open(PATH, "w") as file:
    json.dump(results, file, separators=(",", ":"))
    file.write("\n")
print(len(results), os.path.getsize(PATH))
