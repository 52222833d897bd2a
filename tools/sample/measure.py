"""Measures shipped models on the sample's suites with ONNX Runtime: `python measure.py [NAME …]`.

Prints one JSON row per model: top-1 on val, A and R over all 16 classes and over the suite's own (`A12`),
AUPR on O, the five accuracies of 9 and the background gap.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

SAMPLE = Path(__file__).resolve().parent.parent.parent / "resources" / "sample"
SUITES = SAMPLE / "suites"
VARIATIONS = ("original", "mixed_same", "mixed_rand", "only_fg", "no_fg")
BATCH = 64


def pictures(root: Path) -> tuple[np.ndarray, list[str]]:
    """uint8 (N, 96, 96, 3) and the folder name of each, in sorted order."""
    files = sorted(path for path in root.rglob("*") if path.suffix in (".png", ".webp"))
    return np.stack([np.asarray(Image.open(path).convert("RGB")) for path in files]), [path.parent.name for path in files]


class Model:
    """An exported model with its card."""

    def __init__(self, path: Path) -> None:
        self.card = json.loads(path.with_suffix(".json").read_text())
        self.session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])

    def logits(self, images: np.ndarray) -> np.ndarray:
        """(N, 96, 96, 3) in 0..255 to (N, 16)."""
        recipe = self.card["preprocessing"]
        scaled = (images.astype(np.float32) / 255 - np.float32(recipe["mean"])) / np.float32(recipe["std"])
        x = np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))
        return np.concatenate([self.session.run(None, {"input": x[i : i + BATCH]})[0] for i in range(0, len(x), BATCH)])

    def suite(self, name: str) -> tuple[np.ndarray, list[str]]:
        """Logits on a stored suite, and the folder of each picture."""
        images, folders = pictures(SUITES / name)
        return self.logits(images), folders


def restricted(logits: np.ndarray, subset: list[int]) -> np.ndarray:
    """Winner among a subset of the classes, as a class index."""
    return np.array(subset)[logits[:, subset].argmax(1)]


def average_precision(outside: np.ndarray, inside: np.ndarray) -> float:
    """AUPR with `outside` scores positive, equal scores as one step (scikit-learn's definition)."""
    scores, truth = np.concatenate([outside, inside]), np.repeat([1.0, 0.0], [len(outside), len(inside)])
    order = np.argsort(-scores, kind="stable")
    scores, truth = scores[order], truth[order]
    ends = np.append(np.nonzero(np.diff(scores))[0], len(scores) - 1)
    hits = np.cumsum(truth)[ends]
    recall = np.concatenate([[0.0], hits / truth.sum()])
    return float(((recall[1:] - recall[:-1]) * hits / (ends + 1)).sum())


def confidence(logits: np.ndarray, subset: list[int]) -> np.ndarray:
    """Largest softmax probability over a subset, float64."""
    part = logits[:, subset].astype(np.float64)
    return 1 / np.exp(part - part.max(1, keepdims=True)).sum(1)


def measure(name: str) -> dict[str, float | str]:
    """Every number of docs/sample.md's table for one model, accuracies as shares."""
    model = Model(SAMPLE / "models" / f"{name}.onnx")
    labels = model.card["labels"]
    subsets = json.loads((SAMPLE / "subsets.json").read_text())
    row: dict[str, float | str] = {"id": name}
    val, val_names = model.suite("val")
    row["val"] = float(np.mean(val.argmax(1) == [labels.index(n) for n in val_names]))
    for suite in ("A", "R"):
        found, names = model.suite(suite)
        truth = [labels.index(n) for n in names]
        row[suite], row[f"{suite}12"] = float(np.mean(found.argmax(1) == truth)), float(np.mean(restricted(found, subsets[suite]) == truth))
    ids = subsets["O_inDistribution"]
    inside = val[[labels.index(n) in ids for n in val_names]]
    row["O"] = average_precision(-confidence(model.suite("O")[0], ids), -confidence(inside, ids))
    mapping, classes = np.array(subsets["9"]["mapping"]), subsets["9"]["classes"]
    for variation in VARIATIONS:
        found, names = model.suite(f"9/{variation}")
        row[variation] = float(np.mean(mapping[found.argmax(1)] == [classes.index(n) for n in names]))
    row["gap"] = row["mixed_same"] - row["mixed_rand"]
    return row


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", help="none: all that were exported")
    exported = sorted(path.stem for path in (SAMPLE / "models").glob("*.onnx"))
    for name in options.parse_args().names or exported:
        print(json.dumps(measure(name)), flush=True)
