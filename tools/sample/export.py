"""Writes a trained model as ONNX with its card: `python export.py replk31`.

Opset 17, input `input` float32 (N, 3, 96, 96), output `logits` (N, 16), dynamic N, normalisation left
to the caller. The file is checked against PyTorch, and its accuracy is measured with ONNX Runtime.
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import nn

import data
from train import SCHEDULE
from zoo import ZOO, Entry

OPSET = 17
EPOCHS = len(SCHEDULE)
TOLERANCE = 1e-3
"""Largest accepted difference of a logit, relative to the largest logit."""
LIMIT = 4_000_000


def count_macs(net: nn.Module, x: torch.Tensor) -> int:
    """Multiply-accumulates of convolutions, linear layers and attention for one picture, padding counted."""
    total = 0

    def count(module: nn.Module, inputs: tuple, output: torch.Tensor) -> None:
        nonlocal total
        if isinstance(module, nn.Conv2d):
            total += output[0].numel() * module.weight[0].numel()
        elif isinstance(module, nn.Linear):
            total += output[0].numel() * module.in_features
        elif hasattr(module, "attention_macs"):
            total += module.attention_macs(inputs[0])

    hooks = [module.register_forward_hook(count) for module in net.modules()]
    net(x)
    for hook in hooks:
        hook.remove()
    return total


def write_onnx(net: nn.Module, path: Path) -> None:
    axes = {"input": {0: "batch"}, "logits": {0: "batch"}}
    example = torch.zeros(2, 3, 96, 96)
    torch.onnx.export(net, example, path, input_names=["input"], output_names=["logits"], opset_version=OPSET, dynamic_axes=axes, dynamo=False)
    if path.stat().st_size >= LIMIT:
        raise ValueError(f"{path.name} has {path.stat().st_size} bytes, the limit is {LIMIT}")


def logits(path: Path, x: np.ndarray) -> np.ndarray:
    """What ONNX Runtime makes of a file, in a process of its own: it shares a library with PyTorch's exporter."""
    code = "import sys, numpy, onnxruntime as o; s = o.InferenceSession(sys.argv[1]); numpy.save(sys.argv[2], s.run(['logits'], {'input': numpy.load(sys.argv[2])})[0])"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tensor.npy"
        np.save(file, x)
        subprocess.run([sys.executable, "-c", code, str(path), str(file)], check=True)
        return np.load(file)


def card(name: str, entry: Entry, net: nn.Module, run: dict, top1: float, count: int) -> dict:
    return {
        "id": name,
        "title": entry.title,
        "family": entry.family,
        "role": entry.role,
        "source": entry.source,
        "labels": data.LABELS,
        "preprocessing": {"size": [96, 96], "resize": "none", "interpolation": "bilinear", "crop": None, "mean": list(entry.mean), "std": list(entry.std)},
        "measured": {"suite": "val", "n": count, "top1": round(top1, 4), "date": datetime.date.today().isoformat(), "command": f"tools/sample/make-models {name}"},
        "parameters": sum(p.numel() for p in net.parameters()),
        "macs": count_macs(net, torch.zeros(1, 3, 96, 96)),
        "seed": entry.seed,
        "epochs": run["epoch"],
        "trainSeconds": round(run["seconds"]),
        "log": f"tools/sample/logs/{name}.log",
        "notes": entry.notes + ([f"stopped after epoch {run['epoch']} of the schedule's {EPOCHS}"] if run["epoch"] < EPOCHS else []),
    }


@torch.no_grad()
def export(name: str, out: Path) -> dict:
    entry = ZOO[name]
    run = torch.load(data.CACHE / f"{name}.pt")
    net = entry.build(len(data.LABELS))
    net.load_state_dict(run["state"])
    net.eval()
    val, labels = data.folder(data.SAMPLE / "suites" / "val")
    x = data.normalised(val, entry.mean, entry.std)
    expected = net(x).numpy()
    net.prepare_export()
    out.mkdir(parents=True, exist_ok=True)
    write_onnx(net, out / f"{name}.onnx")
    found = logits(out / f"{name}.onnx", x.numpy())
    difference = float(np.abs(found - expected).max() / np.abs(expected).max())
    if difference > TOLERANCE:
        raise ValueError(f"{name}: ONNX and PyTorch differ by {difference:.2e} of the largest logit")
    top1 = float((found.argmax(1) == labels.numpy()).mean())
    made = card(name, entry, net, run, top1, len(labels))
    (out / f"{name}.json").write_text(json.dumps(made, indent=2) + "\n")
    print(f"{name} val_top1={top1:.4f} parameters={made['parameters']} macs={made['macs']} onnx_difference={difference:.1e}")
    return made


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("name", choices=list(ZOO))
    args = options.parse_args()
    export(args.name, data.SAMPLE / "models" if ZOO[args.name].shipped else data.HERE / args.name)
