"""Trains one model of the zoo on the generated set: `python train.py replk31`.

One schedule for all: AdamW over two cosines with a warm-up, smaller pictures first, light augmentation
with MixUp, bfloat16 autocast. The weights kept are an exponential moving average; nothing is chosen by
looking at val. Prints one line per epoch and keeps a checkpoint after each; `--resume` goes on from it.
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
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

import data
from zoo import ZOO, Entry

BATCH = 64
RATE = 2e-3
DECAY = 0.05
SMOOTHING = 0.1
WARM_UP = 0.04
"""Share of all steps in which the rate rises."""
MEMORY = 0.998
"""Decay of the moving average per step: it looks back over about one epoch."""


@dataclass(frozen=True)
class Epoch:
    """The side of its pictures, and whether it takes only those posed as in val, without MixUp."""

    side: int
    plain: bool = False


CYCLES = (
    ((*[Epoch(64)] * 6, *[Epoch(96)] * 3, *[Epoch(96, plain=True)] * 3), 1.0),
    ((Epoch(96, plain=True),) * 4, 0.5),
)
"""The epochs of each cosine, and a factor on its rate. Smaller pictures first: half the time per step."""
SCHEDULE = [epoch for epochs, _ in CYCLES for epoch in epochs]


def steps_of(epoch: Epoch, world: data.Training) -> int:
    return (int(world.plain.sum()) if epoch.plain else len(world.labels)) // BATCH


def rate_at(step: int, steps: int) -> float:
    """Learning-rate factor of one cosine in 0..1."""
    rise = max(1, int(WARM_UP * steps))
    return (step + 1) / rise if step < rise else 0.5 * (1 + math.cos(math.pi * (step - rise) / (steps - rise)))


def rates_of(world: data.Training) -> list[list[float]]:
    """Learning-rate factors of every step of every epoch."""
    rates = []
    for epochs, factor in CYCLES:
        lengths = [steps_of(epoch, world) for epoch in epochs]
        for index, length in enumerate(lengths):
            first = sum(lengths[:index])
            rates.append([factor * rate_at(first + step, sum(lengths)) for step in range(length)])
    return rates


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


def batches(world: data.Training, entry: Entry, epoch: Epoch, rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """One epoch of (input (N, 3, side, side), soft targets (N, classes), masks (N, 96, 96) in 0..1)."""
    order = rng.permutation(np.nonzero(world.plain)[0] if epoch.plain else len(world.labels))
    for start in range(0, len(order) - BATCH + 1, BATCH):
        chosen = np.sort(order[start : start + BATCH])
        both = np.concatenate([world.images[chosen], world.masks[chosen][..., None]], -1)
        moved = torch.from_numpy(data.framed(both, rng)).permute(0, 3, 1, 2)
        pictures, masks = moved[:, :3], moved[:, 3].float() / 255
        if epoch.side != pictures.shape[-1]:
            pictures = F.interpolate(pictures, size=(epoch.side, epoch.side), mode="bilinear", antialias=True)
        targets = F.one_hot(world.labels[chosen], len(data.LABELS)).float()
        x = data.jittered(pictures, entry.mean, entry.std, rng)
        if not epoch.plain:
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


def run_epoch(net: nn.Module, mean: AveragedModel, entry: Entry, tuner: torch.optim.Optimizer, rates: list[float], feed: Iterator) -> float:
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
        mean.update_parameters(net)
        losses.append(loss.item())
    return float(np.mean(losses))


def train(name: str, resume: bool) -> None:
    entry = ZOO[name]
    torch.manual_seed(entry.seed)
    world, (val, val_labels) = data.training(), data.folder(data.SAMPLE / "suites" / "val")
    net = entry.build(len(data.LABELS)).to(memory_format=torch.channels_last)
    mean = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(MEMORY), use_buffers=True)
    tuner = optimiser(net, RATE)
    file, done, seconds = data.CACHE / f"{name}.pt", 0, 0.0
    if resume:
        kept = torch.load(file)
        done, seconds = kept["epoch"], kept["seconds"]
        for part, state in ((net, "net"), (mean, "mean"), (tuner, "tuner")):
            part.load_state_dict(kept[state])
    print(f"{name} parameters={sum(p.numel() for p in net.parameters())} images={len(world.labels)} batch={BATCH} epochs={len(SCHEDULE)} rate={RATE * entry.rate} seed={entry.seed} torch={torch.__version__}", flush=True)
    factors = rates_of(world)
    for index, epoch in list(enumerate(SCHEDULE))[done:]:
        started = time.time()
        rates = [RATE * entry.rate * factor for factor in factors[index]]
        feed = batches(world, entry, epoch, np.random.default_rng([entry.seed, index + 1]))
        loss = run_epoch(net, mean, entry, tuner, rates, feed)
        top1, took = accuracy(mean.module, entry, val, val_labels), time.time() - started
        seconds += took
        print(f"epoch={index + 1} side={epoch.side} loss={loss:.4f} val_top1={top1:.4f} seconds={took:.1f}", flush=True)
        state = {"net": net.state_dict(), "mean": mean.state_dict(), "tuner": tuner.state_dict()}
        torch.save({**state, "state": mean.module.state_dict(), "epoch": index + 1, "seconds": seconds}, file)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("name", choices=list(ZOO))
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--resume", action="store_true")
    args = options.parse_args()
    torch.set_num_threads(args.threads)
    train(args.name, args.resume)
