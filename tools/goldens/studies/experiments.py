"""Goldens of the experiments that make.py does not cover: `/usr/bin/python3 tools/goldens/studies/experiments.py`.

Everything is computed by PyTorch and numpy from the shipped ONNX files (onnx_net.py) and the first val pictures; random
numbers are the product's (numbers.ts, needs node 24 on the path), so that the draws are the same. Kept are the true
class's logit and the predicted class of every picture. Run again whenever RepLK-3, RepLK-31 or ViT-8 changes.
Writes tests/engine/studies/goldens/experiments.json.
"""

from __future__ import annotations

import json
import subprocess

import numpy as np
import onnx
import torch
from onnx.reference import ReferenceEvaluator
from onnx_net import OUT, ROOT, OnnxNet, pictures
from torch.nn import functional as F

torch.set_num_threads(2)
SIDE, PATCH = 96, 16
SHAPE = (SIDE, SIDE, 3)


def draws(kind: str, count: int, keys: list[list], skip: int = 0) -> np.ndarray:
    """float64 [len(keys), count], after `skip` uniform numbers."""
    requests = json.dumps([{"key": key, "kind": kind, "count": count, "skip": skip} for key in keys])
    made = subprocess.run(["node", ROOT / "tools/goldens/studies/numbers.ts"], input=requests.encode(), stdout=subprocess.PIPE, check=True, cwd=ROOT)
    return np.frombuffer(made.stdout, "<f8").reshape(len(keys), count)


def planar(values: np.ndarray) -> torch.Tensor:
    """[..., H * W * 3] -> [..., 3, H, W]."""
    return torch.from_numpy(np.moveaxis(values.reshape(*values.shape[:-1], *SHAPE), -1, -3).copy()).float()


@torch.no_grad()
def answers(net: OnnxNet, x: torch.Tensor, y: torch.Tensor) -> dict:
    z = net(x)
    return {"predicted": z.argmax(1).tolist(), "logit": [round(v, 5) for v in z[range(len(y)), y].tolist()]}


def gradient(of, x: torch.Tensor) -> torch.Tensor:
    x = x.clone().requires_grad_()
    of(x).backward()
    return x.grad


def true_logit(net: OnnxNet, y: torch.Tensor):
    return lambda x: net(x)[range(len(y)), y].sum()


def cross_entropy(net: OnnxNet, y: torch.Tensor):
    return lambda x: F.cross_entropy(net(x), y, reduction="sum")


def band(noise: np.ndarray, centre: int, width: int, ring: str) -> np.ndarray:
    """Cuts [..., H, W] to a band as FreqAttack of how-do-vits-work does; a round ring by distance from the middle. Thousandths of pi."""
    middle = SIDE // 2
    inner, outer = (min(middle, max(0, (2 * centre + sign * width) * SIDE // 4000)) for sign in (-1, 1))
    rows, columns = np.mgrid[:SIDE, :SIDE] - middle

    def inside(radius: int) -> np.ndarray:
        if ring == "round":
            return np.hypot(rows, columns) < radius
        return (-radius <= rows) & (rows < radius) & (-radius <= columns) & (columns < radius)

    spectrum = np.fft.fftshift(np.fft.fft2(noise), axes=(-2, -1)) * (inside(outer) & ~inside(inner))
    return np.fft.ifft2(np.fft.ifftshift(spectrum, axes=(-2, -1))).real


def frequency(net: OnnxNet, digests: list[str], x: torch.Tensor, y: torch.Tensor) -> dict:
    noise = np.sign(planar(draws("normal", SIDE * SIDE * 3, [["bandNoise", 0, digest] for digest in digests])).numpy())

    def under(centre: int, energy: str, ring: str, epsilon: float) -> dict:
        cut = band(noise, centre, 100, ring)
        if energy == "equal":
            cut /= np.sqrt((cut**2).mean((1, 2, 3), keepdims=True))
        # In the normalised space: added to what the net sees, not clipped.
        return answers(net, x + epsilon * torch.from_numpy(cut).float() * net.std, y)

    published = {str(c): under(c, "published", "square", 0.7) for c in (0, 100, 300, 700, 1000)}
    return {"published": published, "equal": {str(c): under(c, "equal", "round", 0.25) for c in (200, 800)}}


def windowed(size: int):
    """Depthwise kernels larger than `size` become zero outside their central window."""

    def change(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        for name, w in weights.items():
            if w.ndim == 4 and w.shape[1] == 1 and w.shape[2] > size:
                edge = (w.shape[2] - size) // 2
                kept = F.pad(torch.ones(size, size), (edge,) * 4)
                weights[name] = w * kept
        return weights

    return change


def dropped(weights: np.ndarray, mass: float, mode: str) -> np.ndarray:
    """Which patches [N, patches] IPViT's evaluate.py removes; `mass` is what is lost."""
    order = np.argsort(weights, axis=1, kind="stable")
    share = np.take_along_axis(weights, order, 1) / weights.sum(1, keepdims=True)
    foreground = np.zeros(weights.shape, bool)
    kept = mass if mode == "salient" else 1 - mass
    np.put_along_axis(foreground, order, np.cumsum(share, 1) > 1 - kept, 1)
    return foreground if mode == "salient" else ~foreground


def occluded(x: torch.Tensor, drop: np.ndarray) -> torch.Tensor:
    grid = torch.from_numpy(~drop).float().view(len(x), 1, SIDE // PATCH, SIDE // PATCH)
    return x * F.interpolate(grid, scale_factor=PATCH)


def patch_sums(pixels: np.ndarray) -> np.ndarray:
    """[N, H, W] -> [N, patches of 16 px]; H may be a grid of patches already."""
    per = pixels.shape[1] // (SIDE // PATCH)
    return pixels.reshape(len(pixels), SIDE // PATCH, per, SIDE // PATCH, per).sum((2, 4)).reshape(len(pixels), -1)


def class_attention(x: torch.Tensor, head: int) -> np.ndarray:
    """Attention of the class token to the patches in the last block, [N, patches], by ONNX's reference evaluator."""
    vit = OnnxNet("vit")
    model = onnx.load(vit.path)
    last = [node.output[0] for node in model.graph.node if node.op_type == "Softmax"][-1]
    del model.graph.output[:]
    model.graph.output.append(onnx.helper.make_empty_tensor_value_info(last))
    (found,) = ReferenceEvaluator(model).run(None, {vit.given: ((x - vit.mean) / vit.std).contiguous().numpy()})
    row = found[:, head, 0, 1:]
    grid = round(row.shape[1] ** 0.5)
    return patch_sums(row.reshape(len(row), grid, grid))


def salient(net: OnnxNet, x: torch.Tensor, y: torch.Tensor) -> dict:
    sources = {
        "attention": class_attention(x, 1),
        "gradient": patch_sums(gradient(true_logit(net, y), x).abs().sum(1).numpy()),
    }
    return {
        source: {f"{mode},percent={percent}": answers(net, occluded(x, dropped(weights, percent / 100, mode)), y) for mode in ("salient", "non-salient") for percent in (25, 55)}
        for source, weights in sources.items()
    }


def projected(x: torch.Tensor, x0: torch.Tensor, step: torch.Tensor, epsilon: float) -> torch.Tensor:
    return (x0 + (x + step - x0).clamp(-epsilon, epsilon)).clamp(0, 1)


def attacks(net: OnnxNet, digests: list[str], x: torch.Tensor, y: torch.Tensor) -> dict:
    epsilon, alpha = 0.006, 0.0015
    loss = cross_entropy(net, y)
    # MI-FGSM: the gradient over its mean magnitude, summed up (torchattacks mifgsm.py, decay 1).
    at, momentum = x.clone(), torch.zeros_like(x)
    for _ in range(5):
        g = gradient(loss, at)
        momentum = momentum + g / g.abs().mean((1, 2, 3), keepdim=True)
        at = projected(at, x, alpha * momentum.sign(), epsilon)
    started = planar(draws("uniform", SIDE * SIDE * 3, [["attack", 0, digest, 0] for digest in digests]))
    random = (x + (2 * started - 1) * epsilon).clamp(0, 1)
    for _ in range(5):
        random = projected(random, x, alpha * gradient(loss, random).sign(), epsilon)
    return {"mifgsm": answers(net, at, y), "pgd": answers(net, random, y)}


def taig(surrogate: OnnxNet, target: OnnxNet, digests: list[str], x: torch.Tensor, y: torch.Tensor, epsilon: float, iterations: int, noisy: bool) -> dict:
    """LKRobust TAIG.py: x <- clip(x - 1/255 sign(IG(x))), IG over 21 points from black; R moves every point by U(-eps, eps)."""
    of, at = true_logit(surrogate, y), x.clone()
    points = 21
    if noisy:
        made = draws("uniform", iterations * points * SIDE * SIDE * 3, [["attack", 0, digest, 0] for digest in digests])
        noise = (2 * planar(made.reshape(len(digests), iterations, points, -1)) - 1) * epsilon
    for iteration in range(iterations):
        path = [k / (points - 1) * at + (noise[:, iteration, k] if noisy else 0) for k in range(points)]
        mean = sum(gradient(of, point) for point in path) / points
        at = projected(at, x, -((path[-1] - path[0]) * mean).sign() / 255, epsilon)
    return answers(target, (at * 255).round() / 255, y)


def field(net: OnnxNet, x: torch.Tensor) -> dict:
    """Contributions to the centre of the last feature map and the sides of the smallest centred squares (RepLKNet visualize_erf.py)."""
    seen = ((x - net.mean) / net.std).requires_grad_()
    features = net.normalised(seen)[net.additions()[-1]]
    features.relu()[:, :, features.shape[2] // 2, features.shape[3] // 2].sum().backward()
    total = seen.grad.relu().sum(1).mean(0).double().numpy()
    distance = np.abs(np.mgrid[:SIDE, :SIDE] - SIDE // 2).max(0)
    held = [total[distance <= radius].sum() / total.sum() for radius in range(SIDE // 2 + 1)]

    def side(threshold: float) -> int:
        radius = int(np.argmax(np.array(held) >= threshold))
        return min(SIDE, SIDE // 2 + radius + 1) - max(0, SIDE // 2 - radius)

    coarse = total.reshape(12, 8, 12, 8).sum((1, 3))
    return {"coarse": [float(f"{v:.6g}") for v in coarse.ravel()], "sides": {str(t): side(t) for t in (0.2, 0.3, 0.5, 0.99)}}


def gallery(net: OnnxNet, digests: list[str], x: torch.Tensor) -> dict:
    """Sum of magnitudes of each method's map over cells of 12 px, [images, 64]; explains the predicted class."""
    with torch.no_grad():
        predicted = net(x).argmax(1)
    of = true_logit(net, predicted)
    copies, steps = 4, 10
    spread = (x.amax((1, 2, 3), keepdim=True) - x.amin((1, 2, 3), keepdim=True)) * 0.15
    normals = [planar(draws("normal", SIDE * SIDE * 3, [["smoothGrad", 0, digest, copy] for digest in digests])) for copy in range(copies)]
    ends = [0.5 if k in (0, steps) else 1.0 for k in range(steps + 1)]
    maps = {
        "gradient": gradient(of, x),
        "smoothGrad": sum(gradient(of, x + spread * n) for n in normals) / copies,
        "integratedGradients": x * sum(w * gradient(of, k / steps * x) for k, w in enumerate(ends)) / steps,
    }
    return {name: [[float(f"{v:.6g}") for v in one.abs().sum(0).double().view(8, 12, 8, 12).sum((1, 3)).ravel()] for one in found] for name, found in maps.items()}


def batch_variance(net: OnnxNet, x: torch.Tensor) -> list[float]:
    """LKRobust main.py: features averaged over the batch, then the unbiased variance over positions, mean over channels; residual units only."""
    with torch.no_grad():
        tensors = net.normalised((x - net.mean) / net.std)
    return [tensors[name].double().mean(0).var((1, 2)).mean().item() for name in net.additions()]


def main() -> None:
    digests, x, y = pictures(5)
    x = x.contiguous(memory_format=torch.channels_last)
    few = slice(0, 80, 5)
    some = (digests[few], x[few], y[few])
    small, large = OnnxNet("replk3"), OnnxNet("replk31")
    golden = {
        "made": {"script": "tools/goldens/studies/experiments.py", "torch": torch.__version__, "numpy": np.__version__, "onnx": onnx.__version__},
        "models": {net.path.stem: net.digest for net in (small, large, OnnxNet("vit"))},
        "digests": digests,
        "classes": y.tolist(),
        "noise": frequency(small, digests, x, y),
        "windows": {str(size): answers(OnnxNet("replk31", windowed(size)), x, y) for size in (3, 7, 13)},
        "salient": salient(small, x, y),
        "attacks": attacks(small, digests, x, y),
        "taig": {
            "taig-s,epsilon=0.03": taig(small, large, digests, x, y, 0.03, 4, False),
            "taig-s,epsilon=0.01": taig(small, large, digests, x, y, 0.01, 4, False),
            "taig-r,epsilon=0.03": taig(small, large, *some, 0.03, 2, True),
        },
        "field": {net.path.stem: field(net, x[few]) for net in (small, large)},
        "gallery": gallery(large, digests[few][:4], x[few][:4]),
        "batchVariance": batch_variance(small, x[few]),
    }
    (OUT / "experiments.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    right = lambda found, of: sum(a == b for a, b in zip(found["predicted"], of.tolist()))  # noqa: E731
    for group in ("noise", "salient"):
        print(group, {f"{a} {b}": right(found, y) for a, part in golden[group].items() for b, found in part.items()})
    for group in ("windows", "attacks"):
        print(group, {name: right(found, y) for name, found in golden[group].items()})
    print("taig", {name: right(found, y if len(found["logit"]) == 80 else y[few]) for name, found in golden["taig"].items()})
    print({name: found["sides"] for name, found in golden["field"].items()})


if __name__ == "__main__":
    main()
