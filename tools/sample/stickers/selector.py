"""The judge behind suites A and O: a small 3x3 ResNet, kept as selector.onnx so that the suites repeat exactly.

It is trained like every other model (`make-models selector`) and is no part of the product.
"""

from __future__ import annotations

import json

import numpy as np
import onnxruntime

from .sprites import HERE

BATCH = 128


def judge(pictures: np.ndarray) -> np.ndarray:
    """Pictures uint8 (N, 96, 96, 3) to probabilities (N, 16), softmax in float64."""
    recipe = json.loads((HERE / "selector" / "selector.json").read_text())["preprocessing"]
    session = onnxruntime.InferenceSession(str(HERE / "selector" / "selector.onnx"), providers=["CPUExecutionProvider"])
    x = (pictures / 255 - np.array(recipe["mean"])) / np.array(recipe["std"])
    x = np.ascontiguousarray(x.transpose(0, 3, 1, 2), dtype=np.float32)
    logits = np.concatenate([session.run(None, {"input": x[i : i + BATCH]})[0] for i in range(0, len(x), BATCH)])
    odds = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    return odds / odds.sum(1, keepdims=True)
