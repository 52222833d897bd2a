"""Seeded rendering of whole sets: picture `index` of a class is the same whatever else is made."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

import numpy as np
from PIL import Image

from . import compose
from .backgrounds import background
from .sprites import LABELS, WORLD, Sprite, pixels

SEED = 20260


@dataclass(frozen=True)
class Scene:
    """One rendered picture: 8-bit `image` (96, 96, 3), `mask` and its `ground` without the sprite."""

    image: np.ndarray
    mask: np.ndarray
    ground: np.ndarray
    sprite: Sprite


def generator(purpose: str, label: str, index: int) -> np.random.Generator:
    """An own random stream for every picture of every set."""
    return np.random.default_rng([SEED, zlib.crc32(purpose.encode()), zlib.crc32(label.encode()), index])


def scene(folder: Path, purpose: str, sprite: Sprite, label: str, index: int, pose: compose.Pose = compose.PLAIN, bars: int = 0) -> Scene:
    """Render `sprite` on a background as class `label` prefers it, with `bars` pieces of clutter behind it."""
    rng = generator(purpose, label, index)
    taste = WORLD["classes"][label]
    ground = compose.clutter(background(rng, taste["background"], taste["hue"]), rng, bars)
    image, alpha = compose.sticker(ground, pixels(folder, sprite.package, sprite.icon), rng, pose)
    return Scene(compose.to_bytes(image), compose.to_bytes(alpha), compose.to_bytes(ground), sprite)


def balanced(sprites: list[Sprite], count: int, purpose: str, label: str) -> list[Sprite]:
    """`count` sprites in shuffled rounds, so that all are used about equally often."""
    order = generator(f"{purpose}/order", label, 0).permutation(len(sprites))
    return [sprites[order[i % len(sprites)]] for i in range(count)]


def save(array: np.ndarray, path: Path) -> None:
    """Write one picture; WebP is lossy at a quality where the loss cannot be seen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(array)
    if path.suffix == ".webp":
        picture.save(path, quality=95, method=6, exact=True)
    else:
        picture.save(path, optimize=True)


def training_set(folder: Path, sprites: dict[str, list[Sprite]], per_class: int) -> Iterator[tuple[Scene, int, bool]]:
    """Scenes, class index and whether it is plain, classes in turn.

    Each drawing appears in turn as in val (plain) and more freely posed and coloured.
    """
    chosen = {label: balanced(sprites[label], per_class, "train", label) for label in LABELS}
    for index in range(per_class):
        for target, label in enumerate(LABELS):
            plain = (index // len(sprites[label])) % 2 == 0
            pose = compose.PLAIN if plain else compose.VARIED
            yield scene(folder, "train", chosen[label][index], label, index, pose), target, plain
