"""Makes every stored suite and the training set (into the cache): `python -m stickers.images`."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import numpy as np

from . import adversarial, credits, nine, render, renditions, sheets
from .backgrounds import SIZE
from .selector import judge
from .sprites import HERE, LABELS, load, split

PER_CLASS = 2000
VAL_PER_CLASS = 20
OUT = HERE.parent.parent / "resources" / "sample"


def write_training(cache: Path) -> None:
    """train_images (N, 96, 96, 3), train_masks (N, 96, 96), train_labels and train_plain (N,) as .npy."""
    training, _ = split(load(cache / "sprites"))
    count = PER_CLASS * len(LABELS)
    images, masks = np.empty((count, SIZE, SIZE, 3), np.uint8), np.empty((count, SIZE, SIZE), np.uint8)
    labels, plain = np.empty(count, np.int64), np.empty(count, bool)
    for at, (made, target, is_plain) in enumerate(render.training_set(cache / "sprites", training, PER_CLASS)):
        images[at], masks[at], labels[at], plain[at] = made.image, made.mask, target, is_plain
    for name, array in (("images", images), ("masks", masks), ("labels", labels), ("plain", plain)):
        np.save(cache / f"train_{name}.npy", array)


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


def write_subsets(out: Path) -> None:
    """Which classes each suite covers, in the shape of the original benchmarks' index lists."""
    index = LABELS.index
    subsets = {
        "A": [index(label) for label in adversarial.A_SUBSET],
        "R": [index(label) for label in renditions.SUBSET],
        "O_inDistribution": [index(label) for label in adversarial.O_SUBSET],
        "9": {"classes": nine.GROUPS, "mapping": nine.MAPPING},
    }
    (out / "subsets.json").write_text(json.dumps(subsets, indent=1) + "\n")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cache", type=Path, required=True, help="folder that holds sprites/ and takes the training set")
    options.add_argument("--out", type=Path, default=OUT)
    options.add_argument("--sheets", type=Path, default=HERE.parent.parent / "docs" / "sample")
    options.add_argument("--no-training", dest="training", action="store_false", help="only the stored suites")
    options.add_argument("--only-training", action="store_true")
    args = options.parse_args()
    if args.only_training:
        return write_training(args.cache)
    args.out.mkdir(parents=True, exist_ok=True)
    for kept in ("suites", "masks"):
        shutil.rmtree(args.out / kept, ignore_errors=True)
    (args.out / "labels.json").write_text(json.dumps(LABELS, indent=2) + "\n")
    credits.write_attribution(args.cache / "sprites", args.out)
    sources = write_val(args.cache, args.out) | nine.write(args.cache, args.out) | renditions.write(args.cache, args.out)
    sources |= adversarial.write_a(args.cache, args.out, judge) | adversarial.write_o(args.cache, args.out, judge)
    credits.write_sources(sources, args.out)
    write_subsets(args.out)
    sheets.write(args.out / "suites", args.sheets)
    if args.training:
        write_training(args.cache)


if __name__ == "__main__":
    main()
