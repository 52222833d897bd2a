#!/usr/bin/env python3
"""Writes a PyTorch classifier as ONNX in the form Kernelscope reads best, with its sidecar, and checks it.

    python tools/export/export.py torchvision:resnet50 -o models/
    python tools/export/export.py replknet:31B --checkpoint RepLKNet-31B_ImageNet-22K-to-1K_224.pth -o models/
    python tools/export/export.py timm:vit_base_patch16_224.augreg_in21k_ft_in1k -o models/

Needs PyTorch 2, onnx and onnxruntime; torchvision or timm for their models. The file has opset 17, a dynamic batch and
the image size of the checkpoint. Weights above 2 GB go to `NAME.onnx.data` beside it. Nothing is left behind where the
logits of ONNX Runtime and PyTorch differ by more than one part in a thousand.
"""
import argparse
import json
import os
import sys
import tempfile
import warnings

import numpy as np
import onnx
import onnxruntime
import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sources import load

PROTOBUF_LIMIT = 2 * 10**9
TOLERANCE = 1e-3


def export(source, path, opset):
    """Writes the model to `path`; one file, or one and its data above protobuf's limit of 2 GB."""
    image = torch.zeros(2, 3, source.size, source.size)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path)) as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw = os.path.join(scratch, "model.onnx")
        torch.onnx.export(
            source.model, (image,), raw, opset_version=opset, dynamo=False, input_names=["input"], output_names=["logits"],
            dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}},
        )
        model = onnx.load(raw)
        size = sum(parameter.numel() * 4 for parameter in source.model.parameters())
        if size < PROTOBUF_LIMIT:
            onnx.save(model, path)
        else:
            onnx.save(
                model, path, save_as_external_data=True, all_tensors_to_one_file=True,
                location=os.path.basename(path) + ".data", convert_attribute=False,
            )


def check(source, path):
    """Largest difference of the logits over their largest magnitude, for batches of one and three."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    worst = 0.0
    for batch in (1, 3):
        image = torch.randn(batch, 3, source.size, source.size, generator=torch.Generator().manual_seed(batch))
        with torch.no_grad():
            wanted = source.model(image).numpy()
        (got,) = session.run(None, {"input": image.numpy()})
        worst = max(worst, float(np.abs(got - wanted).max() / (np.abs(wanted).max() + 1e-12)))
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", help="torchvision:NAME, timm:NAME, replknet:31B or replknet:31L")
    parser.add_argument("-o", "--out", default=".", help="folder to write to")
    parser.add_argument("--name", help="file name without ending (default: after the source)")
    parser.add_argument("--checkpoint", help="file of weights, instead of the library's")
    parser.add_argument("--weights", default="DEFAULT", help="torchvision's name of the weights, or 'none' for random ones")
    parser.add_argument("--unmerged", action="store_true", help="RepLKNet: keep the 5x5 branches (for raw kernels, 4.6)")
    parser.add_argument("--labels", help="text file with one label a line, in the order of the outputs")
    parser.add_argument("--opset", type=int, default=17)
    options = parser.parse_args()

    source = load(options.source, options.checkpoint, options.weights, options.unmerged)
    if options.labels:
        with open(options.labels, encoding="utf8") as file:
            source.labels = [line.strip() for line in file if line.strip()]
    os.makedirs(options.out, exist_ok=True)
    suffix = "-unmerged" if options.unmerged else ""
    name = options.name or options.source.split(":")[1].replace("/", "-") + suffix
    path = os.path.join(os.path.abspath(options.out), f"{name}.onnx")
    export(source, path, options.opset)
    difference = check(source, path)
    if not difference < TOLERANCE:
        for written in (path, path + ".data"):
            if os.path.exists(written):
                os.remove(written)
        raise SystemExit(f"{options.source}: ONNX Runtime differs from PyTorch by {difference:.1e}; nothing was kept")
    with open(os.path.join(os.path.abspath(options.out), f"{name}.json"), "w", encoding="utf8") as file:
        json.dump(source.sidecar(), file, indent=2, ensure_ascii=False)
        file.write("\n")
    print(f"{path}: logits agree with PyTorch to {difference:.1e}")


if __name__ == "__main__":
    main()
