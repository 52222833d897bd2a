"""Golden of the attention distance: `/usr/bin/python3 tools/goldens/studies/attention.py`.

Runs the sample's ViT with ONNX's reference evaluator (numpy, not ONNX Runtime) on the first val picture of each class, takes
every softmax over all patches out of it, and computes the mean attention distance of each head as keras-io's
probing_vits.py does (Raghu et al. 2021): sum over keys of attention x distance of patch centres in pixels, mean over
queries, mean over images; extra tokens are left out and nothing is renormalised.
Writes tests/engine/studies/goldens/attention.json. Run it again whenever the model changes.
"""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent.parent.parent
SAMPLE = ROOT / "resources" / "sample"
OUT = ROOT / "tests" / "engine" / "studies" / "goldens" / "attention.json"
NAME = "vit"


def pictures(card: dict) -> tuple[list[str], np.ndarray]:
    """Digests and normalised pixels [N, 3, H, W] of the first picture of each class."""
    digests, images = [], []
    for folder in sorted((SAMPLE / "suites" / "val").iterdir()):
        path = sorted(folder.iterdir())[0]
        digests.append(hashlib.sha256(path.read_bytes()).hexdigest())
        images.append(np.asarray(Image.open(path).convert("RGB"), np.float64) / 255)
    recipe = card["preprocessing"]
    x = (np.stack(images) - np.array(recipe["mean"])) / np.array(recipe["std"])
    return digests, x.transpose(0, 3, 1, 2).astype(np.float32)


def distances(attention: np.ndarray, size: int) -> list[float]:
    """[N, heads, T, T] -> one number of pixels per head."""
    tokens = attention.shape[-1]
    grid = math.isqrt(tokens)
    extra = tokens - grid * grid
    a = attention[:, :, extra:, extra:].astype(np.float64)
    step = size / grid
    rows, columns = np.divmod(np.arange(grid * grid), grid)
    between = step * np.hypot(rows[:, None] - rows[None, :], columns[:, None] - columns[None, :])
    return (a * between).sum(-1).mean(axis=(0, 2)).tolist()


def main() -> None:
    path = SAMPLE / "models" / f"{NAME}.onnx"
    card = json.loads((SAMPLE / "models" / f"{NAME}.json").read_text())
    model = onnx.load(path)
    # Attention is a softmax over a square of tokens; the one over classes at the end is not.
    softmaxes = [node.output[0] for node in model.graph.node if node.op_type == "Softmax"]
    digests, x = pictures(card)
    given = model.graph.input[0].name
    del model.graph.output[:]
    model.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in softmaxes)
    found = ReferenceEvaluator(model).run(None, {given: x})
    layers = [a for a in found if a.ndim == 4 and a.shape[-1] == a.shape[-2]]
    golden = {
        "made": {"script": "tools/goldens/studies/attention.py", "onnx": onnx.__version__, "numpy": np.__version__},
        "model": {"name": NAME, "onnx": hashlib.sha256(path.read_bytes()).hexdigest()},
        "digests": digests,
        "layers": [distances(a, x.shape[-1]) for a in layers],
    }
    OUT.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(len(layers), "layers;", golden["layers"][0])


if __name__ == "__main__":
    main()
