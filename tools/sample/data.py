"""Pictures for training and for measuring, and the light augmentation every model shares."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent.parent / "resources" / "sample"
LABELS = json.loads((SAMPLE / "labels.json").read_text()) if (SAMPLE / "labels.json").exists() else []
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kernelscope-sample"
SIZE = 96
SHIFT = 6
ZOOM = (0.8, 1.15)
MIXUP = 0.2


@dataclass(frozen=True)
class Training:
    """images (N, 96, 96, 3) and masks (N, 96, 96), 8 bits; labels (N,); plain (N,): posed and coloured as in val."""

    images: np.ndarray
    masks: np.ndarray
    labels: Tensor
    plain: np.ndarray


def training(cache: Path = CACHE) -> Training:
    images, masks = (np.load(cache / f"train_{kind}.npy", mmap_mode="r") for kind in ("images", "masks"))
    return Training(images, masks, torch.from_numpy(np.load(cache / "train_labels.npy")), np.load(cache / "train_plain.npy"))


def folder(root: Path) -> tuple[Tensor, Tensor]:
    """An ImageFolder whose folders are class names: uint8 (N, 3, 96, 96) and class indices (N,)."""
    files = sorted(path for path in root.rglob("*") if path.suffix in (".png", ".webp"))
    pictures = [np.asarray(Image.open(path).convert("RGB")) for path in files]
    labels = [LABELS.index(path.parent.name) for path in files]
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous(), torch.tensor(labels)


def normalised(pixels: Tensor, mean: tuple[float, ...], std: tuple[float, ...]) -> Tensor:
    """8-bit (or float 0..255) pictures to the net's input."""
    shape = (1, 3, 1, 1)
    return (pixels.float() / 255 - torch.tensor(mean).view(shape)) / torch.tensor(std).view(shape)


def framed(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Windows of pictures (N, 96, 96, C) uint8, mirrored half of the time: (N, side, side, C).

    The windows of a batch have one side, ZOOM times 96, so that the nets see drawings larger and smaller
    than they were posed; beyond the rim, the rim is repeated.
    """
    size = pictures.shape[1]
    side = round(size * rng.uniform(*ZOOM))
    rim = SHIFT + max(0, (side - size + 1) // 2)
    padded = np.pad(pictures, ((0, 0), (rim, rim), (rim, rim), (0, 0)), mode="edge")
    middle = (size + 2 * rim - side) // 2
    corners, mirrors = middle + rng.integers(-SHIFT, SHIFT + 1, size=(len(pictures), 2)), rng.uniform(size=len(pictures)) < 0.5
    windows = [p[y : y + side, x : x + side] for p, (y, x) in zip(padded, np.clip(corners, 0, None))]
    return np.stack([w[:, ::-1] if flip else w for w, flip in zip(windows, mirrors)])


def jittered(pictures: Tensor, mean: tuple[float, ...], std: tuple[float, ...], rng: np.random.Generator) -> Tensor:
    """8-bit (N, 3, h, w) to the net's input, brightness, contrast and channel gains each within 20 %.

    Jitter and normalisation are one scale and one offset per picture and channel.
    """
    count = len(pictures)
    gain = torch.from_numpy(rng.uniform(0.8, 1.2, size=(count, 3, 1, 1))).float()
    contrast = torch.from_numpy(rng.uniform(0.8, 1.2, size=(count, 1, 1, 1))).float()
    middle = pictures[..., ::4, ::4].float().mean((1, 2, 3), keepdim=True)
    shape = (1, 3, 1, 1)
    spread = 255 * torch.tensor(std).view(shape)
    offset = (middle * (1 - contrast) * gain - 255 * torch.tensor(mean).view(shape)) / spread
    return torch.addcmul(offset, pictures.float(), contrast * gain / spread)


def mixed(parts: tuple[Tensor, ...], rng: np.random.Generator) -> tuple[Tensor, ...]:
    """MixUp (Zhang et al. 2018): every part of a batch blended with the batch's own shuffle, alike."""
    share = float(rng.beta(MIXUP, MIXUP))
    other = torch.from_numpy(rng.permutation(len(parts[0])))
    return tuple(torch.lerp(x[other], x, share) for x in parts)
