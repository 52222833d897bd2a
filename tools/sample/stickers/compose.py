"""One picture: a sprite posed, coloured and lit on a background, with its exact mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from .backgrounds import SIZE, turned

OVER = 2
"""Sprites are posed on a canvas twice the size and then averaged down: smooth, exact edges."""


@dataclass(frozen=True)
class Pose:
    """Ranges a sprite is drawn from. Lengths in pixels, angles in degrees, the rest as shares."""

    side: tuple[float, float] = (42, 84)
    turn: float = 25
    shear: float = 0.12
    overhang: float = 0.08
    hue: float = 0.06
    tint: float = 0.15
    light: float = 0.45
    shadow: float = 0.5
    stretch: float = 0.0
    fade: float = 0.0


PLAIN = Pose()
VARIED = Pose(side=(34, 88), turn=40, shear=0.25, overhang=0.16, hue=0.3, tint=0.35, light=0.8, shadow=0.6, stretch=0.3, fade=0.9)
HARD = Pose(side=(26, 92), turn=75, shear=0.35, overhang=0.28, hue=0.16, tint=0.35, light=1.0, shadow=0.8)


def place(sprite: Image.Image, rng: np.random.Generator, pose: Pose) -> np.ndarray:
    """The sprite somewhere on an empty picture: float RGBA in 0..1, premultiplied, (SIZE, SIZE, 4)."""
    canvas = SIZE * OVER
    side = rng.uniform(*pose.side)
    scale = side * OVER / max(sprite.size)
    angle = np.radians(rng.uniform(-pose.turn, pose.turn))
    mirror = -1.0 if rng.uniform() < 0.5 else 1.0
    shear = rng.uniform(-pose.shear, pose.shear)
    room = max(0.0, SIZE - side) / 2 + pose.overhang * side
    centre = canvas / 2 + OVER * rng.uniform(-room, room, size=2)
    forward = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    forward = forward @ np.array([[mirror, shear], [0, 1]])
    if pose.stretch:
        forward = forward @ np.diag(np.exp(rng.uniform(-pose.stretch, pose.stretch, size=2)))
    back = np.linalg.inv(forward)
    offset = np.array(sprite.size) / 2 - back @ centre
    plain = np.asarray(sprite, dtype=np.float64)
    plain[..., :3] *= plain[..., 3:] / 255
    premultiplied = Image.fromarray(np.round(plain).astype(np.uint8), "RGBA")
    data = (back[0, 0], back[0, 1], offset[0], back[1, 0], back[1, 1], offset[1])
    posed = premultiplied.transform((canvas, canvas), Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)
    return np.asarray(posed.resize((SIZE, SIZE), Image.Resampling.BOX), dtype=np.float64) / 255


def turn_hue(rgb: np.ndarray, angle: float) -> np.ndarray:
    """Rotate colours about the grey axis by `angle` radians (Rodrigues' formula)."""
    c, s, third = np.cos(angle), np.sin(angle), 1 / 3
    a, b, d = c + (1 - c) * third, (1 - c) * third - s * third**0.5, (1 - c) * third + s * third**0.5
    return rgb @ np.array([[a, b, d], [d, a, b], [b, d, a]]).T


def paint(layer: np.ndarray, rng: np.random.Generator, pose: Pose) -> np.ndarray:
    """Colour shift and lighting of a placed sprite; alpha is untouched."""
    rgb, alpha = layer[..., :3], layer[..., 3:]
    rgb = turn_hue(rgb, rng.normal(0, pose.hue) * 2 * np.pi)
    rgb = rgb * rng.uniform(1 - pose.tint, 1 + pose.tint, size=3)
    if pose.fade:
        rgb = rgb + rng.uniform(0, pose.fade) * (rgb.mean(-1, keepdims=True) - rgb)
    lamp, _ = turned(rng)
    rgb = rgb * (1 + rng.uniform(0, pose.light) * (lamp - lamp.mean()))[..., None]
    return np.concatenate([np.clip(rgb, 0, alpha), alpha], axis=-1)


def cast_shadow(picture: np.ndarray, alpha: np.ndarray, rng: np.random.Generator, depth: float) -> np.ndarray:
    """Darken the background under a shifted, blurred copy of the sprite's outline."""
    dy, dx = (int(v) for v in rng.integers(-5, 6, size=2))
    soft = np.roll(alpha, (dy, dx), (0, 1))
    for axis in (0, 1):
        soft = sum(np.roll(soft, step, axis) for step in range(-2, 3)) / 5
    return picture * (1 - depth * rng.uniform(0, 0.7) * soft)[..., None]


def lay(picture: np.ndarray, layer: np.ndarray) -> np.ndarray:
    """Premultiplied layer over an opaque picture."""
    return layer[..., :3] + picture * (1 - layer[..., 3:])


def sticker(picture: np.ndarray, sprite: Image.Image, rng: np.random.Generator, pose: Pose = PLAIN) -> tuple[np.ndarray, np.ndarray]:
    """The finished picture (SIZE, SIZE, 3) and the foreground's coverage (SIZE, SIZE), both in 0..1."""
    layer = paint(place(sprite, rng, pose), rng, pose)
    alpha = layer[..., 3]
    if rng.uniform() < pose.shadow:
        picture = cast_shadow(picture, alpha, rng, 1.0)
    return lay(picture, layer), alpha


def to_bytes(picture: np.ndarray) -> np.ndarray:
    """Floats in 0..1 to 8 bits."""
    return np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)


def clutter(picture: np.ndarray, rng: np.random.Generator, count: int) -> np.ndarray:
    """Throw `count` plain blobs and bars over a picture, each half see-through."""
    for _ in range(count):
        colour, alpha = rng.uniform(size=3), rng.uniform(0.35, 0.85)
        along, across = turned(rng)
        length, width = rng.uniform(0.05, 0.5), rng.uniform(0.01, 0.06)
        inside = (np.abs(along - rng.uniform(-0.2, 1.2)) < length) & (np.abs(across - rng.uniform(-0.8, 0.8)) < width)
        picture = np.where(inside[..., None], picture * (1 - alpha) + colour * alpha, picture)
    return picture
