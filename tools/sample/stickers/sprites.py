"""Sprites, and which of them may be seen in training.

A *unit* is one emoji in one drawing style; noto and noto-v1, emojione and emojione-v1 redraw each other
closely and count as one style. A quarter of each class's units, chosen by hash, is held out whole: no rendering of
those sprites ever reaches training.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent.parent
WORLD = json.loads((HERE / "classes.json").read_text())
LABELS = sorted(WORLD["classes"])
HELD_OUT = 0.25
STYLE = {"noto-v1": "noto", "emojione-v1": "emojione"}


@dataclass(frozen=True)
class Sprite:
    """One drawing: `label` is its class (or unseen class), `unit` what is held out together."""

    package: str
    icon: str
    label: str
    seen: bool
    role: str

    @property
    def unit(self) -> str:
        emoji = re.sub(r"-\d$", "", self.icon)
        return f"{STYLE.get(self.package, self.package)}/{emoji}"


def load(folder: Path) -> list[Sprite]:
    """All sprites drawn by rasterize.mjs, in its order."""
    rows = json.loads((folder / "sprites.json").read_text())["sprites"]
    return [Sprite(**row) for row in rows]


def split(sprites: list[Sprite]) -> tuple[dict[str, list[Sprite]], dict[str, list[Sprite]]]:
    """Training and held-out sprites of the 16 classes, per class."""
    training, held = defaultdict(list), defaultdict(list)
    for label in LABELS:
        mine = [s for s in sprites if s.seen and s.role == "train" and s.label == label]
        units = sorted({s.unit for s in mine}, key=lambda unit: hashlib.sha256(f"{label}/{unit}".encode()).hexdigest())
        out = set(units[: round(HELD_OUT * len(units))])
        for sprite in mine:
            (held if sprite.unit in out else training)[label].append(sprite)
        extra = [s for s in sprites if s.seen and s.role == "extra" and s.label == label]
        training[label] += [s for s in extra if s.unit not in out]
    return dict(training), dict(held)


@lru_cache(maxsize=None)
def pixels(folder: Path, package: str, icon: str) -> Image.Image:
    """The sprite cut to its drawn part, RGBA with premultiplied colour left to the caller."""
    picture = Image.open(folder / package / f"{icon}.png").convert("RGBA")
    alpha = np.asarray(picture)[..., 3]
    rows, columns = np.nonzero(alpha.max(1) > 8)[0], np.nonzero(alpha.max(0) > 8)[0]
    return picture.crop((int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1))
