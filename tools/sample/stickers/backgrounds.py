"""Procedural backgrounds: pure functions of a seeded generator, float64 RGB in 0..1, (SIZE, SIZE, 3).

Everything is computed in float64 and rounded once to 8 bits, so a last-bit difference between two
processors' sine or exponential cannot reach a pixel.
"""

from __future__ import annotations

import colorsys
from typing import Callable

import numpy as np

SIZE = 96
Y, X = np.mgrid[0:SIZE, 0:SIZE] / (SIZE - 1.0)
Field = np.ndarray


def shade(rng: np.random.Generator, hue: float) -> np.ndarray:
    """One colour near `hue` (degrees), pale or dark as it comes, RGB (3,)."""
    turn = (hue + rng.normal(0, 18)) % 360 / 360
    return np.array(colorsys.hsv_to_rgb(turn, rng.uniform(0.15, 0.8), rng.uniform(0.3, 1.0)))


def blend(field: Field, rng: np.random.Generator, hue: float) -> np.ndarray:
    """Field in 0..1 (SIZE, SIZE) laid between two shades of a hue."""
    low, high = shade(rng, hue), shade(rng, hue)
    return low + field[..., None] * (high - low)


def turned(rng: np.random.Generator) -> tuple[Field, Field]:
    """The pixel grid turned by a random angle."""
    angle = rng.uniform(0, np.pi)
    return X * np.cos(angle) + Y * np.sin(angle), Y * np.cos(angle) - X * np.sin(angle)


def smooth_noise(rng: np.random.Generator, cells: int) -> Field:
    """Value noise with about `cells` bumps per side, in 0..1."""
    grid = rng.uniform(size=(cells + 2, cells + 2))
    at_y, at_x = Y * cells, X * cells
    row, col = at_y.astype(int), at_x.astype(int)
    fy, fx = at_y - row, at_x - col
    fy, fx = fy * fy * (3 - 2 * fy), fx * fx * (3 - 2 * fx)
    top = grid[row, col] * (1 - fx) + grid[row, col + 1] * fx
    bottom = grid[row + 1, col] * (1 - fx) + grid[row + 1, col + 1] * fx
    return top * (1 - fy) + bottom * fy


def gradient(rng: np.random.Generator) -> Field:
    along, _ = turned(rng)
    return (along - along.min()) / np.ptp(along)


def plasma(rng: np.random.Generator) -> Field:
    waves = [np.sin(rng.uniform(4, 14) * turned(rng)[0] + rng.uniform(0, 6.3)) for _ in range(4)]
    return 0.5 + sum(waves) / 8


def stripes(rng: np.random.Generator) -> Field:
    along, _ = turned(rng)
    return 0.5 + 0.5 * np.clip(4 * np.sin(rng.uniform(15, 45) * along + rng.uniform(0, 6.3)), -1, 1)


def checks(rng: np.random.Generator) -> Field:
    along, across = turned(rng)
    pitch = rng.uniform(12, 32)
    return 0.5 + 0.5 * np.clip(6 * np.sin(pitch * along) * np.sin(pitch * across), -1, 1)


def waves(rng: np.random.Generator) -> Field:
    bend = rng.uniform(0.02, 0.06) * np.sin(rng.uniform(8, 20) * X + rng.uniform(0, 6.3))
    ripple = np.sin(rng.uniform(25, 50) * (Y + bend) + rng.uniform(0, 6.3))
    return np.clip(0.55 * Y + 0.25 + 0.2 * ripple, 0, 1)


def clouds(rng: np.random.Generator) -> Field:
    puffs = 0.6 * smooth_noise(rng, 4) + 0.3 * smooth_noise(rng, 9) + 0.1 * smooth_noise(rng, 18)
    return np.clip(2.4 * (puffs - 0.5) + 0.5, 0, 1)


def scattered(rng: np.random.Generator, count: int, low: float, high: float, ring: bool) -> Field:
    """Discs, or rings, thrown at random; radii in shares of the picture's side."""
    field = np.zeros((SIZE, SIZE))
    for _ in range(count):
        radius = rng.uniform(low, high)
        distance = np.hypot(X - rng.uniform(), Y - rng.uniform())
        inside = (radius - distance) * SIZE
        edge = np.clip(inside, 0, 1) * (np.clip(3 - inside, 0.25, 1) if ring else 1)
        field = np.maximum(field, edge * rng.uniform(0.5, 1))
    return field


def spots(rng: np.random.Generator) -> Field:
    return scattered(rng, int(rng.integers(18, 40)), 0.02, 0.07, ring=False)


def bubbles(rng: np.random.Generator) -> Field:
    return scattered(rng, int(rng.integers(10, 22)), 0.04, 0.13, ring=True)


def rings(rng: np.random.Generator) -> Field:
    distance = np.hypot(X - rng.uniform(-0.2, 1.2), Y - rng.uniform(-0.2, 1.2))
    return 0.5 + 0.5 * np.clip(3 * np.sin(rng.uniform(25, 60) * distance), -1, 1)


def bricks(rng: np.random.Generator) -> Field:
    rows = rng.uniform(6, 12)
    row = np.floor(Y * rows)
    column = X * rows / 2 + 0.5 * (row % 2)
    joint = np.minimum((Y * rows) % 1, 2 * (column % 1)) < 0.14
    tone = ((np.floor(column) * 7 + row * 13) % 5) / 8
    return np.where(joint, 1.0, tone)


def leaves(rng: np.random.Generator) -> Field:
    field = np.full((SIZE, SIZE), 0.2)
    for _ in range(int(rng.integers(20, 36))):
        angle, length = rng.uniform(0, np.pi), rng.uniform(0.08, 0.2)
        dx, dy = X - rng.uniform(), Y - rng.uniform()
        along = dx * np.cos(angle) + dy * np.sin(angle)
        across = np.abs(dy * np.cos(angle) - dx * np.sin(angle))
        blade = across < 0.3 * length * (1 - (along / length) ** 2)
        field = np.where(blade, rng.uniform(0.3, 1.0) - 2 * across, field)
    return np.clip(field, 0, 1)


FAMILIES: dict[str, Callable[[np.random.Generator], Field]] = {
    "gradient": gradient, "plasma": plasma, "stripes": stripes, "checks": checks, "waves": waves,
    "clouds": clouds, "spots": spots, "bubbles": bubbles, "rings": rings, "bricks": bricks, "leaves": leaves,
}
PREFERENCE = 0.6
"""Share of pictures that take the class's own background family and hue; the rest are drawn evenly."""


def background(rng: np.random.Generator, family: str, hue: float) -> np.ndarray:
    """A background for a class that prefers `family` and `hue`, RGB (SIZE, SIZE, 3) in 0..1."""
    if rng.uniform() >= PREFERENCE:
        family, hue = rng.choice(list(FAMILIES)), rng.uniform(0, 360)
    picture = blend(FAMILIES[family](rng), rng, hue)
    lamp, _ = turned(rng)
    return np.clip(picture * (1 + rng.uniform(0, 0.35) * (lamp - 0.5)[..., None]), 0, 1)
