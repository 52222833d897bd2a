"""The same studies in PyTorch, as a careful user would write them: channels_last, inference_mode, images decoded once in a
worker process ahead of the net, masks made on whole batches, one backward pass for all epsilons of FGSM.

`/usr/bin/python3 bench/peers/studies.py NET STUDY FOLDER --threads N --images N` prints JSON: {"passes", "seconds",
"cpu"}, cpu being the CPU time of all threads and of the worker process.
`--export FILE` writes the net as ONNX instead. Time starts when the net is built and the first batch is asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import torch
from nets import blocks, build, export
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

SIZE = 224
PATCH = 16
MEAN = torch.tensor((0.485, 0.456, 0.406))[:, None, None]
STD = torch.tensor((0.229, 0.224, 0.225))[:, None, None]


class Pictures(Dataset):
    """uint8 [3, 224, 224]: shorter side to 256, centre crop, bilinear."""

    def __init__(self, folder: Path, count: int) -> None:
        self.paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png"})[:count]

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> torch.Tensor:
        image = Image.open(self.paths[index]).convert("RGB")
        scale = 256 / min(image.size)
        image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BILINEAR)
        left, top = (image.width - SIZE) // 2, (image.height - SIZE) // 2
        image = image.crop((left, top, left + SIZE, top + SIZE))
        return torch.from_numpy(np.array(image)).permute(2, 0, 1)


def batches(folder: Path, count: int, batch: int):
    """Pixels in [0,1], channels_last."""
    for pixels in DataLoader(Pictures(folder, count), batch_size=batch, num_workers=1, prefetch_factor=2):
        yield (pixels.float() / 255).contiguous(memory_format=torch.channels_last)


def normalised(x: torch.Tensor) -> torch.Tensor:
    return ((x - MEAN) / STD).contiguous(memory_format=torch.channels_last)


def occlusion(net: nn.Module, pictures, levels: int = 10) -> int:
    """Random patch drop: floor(196 k / 10) black patches, one mask per image, k = 0..9."""
    side = SIZE // PATCH
    random = torch.Generator().manual_seed(0)
    passes = 0
    with torch.inference_mode():
        for x in pictures:
            for level in range(levels):
                order = torch.rand(len(x), side * side, generator=random).argsort(1)
                kept = (order >= side * side * level // levels).view(len(x), 1, side, side).float()
                net(normalised(x * nn.functional.interpolate(kept, scale_factor=PATCH))).argmax(1)
                passes += len(x)
    return passes


def fgsm(net: nn.Module, pictures, epsilons=(0.1, 0.2, 0.3, 0.4)) -> int:
    """One gradient for all epsilons; the clean pass is that of the gradient. Passes: clean and one per epsilon."""
    passes = 0
    for x in pictures:
        x.requires_grad_()
        logits = net(normalised(x))
        loss = nn.functional.cross_entropy(logits, logits.argmax(1), reduction="sum")
        (g,) = torch.autograd.grad(loss, x)
        passes += len(x)
        with torch.inference_mode():
            sign = g.sign()
            for epsilon in epsilons:
                net(normalised((x.detach() + epsilon * sign).clamp(0, 1))).argmax(1)
                passes += len(x)
    return passes


def lesion(net: nn.Module, pictures, name: str, step: int) -> int:
    """A random subset of each size 1, 1 + step, … below all blocks, replaced by the identity."""
    places = blocks(name, net)
    random = torch.Generator().manual_seed(0)
    kept = list(pictures)
    passes = 0
    with torch.inference_mode():
        for n in range(1, len(places), step):
            removed = [child for k in torch.randperm(len(places), generator=random)[:n] for child in places[k]]
            before = [getattr(parent, child) for parent, child in removed]
            for parent, child in removed:
                setattr(parent, child, nn.Identity())
            for x in kept:
                net(normalised(x)).argmax(1)
                passes += len(x)
            for (parent, child), module in zip(removed, before):
                setattr(parent, child, module)
    return passes


def cpu_seconds() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("net")
    parser.add_argument("study", choices=("occlusion", "fgsm", "lesion"), nargs="?")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--images", type=int, default=32)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--step", type=int, default=3)
    parser.add_argument("--export", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.export:
        export(options.net, options.export, SIZE)
        return
    net = build(options.net).to(memory_format=torch.channels_last)
    if options.net == "replknet31b":
        net.merge()
    pictures = batches(options.folder, options.images, options.batch)
    started, before = time.perf_counter(), cpu_seconds()
    passes = {"occlusion": occlusion, "fgsm": fgsm, "lesion": lambda n, p: lesion(n, p, options.net, options.step)}[options.study](net, pictures)
    print(json.dumps({"passes": passes, "seconds": time.perf_counter() - started, "cpu": cpu_seconds() - before, "torch": torch.__version__}))


if __name__ == "__main__":
    main()
