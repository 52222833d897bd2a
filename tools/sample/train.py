"""Trains one model of the zoo on the generated set: `python train.py replk31`.

One schedule for all: AdamW, cosine with a warm-up, smaller pictures first, light augmentation with
MixUp, bfloat16 autocast, last epoch taken. Prints one line per epoch and keeps a checkpoint after each.
"""

from __future__ import annotations

import argparse
import math
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import data
from zoo import ZOO, Entry

BATCH = 64
EPOCHS = 5
RATE = 2e-3
DECAY = 0.05
SMOOTHING = 0.1
WARM_UP = 0.08
"""Share of the steps in which the rate rises."""
SMALL, SMALL_SHARE = 64, 0.6
"""The first share of the epochs sees pictures of 64 px (progressive resizing): half the time per step."""


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


def batches(world: data.Training, entry: Entry, side: int, rng: np.random.Generator):
    """One epoch of (input (N, 3, side, side), soft targets (N, classes), masks (N, 96, 96) in 0..1)."""
    order = rng.permutation(len(world.labels))
    for start in range(0, len(order) - BATCH + 1, BATCH):
        chosen = np.sort(order[start : start + BATCH])
        both = np.concatenate([world.images[chosen], world.masks[chosen][..., None]], -1)
        moved = torch.from_numpy(data.shifted(both, rng)).permute(0, 3, 1, 2)
        pictures, masks = moved[:, :3], moved[:, 3].float() / 255
        if side != pictures.shape[-1]:
            pictures = F.interpolate(pictures, size=(side, side), mode="bilinear", antialias=True)
        targets = F.one_hot(world.labels[chosen], len(data.LABELS)).float()
        x = data.jittered(pictures, entry.mean, entry.std, rng)
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


def train(name: str, epochs: int, threads: int) -> None:
    entry = ZOO[name]
    torch.set_num_threads(threads)
    torch.manual_seed(entry.seed)
    rng = np.random.default_rng(entry.seed)
    world, (val, val_labels) = data.training(), data.folder(data.SAMPLE / "suites" / "val")
    net = entry.build(len(data.LABELS)).to(memory_format=torch.channels_last)
    rate = RATE * entry.rate
    steps, step = epochs * (len(world.labels) // BATCH), 0
    tuner = optimiser(net, rate)
    print(f"{name} parameters={sum(p.numel() for p in net.parameters())} images={len(world.labels)} batch={BATCH} epochs={epochs} rate={rate} seed={entry.seed} torch={torch.__version__}", flush=True)
    began = time.time()
    for epoch in range(1, epochs + 1):
        started, losses = time.time(), []
        side = SMALL if epoch <= round(SMALL_SHARE * epochs) else data.SIZE
        for x, targets, masks in batches(world, entry, side, rng):
            for group in tuner.param_groups:
                group["lr"] = rate * rate_at(step, steps)
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
            step += 1
        top1 = accuracy(net, entry, val, val_labels)
        print(f"epoch={epoch} side={side} loss={np.mean(losses):.4f} val_top1={top1:.4f} seconds={time.time() - started:.1f}", flush=True)
        state = {"state": net.state_dict(), "epoch": epoch, "epochs": epochs, "seconds": time.time() - began}
        torch.save(state, data.CACHE / f"{name}.pt")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("name", choices=list(ZOO))
    options.add_argument("--epochs", type=int, default=EPOCHS)
    options.add_argument("--threads", type=int, default=2)
    args = options.parse_args()
    train(args.name, args.epochs, args.threads)
