"""Small checkpoints in every container, and their values as PyTorch reads them, into tests/engine/checkpoints/fixtures/containers.

Run with Debian's PyTorch 2.6 and NumPy: /usr/bin/python3 tools/goldens/checkpoints/containers.py
Safetensors are written by hand from the description of the format.
"""
import argparse
import collections
import json
import struct
from pathlib import Path

import numpy as np
import torch

folder = Path(__file__).parents[3] / "tests/engine/checkpoints/fixtures/containers"
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(7)

base = torch.randn(6, 4)
tensors = collections.OrderedDict(
    [
        ("conv.weight", torch.randn(2, 3, 2, 2)),
        ("double", torch.randn(3, dtype=torch.float64)),
        ("half", torch.tensor([1.5, -0.0, 65504.0, 6e-8, float("inf"), 0.1]).half()),
        ("brain", torch.tensor([1.5, -0.0, 3e38, 1e-40, float("-inf"), 0.1]).bfloat16()),
        ("count", torch.tensor(12345678901)),
        ("int", torch.tensor([-7, 8], dtype=torch.int32)),
        ("short", torch.tensor([-300, 300], dtype=torch.int16)),
        ("char", torch.tensor([-128, 127], dtype=torch.int8)),
        ("byte", torch.tensor([0, 255], dtype=torch.uint8)),
        ("flag", torch.tensor([True, False, True])),
        ("empty", torch.zeros(0, 3)),
    ]
)
views = collections.OrderedDict(
    [("base", base), ("turned", base.t()), ("rows", base[2:5]), ("columns", base[:, 1:3]), ("spread", base[0, :1].expand(3, 5))]
)


def bits(tensor):
    """Shape, and float32 values in row-major order as hexadecimal bytes."""
    return [list(tensor.shape), tensor.detach().to(torch.float32).contiguous().numpy().tobytes().hex()]


def write_golden(name, entries):
    (folder / f"{name}.json").write_text(json.dumps({key: bits(value) for key, value in entries.items()}) + "\n")


dtypes = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}


def safetensors(path, entries, metadata=None):
    """github.com/huggingface/safetensors, "Format": length of the header, header, values without gaps."""
    header, values = ({"__metadata__": metadata} if metadata else {}), b""
    for name, tensor in entries.items():
        raw = tensor.contiguous().view(torch.uint8).numpy().tobytes() if tensor.numel() and tensor.dim() else (
            tensor.reshape(1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b"")
        header[name] = {"dtype": dtypes[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(values), len(values) + len(raw)]}
        values += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + values)


everything = collections.OrderedDict([*tensors.items(), *views.items()])
write_golden("everything", everything)
torch.save(everything, folder / "plain.pth")
torch.save(everything, folder / "plain-legacy.pth", _use_new_zipfile_serialization=False)
safetensors(folder / "plain.safetensors", everything, {"format": "pt"})

half = len(everything) // 2
parts = [collections.OrderedDict(list(everything.items())[:half]), collections.OrderedDict(list(everything.items())[half:])]
names = [f"model-0000{index + 1}-of-00002.safetensors" for index in range(2)]
for name, part in zip(names, parts):
    safetensors(folder / name, part)
weight_map = {key: name for name, part in zip(names, parts) for key in part}
(folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": weight_map}) + "\n")

# What training scripts save: wrapped, with an optimizer, settings and averaged weights.
module = torch.nn.Linear(3, 2)
optimizer = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9)
module(torch.randn(1, 3)).sum().backward()
optimizer.step()
state = {f"module.{key}": value for key, value in module.state_dict().items()}
averaged = {key: value + 1 for key, value in module.state_dict().items()}
training = {
    "epoch": 90, "arch": "resnet50", "best_acc1": 76.1, "state_dict": state, "optimizer": optimizer.state_dict(),
    "model_ema": averaged, "args": argparse.Namespace(model="resnet50", input_size=224, lr=0.1),
    "best": np.float64(0.5), "history": np.arange(3.0),
}
write_golden("training", module.state_dict())
write_golden("averaged", averaged)
torch.save(training, folder / "training.pth.tar")
torch.save(training, folder / "training-legacy.pth.tar", _use_new_zipfile_serialization=False)
def backbone(entries):
    return {f"module.backbone.{key}": value for key, value in entries.items()}


teacher = {**backbone(module.state_dict()), "module.head.last.weight": torch.zeros(1)}
dino = {"student": backbone(averaged), "teacher": teacher}
torch.save(dino, folder / "dino.ckpt")
parameters = torch.nn.ParameterDict({"weight": module.weight, "bias": module.bias})
torch.save({"model": dict(parameters.items())}, folder / "parameters.bin")

arrays = {"resnet/root/kernel": np.random.default_rng(1).standard_normal((3, 2, 4)).astype("<f4"),
          "resnet/half": np.array([1.5, -2.0, 0.1], "<f2"), "scalar": np.array(3.25, "<f8")}
arrays["columns"] = np.asfortranarray(np.arange(6, dtype="<f4").reshape(2, 3))
write_golden("arrays", {key: torch.from_numpy(np.ascontiguousarray(value)).reshape(value.shape) for key, value in arrays.items()})
np.savez(folder / "stored.npz", **arrays)
np.savez_compressed(folder / "deflated.npz", **arrays)
