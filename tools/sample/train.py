"""Trains one model of the zoo on the generated set: `python train.py replk31`.

One schedule for all: AdamW, cosine cycles with a warm-up, smaller pictures first, light augmentation
with MixUp, bfloat16 autocast, last epoch taken. Prints one line per epoch and keeps a checkpoint after
each; `--resume` goes on at the first cycle that is not finished.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass
from typing import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import data
from zoo import ZOO, Entry

BATCH = 64
RATE = 2e-3
DECAY = 0.05
SMOOTHING = 0.1
WARM_UP = 0.08
"""Share of a cycle's steps in which the rate rises."""


@dataclass(frozen=True)
class Cycle:
    """One cosine cycle: the picture side of each epoch, a factor on the learning rate, and whether it takes
    only the pictures posed as in val, without MixUp."""

    sides: tuple[int, ...]
    rate: float
    plain: bool = False


CYCLES = (
    Cycle((64, 64, 64, 96, 96), 1.0),
    Cycle((96, 96, 96), 0.5),
    Cycle((96, 96, 96), 0.25, plain=True),
    Cycle((96, 96, 96, 96), 0.25, plain=True),
)
"""Smaller pictures first (half the time per step), then gentler cycles, each with a fresh optimiser."""


def rate_at(step: int, steps: int) -> float:
    """Learning-rate factor in 0..1."""
    rise = max(1, int(WARM_UP * steps))
    return (step + 1) / rise if step < rise else 0.5 * (1 + math.cos(math.pi * (step - rise) / (steps - rise)))


def optimiser(net: nn.Module, rate: float) -> torch.optim.Optimizer:
    """AdamW; vectors (biases, norms, scales) do not decay."""
    matrices = [p for p in net.parameters() if p.ndim > 1]
    vectors = [p for p in net.parameters() if p.ndim <= 1]
    return torch.optim.AdamW([{"params": matrices, "weight_decay": DECAY}, {"params": vectors, "weight_decay": 0.0}], lr=rate)


@torch.no_grad()
def accuracy(net: nn.Module, entry: Entry, pictures: Tensor, labels: Tensor) -> float:
    """Top-1 share in evaluation mode, float32."""
    net.eval()
    parts = pictures.split(BATCH)
    guesses = [net(data.normalised(part, entry.mean, entry.std)).argmax(1) for part in parts]
    net.train()
    return (torch.cat(guesses) == labels).float().mean().item()


def batches(world: data.Training, entry: Entry, side: int, plain: bool, rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """One epoch of (input (N, 3, side, side), soft targets (N, classes), masks (N, 96, 96) in 0..1)."""
    order = rng.permutation(np.nonzero(world.plain)[0] if plain else len(world.labels))
    for start in range(0, len(order) - BATCH + 1, BATCH):
        chosen = np.sort(order[start : start + BATCH])
        both = np.concatenate([world.images[chosen], world.masks[chosen][..., None]], -1)
        moved = torch.from_numpy(data.shifted(both, rng)).permute(0, 3, 1, 2)
        pictures, masks = moved[:, :3], moved[:, 3].float() / 255
        if side != pictures.shape[-1]:
            pictures = F.interpolate(pictures, size=(side, side), mode="bilinear", antialias=True)
        targets = F.one_hot(world.labels[chosen], len(data.LABELS)).float()
        x = data.jittered(pictures, entry.mean, entry.std, rng)
        if not plain:
            x, targets, masks = data.mixed((x, targets, masks), rng)
        yield x.contiguous(memory_format=torch.channels_last), targets, masks


def guidance(attention: Tensor, masks: Tensor) -> Tensor:
    """Cross entropy between where the foreground lies and where the class token looks.

    attention (N, heads, h, w), masks (N, 96, 96); both are made to sum to 1 over the patches.
    """
    wanted = F.adaptive_avg_pool2d(masks[:, None], attention.shape[-2:]).flatten(1)
    given = attention.mean(1).flatten(1)
    wanted, given = (x / x.sum(1, keepdim=True).clamp_min(1e-6) for x in (wanted, given))
    return -(wanted * given.clamp_min(1e-8).log()).sum(1).mean()


def run_epoch(net: nn.Module, entry: Entry, tuner: torch.optim.Optimizer, rates: list[float], feed: Iterator) -> float:
    """One pass over the training set with a rate per step; the mean loss."""
    losses = []
    for rate, (x, targets, masks) in zip(rates, feed):
        for group in tuner.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16):
            logits = net(x)
        loss = F.cross_entropy(logits.float(), targets, label_smoothing=SMOOTHING)
        if entry.guidance:
            loss = loss + entry.guidance * guidance(net.saliency().float(), masks)
        tuner.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        tuner.step()
        losses.append(loss.item())
    return float(np.mean(losses))


def train(name: str, resume: bool) -> None:
    entry = ZOO[name]
    torch.manual_seed(entry.seed)
    world, (val, val_labels) = data.training(), data.folder(data.SAMPLE / "suites" / "val")
    net = entry.build(len(data.LABELS)).to(memory_format=torch.channels_last)
    file = data.CACHE / f"{name}.pt"
    done = torch.load(file) if resume else {"epoch": 0, "seconds": 0.0}
    if resume:
        net.load_state_dict(done["state"])
    total, epoch, seconds = sum(len(cycle.sides) for cycle in CYCLES), 0, done["seconds"]
    print(f"{name} parameters={sum(p.numel() for p in net.parameters())} images={len(world.labels)} batch={BATCH} epochs={total} rate={RATE * entry.rate} seed={entry.seed} torch={torch.__version__}", flush=True)
    for cycle in CYCLES:
        tuner = optimiser(net, RATE)
        steps = (int(world.plain.sum()) if cycle.plain else len(world.labels)) // BATCH
        for index, side in enumerate(cycle.sides):
            epoch += 1
            if epoch <= done["epoch"]:
                continue
            started = time.time()
            rates = [RATE * entry.rate * cycle.rate * rate_at(index * steps + step, steps * len(cycle.sides)) for step in range(steps)]
            feed = batches(world, entry, side, cycle.plain, np.random.default_rng([entry.seed, epoch]))
            loss = run_epoch(net, entry, tuner, rates, feed)
            top1, took = accuracy(net, entry, val, val_labels), time.time() - started
            seconds += took
            print(f"epoch={epoch} side={side} loss={loss:.4f} val_top1={top1:.4f} seconds={took:.1f}", flush=True)
            torch.save({"state": net.state_dict(), "epoch": epoch, "epochs": total, "seconds": seconds}, file)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("name", choices=list(ZOO))
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--resume", action="store_true")
    args = options.parse_args()
    torch.set_num_threads(args.threads)
    train(args.name, args.resume)
