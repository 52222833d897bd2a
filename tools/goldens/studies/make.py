"""Goldens of the studies from PyTorch alone: `/usr/bin/python3 tools/goldens/studies/make.py CHECKPOINT`.

Loads RepLK-3 as it was trained (nets/replk.py, unmerged, no ONNX) from the training cache and computes, on the first five
val pictures of each class: predictions as they are, under the masks of draws.json, with blocks removed, under FGSM and PGD
without random start; the spatial variance of its features; and kernel attention distances by numpy.
Writes tests/engine/studies/goldens/studies.json. Versions are in the file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

ROOT = Path(__file__).resolve().parent.parent.parent.parent
sys.path.insert(0, str(ROOT / "tools" / "sample"))
from nets.large_depthwise import DepthwiseConv  # noqa: E402
from zoo import ZOO  # noqa: E402

# Training's matrix form of the depthwise convolution is slow in float64; PyTorch's own is the same function.
DepthwiseConv.forward = nn.Conv2d.forward

SAMPLE = ROOT / "resources" / "sample"
OUT = ROOT / "tests" / "engine" / "studies" / "goldens"
PER_CLASS = 5
PATCH = 16
NAME = "replk3"


def pictures() -> tuple[list[str], torch.Tensor, torch.Tensor]:
    """Digests, pixels (N, 3, 96, 96) in [0,1] and classes of the first pictures of each class, all sorted."""
    labels = json.loads((SAMPLE / "labels.json").read_text())
    digests, images, classes = [], [], []
    for index, name in enumerate(labels):
        for path in sorted((SAMPLE / "suites" / "val" / name).iterdir())[:PER_CLASS]:
            digests.append(hashlib.sha256(path.read_bytes()).hexdigest())
            images.append(np.asarray(Image.open(path).convert("RGB")))
            classes.append(index)
    pixels = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).double() / 255
    return digests, pixels, torch.tensor(classes)


class Pixels(nn.Module):
    """The net on pixels in [0,1]."""

    def __init__(self, net: nn.Module, mean: tuple, std: tuple) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("mean", torch.tensor(mean).double()[:, None, None])
        self.register_buffer("std", torch.tensor(std).double()[:, None, None])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net((x - self.mean) / self.std)


def gradient(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    x = x.clone().requires_grad_()
    nn.functional.cross_entropy(model(x), y, reduction="sum").backward()
    return x.grad


@torch.no_grad()
def predict(model: nn.Module, x: torch.Tensor) -> list[int]:
    return model(x).argmax(1).tolist()


def masked(x: torch.Tensor, digests: list[str], masks: dict[str, str]) -> torch.Tensor:
    """Dropped patches are black; bit i of a mask (lowest bit of the first byte first) is patch i in row order."""
    result = x.clone()
    side = 96 // PATCH
    for image, digest in enumerate(digests):
        bits = np.unpackbits(np.frombuffer(bytes.fromhex(masks[digest]), np.uint8), bitorder="little")
        for patch in np.flatnonzero(bits[: side * side]):
            row, column = divmod(int(patch), side)
            result[image, :, row * PATCH : (row + 1) * PATCH, column * PATCH : (column + 1) * PATCH] = 0
    return result


def blocks(net: nn.Module) -> list[tuple[nn.Sequential, int]]:
    """Where the paper's blocks (RepLK block and ConvFFN) stand: stage and index of the first of the pair."""
    return [(stage, i) for stage in net.stages for i, module in enumerate(stage) if type(module).__name__ == "RepLKBlock"]


def without(net: nn.Module, removed: list[int], act) -> list[int]:
    """`act` with blocks replaced by the identity."""
    places = [blocks(net)[index] for index in removed]
    kept = [(stage, i, stage[i], stage[i + 1]) for stage, i in places]
    for stage, i in places:
        stage[i], stage[i + 1] = nn.Identity(), nn.Identity()
    try:
        return act()
    finally:
        for stage, i, first, second in kept:
            stage[i], stage[i + 1] = first, second


@torch.no_grad()
def variances(model: Pixels, x: torch.Tensor) -> list[float]:
    """Unbiased variance over positions, mean over images and channels, of stem, units and transitions in order of depth."""
    net, values = model.net, []

    def keep(_module: nn.Module, _inputs: tuple, output: torch.Tensor) -> None:
        values.append(output.var(dim=(2, 3), unbiased=True).mean().item())

    hooks = [module.register_forward_hook(keep) for module in [*net.stem, *(m for stage in net.stages for m in stage)]]
    model(x)
    for hook in hooks:
        hook.remove()
    return values


def distances(weight: np.ndarray) -> list[float]:
    """Normalised kernel attention distance per channel, ascending (paper 4.6)."""
    side = weight.shape[-1]
    radius = (side - 1) / 2
    d = np.hypot(*np.meshgrid(np.arange(side) - radius, np.arange(side) - radius, indexing="ij"))
    w = np.abs(weight.reshape(len(weight), side, side).astype(np.float64))
    return sorted(((w * d).sum((1, 2)) / w.sum((1, 2)) / (radius * np.sqrt(2))).tolist())


def main(checkpoint: str) -> None:
    entry = ZOO[NAME]
    net = entry.build(16)
    net.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["state"])
    # The kernels as the exported file has them: BatchNorm folded into the depthwise convolutions.
    folded = [b.mix.large for b in net.modules() if type(b).__name__ == "RepLKBlock"]
    kernels = [(conv.weight * (norm.weight / torch.sqrt(norm.running_var + norm.eps))[:, None, None, None]).detach().numpy() for conv, norm in folded]
    model = Pixels(net, entry.mean, entry.std).double().eval().requires_grad_(False)
    digests, x, y = pictures()
    draws = json.loads((OUT / "draws.json").read_text())["entries"]
    fgsm = gradient(model, x, y).sign()

    def pgd(epsilon: float, steps: int = 5) -> list[int]:
        at = x.clone()
        for _ in range(steps):
            at = at + epsilon / 4 * gradient(model, at, y).sign()
            at = (x + (at - x).clamp(-epsilon, epsilon)).clamp(0, 1)
        return predict(model, at)

    golden = {
        "made": {"script": "tools/goldens/studies/make.py", "torch": torch.__version__, "numpy": np.__version__, "precision": "float64"},
        "model": {"name": NAME, "onnx": hashlib.sha256((SAMPLE / "models" / f"{NAME}.onnx").read_bytes()).hexdigest()},
        "digests": digests,
        "classes": y.tolist(),
        "clean": predict(model, x),
        "patchDrop": {level: predict(model, masked(x, digests, draws[level])) for level in ("30/0", "60/0")},
        "lesion": {",".join(map(str, removed)): without(net, removed, lambda: predict(model, x)) for removed in [[0], [1], [2], [3], [4], [0, 2]]},
        "fgsm": {str(epsilon): predict(model, (x + epsilon * fgsm).clamp(0, 1)) for epsilon in (0.01, 0.03, 0.1)},
        "pgd": {str(epsilon): pgd(epsilon) for epsilon in (0.004, 0.008)},
        "variance": variances(model, x),
        "kernelDistance": [distances(kernel) for kernel in kernels],
    }
    (OUT / "studies.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    correct = lambda found: sum(a == b for a, b in zip(found, golden["classes"]))  # noqa: E731
    print({"clean": correct(golden["clean"]), **{k: correct(v) for k, v in golden["fgsm"].items()}, **{f"pgd {k}": correct(v) for k, v in golden["pgd"].items()}})


if __name__ == "__main__":
    main(sys.argv[1])
