"""Writes tests/engine/checkpoints/fixtures/<family>.json, names and shapes of small checkpoints of each family and naming
with the logits of PyTorch (in float64) on four images, and <family>.sizes.json.gz, names and shapes of the published sizes.

    /usr/bin/python3 tools/goldens/checkpoints/families.py FOLDER [FAMILY...]

FOLDER gets each network as ONNX by torch.onnx.export; tools/goldens/checkpoints/structure.ts reads the blocks of those.
Versions used: PyTorch 2.6.0, torchvision 0.21.0, onnx 1.17.0 (Debian 13).
"""
import gzip
import importlib
import json
import os
import sys

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from golden import filled, images

FIXTURES = os.path.join(HERE, "..", "..", "..", "tests", "engine", "checkpoints", "fixtures")


def export(model, side, path):
    torch.onnx.export(
        model, (images(side).float(),), path, opset_version=17, dynamo=False, input_names=["input"],
        output_names=["logits"], dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}},
    )


def golden_of(golden, path):
    torch.manual_seed(0)
    model, tensors = filled(golden)
    export(model, golden.side, path)
    with torch.no_grad():
        logits = model.double()(images(golden.side))
    values = [float(f"{value:.9g}") for value in logits.flatten().tolist()]
    print(os.path.basename(path), len(tensors), "spread", float(logits.std()), "between images", float(logits.std(0).mean()))
    answers = ({"side": str(golden.side)} if golden.sided else {}) | golden.answers
    return {"side": golden.side, "answers": answers, "tensors": tensors, "logits": values}


def shapes_of(make):
    """Names and shapes of a network of full size, without memory for it."""
    with torch.device("meta"):
        return {name: list(tensor.shape) for name, tensor in make().state_dict().items() if tensor.is_floating_point()}


def main():
    folder, *wanted = sys.argv[1:]
    names = wanted or sorted(file[:-3] for file in os.listdir(os.path.join(HERE, "nets")) if file.endswith(".py"))
    for family in names:
        nets = importlib.import_module(f"nets.{family}")
        goldens = {name: golden_of(one, os.path.join(folder, f"{family}.{name}.onnx")) for name, one in nets.GOLDENS.items()}
        with open(os.path.join(FIXTURES, f"{family}.json"), "w") as file:
            json.dump(goldens, file, separators=(",", ":"))
            file.write("\n")
        sizes = {size: shapes_of(make) for size, make in nets.SIZES.items()}
        packed = gzip.compress(json.dumps(sizes, separators=(",", ":")).encode(), mtime=0)
        with open(os.path.join(FIXTURES, f"{family}.sizes.json.gz"), "wb") as file:
            file.write(packed)


main()
