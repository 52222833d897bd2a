"""Suite 9, the counterpart of ImageNet-9 (Xiao et al. 2021): what a background alone does to a prediction.

Five variations of the same held-out pictures, nine coarse classes in numbered folders. Mixed-Same takes
the background of another picture of the same coarse class, Mixed-Rand of another coarse class.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from . import render
from .sprites import LABELS, WORLD, load, split

PER_GROUP = 25
GROUPS = sorted({entry["group"] for entry in WORLD["classes"].values()})
MAPPING = [GROUPS.index(WORLD["classes"][label]["group"]) for label in LABELS]
"""Class index -> id of the coarse class; the original has -1 for classes outside, here there are none."""


def originals(cache: Path) -> dict[str, list[tuple[str, render.Scene]]]:
    """PER_GROUP (class, scene) per coarse class, its classes in turn."""
    _, held = split(load(cache / "sprites"))
    made: dict[str, list[tuple[str, render.Scene]]] = {}
    for group in GROUPS:
        labels = [label for label in LABELS if WORLD["classes"][label]["group"] == group]
        chosen = {label: render.balanced(held[label], PER_GROUP, "nine", label) for label in labels}
        turns = [(labels[i % len(labels)], i) for i in range(PER_GROUP)]
        made[group] = [(label, render.scene(cache / "sprites", "nine", chosen[label][i], label, i)) for label, i in turns]
    return made


def over(scene: render.Scene, ground: np.ndarray) -> np.ndarray:
    """The scene's sprite, as it is lit there, on another ground, by its exact coverage."""
    alpha = scene.mask[..., None] / 255.0
    layer = scene.image - scene.ground * (1 - alpha)
    clean = np.where(alpha > 0, np.clip(layer, 0, 255 * alpha), 0)
    return np.round(clean + ground * (1 - alpha)).astype(np.uint8)


def variations(group: str, index: int, made: dict[str, list[tuple[str, render.Scene]]]) -> dict[str, np.ndarray]:
    """The five pictures of one scene; its partners are drawn from a stream of its own."""
    rng = render.generator("nine/partners", group, index)
    scene = made[group][index][1]
    same = made[group][(index + int(rng.integers(1, PER_GROUP))) % PER_GROUP][1]
    others = [name for name in GROUPS if name != group]
    rand = made[others[rng.integers(len(others))]][int(rng.integers(PER_GROUP))][1]
    outside = 1 - scene.mask[..., None] / 255.0
    return {
        "original": scene.image,
        "mixed_same": over(scene, same.ground),
        "mixed_rand": over(scene, rand.ground),
        "only_fg": over(scene, np.zeros_like(scene.ground)),
        "no_fg": np.round(scene.ground * outside).astype(np.uint8),
    }


def write(cache: Path, out: Path) -> dict[str, str]:
    """`9/<variation>/val/<group>/<name>.webp`, one mask per picture, and in_to_in9.json."""
    made, sources = originals(cache), {}
    for group in GROUPS:
        for index, (label, scene) in enumerate(made[group]):
            name = f"{label}_{index:03d}"
            render.save(scene.mask, out / "masks" / "9" / "val" / group / f"{name}.png")
            for variation, picture in variations(group, index, made).items():
                path = f"9/{variation}/val/{group}/{name}.webp"
                render.save(picture, out / "suites" / path)
                sources[path] = f"{scene.sprite.package}/{scene.sprite.icon}"
    mapping = {str(index): group for index, group in enumerate(MAPPING)}
    (out / "suites" / "9" / "in_to_in9.json").write_text(json.dumps(mapping) + "\n")
    return sources
