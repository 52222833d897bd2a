"""Makes the training set (into the cache) and every stored suite: `python -m stickers.images`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from . import credits, render
from .sprites import HERE, LABELS, load, split

PER_CLASS = 1000
VAL_PER_CLASS = 20
OUT = HERE.parent.parent / "resources" / "sample"


def write_training(cache: Path) -> None:
    training, _ = split(load(cache / "sprites"))
    images, masks, labels = render.training_set(cache / "sprites", training, PER_CLASS)
    np.save(cache / "train_images.npy", images)
    np.save(cache / "train_masks.npy", masks)
    np.save(cache / "train_labels.npy", labels)


def write_val(cache: Path, out: Path) -> dict[str, str]:
    """val: held-out sprites in ordinary poses, as ImageFolder; masks in a parallel tree."""
    _, held = split(load(cache / "sprites"))
    sources = {}
    for label in LABELS:
        for index, sprite in enumerate(render.balanced(held[label], VAL_PER_CLASS, "val", label)):
            made = render.scene(cache / "sprites", "val", sprite, label, index)
            name = f"val/{label}/{label}_{index:03d}.png"
            render.save(made.image, out / "suites" / name)
            render.save(made.mask, out / "masks" / name)
            sources[name] = f"{sprite.package}/{sprite.icon}"
    return sources


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "kernelscope-sample")
    options.add_argument("--out", type=Path, default=OUT)
    args = options.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "labels.json").write_text(json.dumps(LABELS, indent=2) + "\n")
    credits.write_attribution(args.cache / "sprites", args.out)
    sources = write_val(args.cache, args.out)
    credits.write_sources(sources, args.out)
    write_training(args.cache)


if __name__ == "__main__":
    main()
