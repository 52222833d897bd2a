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
SHIFT = 6
MIXUP = 0.2


@dataclass(frozen=True)
class Training:
    """images (N, 96, 96, 3) and masks (N, 96, 96), 8 bits; labels (N,)."""

    images: np.ndarray
    masks: np.ndarray
    labels: Tensor


def training(cache: Path = CACHE) -> Training:
    images, masks = (np.load(cache / f"train_{kind}.npy", mmap_mode="r") for kind in ("images", "masks"))
    return Training(images, masks, torch.from_numpy(np.load(cache / "train_labels.npy")))


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


def shifted(pictures: np.ndarray, masks: np.ndarray, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Each picture, with its mask, moved by up to SHIFT pixels and mirrored half of the time.

    Takes uint8 (N, 96, 96, 3) and (N, 96, 96); gives float (N, 3, 96, 96) in 0..255 and masks in 0..1.
    """
    size = pictures.shape[1]
    both = np.concatenate([pictures, masks[..., None]], -1)
    padded = np.pad(both, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)), mode="edge")
    corners, mirrors = rng.integers(0, 2 * SHIFT + 1, size=(len(both), 2)), rng.uniform(size=len(both)) < 0.5
    windows = [p[y : y + size, x : x + size] for p, (y, x) in zip(padded, corners)]
    moved = torch.from_numpy(np.stack([w[:, ::-1] if flip else w for w, flip in zip(windows, mirrors)]))
    return moved[..., :3].permute(0, 3, 1, 2).float(), moved[..., 3].float() / 255


def jittered(pictures: Tensor, rng: np.random.Generator) -> Tensor:
    """Brightness, contrast and per-channel gain, each within 20 %."""
    count = len(pictures)
    gain = torch.from_numpy(rng.uniform(0.8, 1.2, size=(count, 3, 1, 1))).float()
    contrast = torch.from_numpy(rng.uniform(0.8, 1.2, size=(count, 1, 1, 1))).float()
    middle = pictures.mean((1, 2, 3), keepdim=True)
    return (((pictures - middle) * contrast + middle) * gain).clamp(0, 255)


def mixed(parts: tuple[Tensor, ...], rng: np.random.Generator) -> tuple[Tensor, ...]:
    """MixUp (Zhang et al. 2018): every part of a batch blended with the batch's own shuffle, alike."""
    share = float(rng.beta(MIXUP, MIXUP))
    other = torch.from_numpy(rng.permutation(len(parts[0])))
    return tuple(share * x + (1 - share) * x[other] for x in parts)
