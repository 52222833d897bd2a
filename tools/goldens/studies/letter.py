"""Goldens of single units, of batches of batch means and of CKA: `/usr/bin/python3 tools/goldens/studies/letter.py`.

Computed by PyTorch, numpy and ONNX's reference evaluator from the shipped ONNX files and the first val picture of each
class; nothing of the product is used. Run again whenever RepLK-3, RepLK-7, ResNet or ViT-8 changes.
Writes tests/engine/studies/goldens/letter.json.
"""

from __future__ import annotations

import json

import numpy as np
import onnx
import torch
from onnx.reference import ReferenceEvaluator
from onnx_net import OUT, SAMPLE, OnnxNet, pictures

torch.set_num_threads(1)


def ancestors(graph: onnx.GraphProto, name: str) -> set[str]:
    """Outputs of all nodes that a tensor is computed from."""
    maker = {out: node for node in graph.node for out in node.output}
    found, left = set(), [name]
    while left:
        node = maker.get(left.pop())
        if node is None or node.output[0] in found:
            continue
        found.add(node.output[0])
        left.extend(node.input)
    return found


def without_units(name: str, x: np.ndarray) -> list[list[int]]:
    """Predicted classes with each residual branch left out, in order of depth: its addition becomes the other operand.

    Of the two operands of a residual addition, the branch is the one that more nodes lie behind; the other one is the
    input, or its projection.
    """
    path = SAMPLE / "models" / f"{name}.onnx"
    card = json.loads(path.with_suffix(".json").read_text())["preprocessing"]
    mean, std = (np.array(card[key], np.float32)[:, None, None] for key in ("mean", "std"))
    model = onnx.load(path)
    graph = model.graph
    constant = {*(w.name for w in graph.initializer), *(n.output[0] for n in graph.node if n.op_type == "Constant")}
    spatial = {out for n in graph.node if n.op_type in ("Conv", "Softmax", "MatMul", "Gemm") for out in n.output}
    predicted = []
    for at, node in enumerate(graph.node):
        if node.op_type != "Add" or constant & set(node.input):
            continue
        behind = [ancestors(graph, operand) for operand in node.input]
        # Both operands must be computed, and the branch by layers of its own.
        branch = int(len(behind[1]) > len(behind[0]))
        if not (behind[branch] - behind[1 - branch]) & spatial:
            continue
        kept = node.input[1 - branch]
        changed = onnx.ModelProto()
        changed.CopyFrom(model)
        changed.graph.node[at].CopyFrom(onnx.helper.make_node("Identity", [kept], list(node.output)))
        net = ReferenceEvaluator(changed)
        out = net.run(None, {graph.input[0].name: ((x - mean) / std).astype(np.float32)})[0]
        predicted.append(out.argmax(1).tolist())
    return predicted


@torch.no_grad()
def features(net: OnnxNet, x: torch.Tensor) -> list[np.ndarray]:
    """Outputs of the residual additions, [images, values] in float64."""
    tensors = net.normalised((x - net.mean) / net.std)
    return [tensors[name].double().flatten(1).numpy() for name in net.additions()]


def batch_variance(net: OnnxNet, x: torch.Tensor) -> list[float]:
    """LKRobust main.py: features averaged over the batch, then the unbiased variance over positions, mean over channels."""
    with torch.no_grad():
        tensors = net.normalised((x - net.mean) / net.std)
    return [tensors[name].double().mean(0).var((1, 2)).mean().item() for name in net.additions()]


def hsic1(k: np.ndarray, l: np.ndarray) -> float:
    """The unbiased estimator of Song et al. 2012, as in equation 3 of Nguyen, Raghu and Kornblith 2021."""
    n = len(k)
    k, l = k - np.diag(np.diag(k)), l - np.diag(np.diag(l))
    one = np.ones(n)
    return (np.trace(k @ l) + (one @ k @ one) * (one @ l @ one) / ((n - 1) * (n - 2)) - 2 / (n - 2) * (one @ k @ l @ one)) / (n * (n - 3))


def minibatch_cka(a, b, x: np.ndarray | torch.Tensor, batch: int) -> list[list[float]]:
    """Equation 2 of Nguyen, Raghu and Kornblith 2021: means over batches of the three HSICs, then their ratio; [layers of a, layers of b].

    `a` and `b` give the features of a batch by layer, [images, values].
    """
    parts = [x[at : at + batch] for at in range(0, len(x), batch)]
    grams = [[[f @ f.T for f in of(part)] for of in (a, b)] for part in parts]
    mean = lambda of, i, to, j: np.mean([hsic1(g[of][i], g[to][j]) for g in grams])  # noqa: E731
    rows, columns = len(grams[0][0]), len(grams[0][1])
    return [[float(mean(0, i, 1, j) / np.sqrt(mean(0, i, 0, i) * mean(1, j, 1, j))) for j in range(columns)] for i in range(rows)]


def toy() -> dict:
    """Whole numbers as features of 18 images, two layers and one, in batches of six."""
    draw = np.random.RandomState(7)
    a, b = [draw.randint(-9, 10, (18, width)) for width in (3, 5)], draw.randint(-9, 10, (18, 4)) + 20
    b[:, 0] += 2 * a[0][:, 1]
    places = np.arange(18)
    found = minibatch_cka(lambda at: [one[at].astype(float) for one in a], lambda at: [b[at].astype(float)], places, 6)
    return {"a": [one.tolist() for one in a], "b": b.tolist(), "batch": 6, "cka": found}


def main() -> None:
    digests, x, _ = pictures(1)
    small, other = OnnxNet("replk3"), OnnxNet("replk7")
    golden = {
        "made": {"script": "tools/goldens/studies/letter.py", "torch": torch.__version__, "numpy": np.__version__, "onnx": onnx.__version__},
        "models": {net.path.stem: net.digest for net in (small, other, OnnxNet("resnet"), OnnxNet("vit"))},
        "digests": digests,
        "units": {name: without_units(name, x.numpy()) for name in ("resnet", "vit")},
        "batchVariance": np.mean([batch_variance(small, x[:8]), batch_variance(small, x[8:])], axis=0).tolist(),
        "cka": minibatch_cka(lambda part: features(small, part), lambda part: features(other, part), x, 16),
        "toy": toy(),
    }
    (OUT / "letter.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print({name: [len(rows), rows[0]] for name, rows in golden["units"].items()})
    print(np.round(golden["cka"], 3))


if __name__ == "__main__":
    main()
