"""Writes the small networks of tests/engine/onnx/fixtures with their logits and input gradients from PyTorch.

    /usr/bin/python3 tools/goldens/onnx_models.py [NAME...]

Versions used: PyTorch 2.6.0, torchvision 0.21.0, onnx 1.17.0 (Debian 13). Weights are random and seeded. Logits and the
gradient of sum(cotangent * logits) are computed in float64 and kept as float32; input and cotangent come from `ramp`,
which the tests repeat, so that they need not be stored.
"""
import json
import os
import sys

import numpy as np
import torch

sys.path.insert(0, os.path.dirname(__file__))
from onnx_nets import CLASSES, NETS

FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "tests", "engine", "onnx", "fixtures")
BATCH, SIDE = 2, 32


def ramp(shape, multiplier, scale):
    """Numbers in [-scale/2, scale/2) by Knuth's multiplicative hash of their index."""
    index = np.arange(int(np.prod(shape)), dtype=np.uint64)
    return ((index * multiplier % 2**32) / 2**32 - 0.5).reshape(shape) * scale


def shake(model):
    """Random weights and statistics of a size that keeps activations alive."""
    for name, p in model.named_parameters():
        with torch.no_grad():
            if p.dim() == 1:
                p.copy_((1.0 if "weight" in name or "gamma" in name else 0.0) + 0.2 * torch.randn_like(p))
            elif p.dim() >= 2:
                p.copy_(torch.randn_like(p) * (1.4 / max(1, p[0].numel()) ** 0.5))
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 1.5)
        if hasattr(module, "stochastic_depth_prob"):
            module.stochastic_depth_prob = 0.0


def main():
    os.makedirs(FOLDER, exist_ok=True)
    asked = sys.argv[1:]
    table = os.path.join(FOLDER, "goldens.json")
    known = json.load(open(table)) if asked else {}
    goldens = {}
    for name, (make, opset) in NETS.items():
        if asked and name not in asked:
            goldens[name] = known[name]
            continue
        torch.manual_seed(7)
        model = make().eval()
        shake(model)
        x = torch.tensor(ramp((BATCH, 3, SIDE, SIDE), 2654435761, 4))
        cotangent = torch.tensor(ramp((BATCH, CLASSES), 2246822519, 2))
        path = os.path.join(FOLDER, f"{name}.onnx")
        torch.onnx.export(
            model, (x.float(),), path, opset_version=opset, dynamo=False,
            input_names=["input"], output_names=["logits"],
            dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}},
        )
        model.double()
        x.requires_grad_(True)
        logits = model(x)
        (gradient,) = torch.autograd.grad((logits * cotangent).sum(), x)
        gradient.numpy().astype("<f4").tofile(os.path.join(FOLDER, f"{name}.gradient.bin"))
        goldens[name] = {
            "logits": [round(v, 8) for v in logits.detach().flatten().tolist()],
            "parameters": sum(p.numel() for p in model.parameters()),
        }
        print(name, os.path.getsize(path), float(logits.std()), float(gradient.norm()))
    with open(table, "w") as file:
        json.dump(goldens, file, indent=1)
        file.write("\n")


main()
