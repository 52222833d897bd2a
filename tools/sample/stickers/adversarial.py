"""Suites A and O, the counterparts of ImageNet-A and -O (Hendrycks et al. 2021).

Both are filtered by one small 3x3 ResNet that is not shipped. A: held-out sprites in hard poses, clutter
and light, kept where it is wrong. O: sprites of classes nobody trained on, kept where it is sure.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Callable

import numpy as np

from . import compose, render
from .backgrounds import FAMILIES, background
from .sprites import LABELS, Sprite, load, pixels, split

Judge = Callable[[np.ndarray], np.ndarray]
"""Pictures uint8 (N, 96, 96, 3) to probabilities (N, 16)."""

A_SUBSET = [label for label in LABELS if label not in ("boat", "monkey", "shoe", "tree")]
"""A covers twelve of the sixteen classes, as ImageNet-A covers 200 of 1000."""
A_PER_CLASS = 20
A_CANDIDATES = 300
O_SUBSET = [label for label in LABELS if label not in ("aircraft", "clock", "flower", "insect", "monkey", "train")]
"""Classes the out-of-distribution pictures are confused with; val's pictures of these are the other half."""
O_COUNT = 200
O_TURNS = 4
"""Candidates per sprite."""
BARS = 5


def named(made: render.Scene, path: str, out: Path) -> tuple[str, str]:
    render.save(made.image, out / "suites" / f"{path}.webp")
    render.save(made.mask, out / "masks" / f"{path}.png")
    return f"{path}.webp", f"{made.sprite.package}/{made.sprite.icon}"


def write_a(cache: Path, out: Path, judge: Judge) -> dict[str, str]:
    """`A/<class>/<nnn>.webp`: the first candidates of each class that the judge gets wrong."""
    _, held = split(load(cache / "sprites"))
    sources = {}
    for label in A_SUBSET:
        chosen = render.balanced(held[label], A_CANDIDATES, "A", label)
        scenes = [render.scene(cache / "sprites", "A", s, label, i, compose.HARD, BARS) for i, s in enumerate(chosen)]
        scenes = [s for s in scenes if s.mask.mean() > 255 * 0.03]
        wrong = judge(np.stack([s.image for s in scenes])).argmax(1) != LABELS.index(label)
        kept = [scene for scene, bad in zip(scenes, wrong) if bad][:A_PER_CLASS]
        sources.update(named(s, f"A/{label}/{label}_{i:03d}", out) for i, s in enumerate(kept))
    return sources


def foreign(cache: Path, sprite: Sprite, index: int) -> render.Scene:
    """A sprite of no trained class, on any background."""
    rng = render.generator("O", f"{sprite.package}/{sprite.icon}", index)
    ground = background(rng, rng.choice(list(FAMILIES)), rng.uniform(0, 360))
    image, alpha = compose.sticker(ground, pixels(cache / "sprites", sprite.package, sprite.icon), rng)
    return render.Scene(compose.to_bytes(image), compose.to_bytes(alpha), compose.to_bytes(ground), sprite)


def write_o(cache: Path, out: Path, judge: Judge) -> dict[str, str]:
    """`O/<class it is taken for>/<unseen class>_<nnn>.webp`: the O_COUNT // classes surest of each folder."""
    sprites = [s for s in load(cache / "sprites") if not s.seen and s.role == "train"]
    scenes = [foreign(cache, sprite, turn) for sprite in sprites for turn in range(O_TURNS)]
    odds = judge(np.stack([s.image for s in scenes]))
    taken: dict[str, list[int]] = defaultdict(list)
    for index in np.argsort(-odds.max(1), kind="stable"):
        taken[LABELS[odds[index].argmax()]].append(int(index))
    sources = {}
    for label in O_SUBSET:
        for index in sorted(taken[label][: O_COUNT // len(O_SUBSET)]):
            made = scenes[index]
            sources.update([named(made, f"O/{label}/{made.sprite.label}_{index:05d}", out)])
    return sources
