"""Goldens of strong attacks: `/usr/bin/python3 tools/goldens/studies/strong.py`.

Auto-PGD (cross entropy, DLR, targeted DLR), Square, Carlini and Wagner's L2 attack, and FGSM, PGD and MI-FGSM in the L2 norm, written
for this from the papers (Croce and Hein 2020; Andriushchenko et al. 2020; Carlini and Wagner 2017) in PyTorch with autograd, one image
of a batch like the others. Only the random numbers are the product's (numbers.ts, needs node 24 on the path). Kept are the true class's
logit and the predicted class of every picture under every attack. Run again whenever RepLK-3 changes.
Writes tests/engine/studies/goldens/strong.json.
"""

from __future__ import annotations

import json
import math

import numpy as np
import torch
from experiments import SHAPE, SIDE, answers, cross_entropy, draws, gradient, planar
from onnx_net import OUT, OnnxNet, pictures
from torch.nn import functional as F

torch.set_num_threads(1)
VALUES = SIDE * SIDE * 3
SEED = 0


def per_image(values: torch.Tensor) -> torch.Tensor:
    return values.view(-1, 1, 1, 1)


def length(x: torch.Tensor) -> torch.Tensor:
    return x.flatten(1).norm(dim=1)


def ball(x: torch.Tensor, x0: torch.Tensor, eps: float, norm: str) -> torch.Tensor:
    if norm == "linf":
        return torch.max(torch.min(x, x0 + eps), x0 - eps).clamp(0, 1)
    away = x - x0
    return (x0 + away * per_image((eps / length(away)).clamp(max=1).nan_to_num(1))).clamp(0, 1)


def toward(g: torch.Tensor, norm: str) -> torch.Tensor:
    return g.sign() if norm == "linf" else g / per_image(length(g))


class Margin:
    """Losses of logits that are to grow, for images with classes y."""

    def __init__(self, y: torch.Tensor, kind: str, target: torch.Tensor | None = None) -> None:
        self.y, self.kind, self.target = y, kind, target

    def __call__(self, z: torch.Tensor) -> torch.Tensor:
        if self.kind == "ce":
            return F.cross_entropy(z, self.y, reduction="none")
        order = z.sort(dim=1, descending=True).values
        own = z.gather(1, self.y[:, None]).squeeze(1)
        if self.kind == "dlr":
            other = z.scatter(1, self.y[:, None], -math.inf).amax(1)
            return -(own - other) / (order[:, 0] - order[:, 2])
        aimed = z.gather(1, self.target[:, None]).squeeze(1)
        return -(own - aimed) / (order[:, 0] - (order[:, 2] + order[:, 3]) / 2)


def loss_and_gradient(net: OnnxNet, loss: Margin, x: torch.Tensor):
    x = x.clone().requires_grad_()
    z = net(x)
    value = loss(z)
    (g,) = torch.autograd.grad(value.sum(), x)
    return value.detach(), g, z.detach().argmax(1) != loss.y


def apgd_once(net: OnnxNet, loss: Margin, x0: torch.Tensor, noise: torch.Tensor, eps: float, norm: str, steps: int):
    """Which images it makes wrong, and for each the first wrong iterate or else the one with the largest loss."""
    scale = noise.flatten(1).abs().amax(1) if norm == "linf" else length(noise)
    x = (x0 + eps * noise / per_image(scale)).clamp(0, 1)
    value, g, wrong = loss_and_gradient(net, loss, x)
    history = [value]
    best, best_g, best_x, final = value.clone(), g.clone(), x.clone(), x.clone()
    done = wrong.clone()
    size = torch.full((len(x0),), 2 * eps)
    previous = x.clone()
    last_best, reduced = value.clone(), torch.ones(len(x0), dtype=torch.bool)
    period, counted = max(int(0.22 * steps), 1), 0
    for step in range(steps):
        a = 1.0 if step == 0 else 0.75
        z = ball(x + per_image(size) * toward(g, norm), x0, eps, norm)
        following = ball(x + a * (z - x) + (1 - a) * (x - previous), x0, eps, norm)
        previous, x = x, following
        value, g, wrong = loss_and_gradient(net, loss, x)
        history.append(value)
        final = torch.where(per_image(wrong & ~done), x, final)
        better = (value > best) & ~done
        best = torch.where(better, value, best)
        best_x, best_g = torch.where(per_image(better), x, best_x), torch.where(per_image(better), g, best_g)
        done |= wrong
        counted += 1
        if counted == period:
            recent = torch.stack(history[-period - 1 :])
            rises = (recent[1:] > recent[:-1]).sum(0)
            halve = (rises <= 0.75 * period) | (~reduced & (last_best >= best))
            reduced, last_best = halve, best.clone()
            size = torch.where(halve, size / 2, size)
            x, g = torch.where(per_image(halve), best_x, x), torch.where(per_image(halve), best_g, g)
            period, counted = max(period - max(int(0.03 * steps), 1), max(int(0.06 * steps), 1)), 0
    return done, torch.where(per_image(done), final, best_x)


def margins(net: OnnxNet, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        z = net(x)
    return z.gather(1, y[:, None]).squeeze(1) - z.scatter(1, y[:, None], -math.inf).amax(1)


def apgd(net, digests, x0, y, kind: str, eps: float, norm: str, steps: int, restarts: int = 1, targets: int = 1) -> torch.Tensor:
    name = {"ce": "apgd-ce", "dlr": "apgd-dlr", "to": "apgd-t"}[kind]
    with torch.no_grad():
        order = net(x0).sort(dim=1, descending=True).indices
    best = x0.clone()
    broken = order[:, 0] != y
    smallest = margins(net, x0, y)
    for target in range(targets):
        for restart in range(restarts):
            numbers = draws("uniform" if norm == "linf" else "normal", VALUES, [["attack", name, SEED, d, restart, target] for d in digests])
            noise = planar(2 * numbers - 1 if norm == "linf" else numbers)
            done, x = apgd_once(net, Margin(y, kind, order[:, target + 1]), x0, noise, eps, norm, steps)
            margin = margins(net, x, y)
            take = ~broken & (done | (margin < smallest))
            best, smallest = torch.where(per_image(take), x, best), torch.where(take, margin, smallest)
            broken |= done
    return best


class Stream:
    """The uniform numbers of one image, in order."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.numbers, self.at = numbers, 0

    def take(self) -> float:
        self.at += 1
        return float(self.numbers[self.at - 1])

    def sign(self) -> float:
        return -1.0 if self.take() < 0.5 else 1.0

    def place(self, side: int) -> int:
        return math.floor(self.take() * (SIDE - side + 1))


def square_side(query: int, queries: int, share: float) -> int:
    at = int(query / queries * 10000)
    halved = sum(at > limit for limit in (10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000))
    return max(round(math.sqrt(share / 2**halved * SIDE * SIDE)), 1)


def bumps(rows: int, columns: int) -> torch.Tensor:
    made = torch.zeros(rows, columns, dtype=torch.float64)
    for k in range(max(rows // 2, columns // 2) + 1):
        made[max(rows // 2 - k, 0) : rows // 2 + k + 1, max(columns // 2 - k, 0) : columns // 2 + k + 1] += 1 / (k + 1) ** 2
    return made / made.norm()


def pattern(side: int, stream: Stream) -> torch.Tensor:
    made = torch.cat([bumps(side // 2, side), -bumps(side - side // 2, side)])
    made = made / made.norm()
    return made.T if stream.take() > 0.5 else made


def first_tries(x0: torch.Tensor, stream: Stream, eps: float, norm: str) -> torch.Tensor:
    if norm == "linf":
        stripes = torch.tensor([[stream.sign() for _ in range(SIDE)] for _ in range(3)])
        return (x0 + eps * stripes[:, None, :]).clamp(0, 1)
    delta, side = torch.zeros_like(x0, dtype=torch.float64), SIDE // 5
    start = (SIDE - 5 * side) // 2
    for top in range(start, SIDE - side + 1, side):
        for left in range(start, SIDE - side + 1, side):
            made = pattern(side, stream)
            for channel in range(3):
                delta[channel, top : top + side, left : left + side] = stream.sign() * made
    return (x0 + eps * delta / delta.norm()).clamp(0, 1).float()


def next_try(x: torch.Tensor, x0: torch.Tensor, stream: Stream, eps: float, norm: str, side: int) -> torch.Tensor:
    if norm == "linf":
        side = min(side, SIDE)
        top, left = stream.place(side), stream.place(side)
        made = x.clone()
        for channel in range(3):
            made[channel, top : top + side, left : left + side] += 2 * eps * stream.sign()
        return torch.max(torch.min(made, x0 + eps), x0 - eps).clamp(0, 1)
    side = max(side, 3)
    side = min(side + (side + 1) % 2, SIDE)
    a, b, c, d = (stream.place(side) for _ in range(4))
    delta = (x - x0).double()
    free = max(eps**2 - float(delta.pow(2).sum()), 0) / 3
    here, there = torch.zeros(SIDE, SIDE, dtype=torch.bool), torch.zeros(SIDE, SIDE, dtype=torch.bool)
    here[a : a + side, b : b + side] = True
    there[c : c + side, d : d + side] = True
    made = pattern(side, stream)
    for channel in range(3):
        sign = stream.sign()
        old = delta[channel, a : a + side, b : b + side].clone()
        both = delta[channel][here | there].pow(2).sum()
        new = sign * made + old / (old.norm() + 1e-10)
        new = new / new.norm() * (free + both).sqrt()
        delta[channel][here | there] = 0
        delta[channel, a : a + side, b : b + side] = new
    return (x0 + eps * delta / delta.norm()).clamp(0, 1).float()


def square(net, digests, x0, y, eps: float, norm: str, queries: int, share: float) -> torch.Tensor:
    streams = [Stream(row) for row in draws("uniform", 600 + 12 * queries, [["attack", "square", SEED, d, 0, 0] for d in digests])]
    clean = margins(net, x0, y)
    tried = torch.stack([first_tries(one, stream, eps, norm) for one, stream in zip(x0, streams)])
    best, smallest = tried, margins(net, tried, y)
    active = (clean > 0) & (smallest > 0)
    for query in range(queries):
        if not active.any():
            break
        places = active.nonzero().squeeze(1).tolist()
        side = square_side(query, queries, share)
        tried = torch.stack([next_try(best[i], x0[i], streams[i], eps, norm, side) for i in places])
        found = margins(net, tried, y[active])
        better = found < smallest[active]
        best[places] = torch.where(per_image(better), tried, best[places])
        smallest[places] = torch.where(better, found, smallest[places])
        active &= smallest > 0
    # An image that was wrong before stays; one for which nothing is better than the clean image, too.
    return torch.where(per_image((clean > 0) & (smallest < clean)), best, x0)


def carlini_wagner(net, x0, y, steps: int, rate: float, searches: int):
    """The nearest wrong images and their distances: 0 where wrong before, inf where none was found."""
    origin = ((2 * x0 - 1) * 0.999999).atanh()
    c = torch.full((len(x0),), 1e-3)
    low, high = torch.zeros(len(x0)), torch.full((len(x0),), math.inf)
    nearest, distance = x0.clone(), torch.full((len(x0),), math.inf)
    for _ in range(searches):
        w = origin.clone().requires_grad_()
        optimiser = torch.optim.Adam([w], lr=rate)
        found, idle = torch.zeros(len(x0), dtype=torch.bool), torch.zeros(len(x0), dtype=torch.bool)
        before = torch.full((len(x0),), math.inf)
        for step in range(steps):
            x = (w.tanh() + 1) / 2
            z = net(x)
            gap = z.gather(1, y[:, None]).squeeze(1) - z.scatter(1, y[:, None], -math.inf).amax(1)
            loss = (x - x0).pow(2).flatten(1).sum(1) + c * gap.clamp(min=0)
            wrong = (gap.detach() < 0) & ~idle
            away = length(x.detach() - x0)
            take = wrong & (away < distance)
            nearest, distance = torch.where(per_image(take), x.detach(), nearest), torch.where(take, away, distance)
            found |= wrong
            if step % max(steps // 10, 1) == 0:
                idle |= loss.detach() > before * 0.9999
                before = loss.detach()
            optimiser.zero_grad()
            loss.sum().backward()
            optimiser.step()
        high = torch.where(found, torch.min(high, c), high)
        low = torch.where(found, low, torch.max(low, c))
        c = torch.where(high < math.inf, (low + high) / 2, c * 10)
    wrong_before = margins(net, x0, y) < 0
    return torch.where(per_image(wrong_before), x0, nearest), distance.masked_fill(wrong_before, 0)


def bisected(attack, x0, y, net, largest: float, norm: str, halvings: int) -> torch.Tensor:
    """The smallest norm of a wrong image that bisection finds; 0 where wrong before, inf where none."""
    low = torch.zeros(len(x0))
    high = torch.where(margins(net, x0, y) < 0, 0.0, math.inf)
    for halving in range(halvings + 1):
        for i in range(len(x0)):
            if high[i] == 0 or (halving > 0 and high[i] == math.inf):
                continue
            eps = largest if halving == 0 else float((low[i] + high[i]) / 2)
            x = attack(slice(i, i + 1), eps)
            if margins(net, x, y[i : i + 1]) < 0:
                away = x - x0[i : i + 1]
                high[i] = min(eps, float(away.abs().max() if norm == "linf" else away.norm()))
            else:
                low[i] = eps
    return high


def l2_steps(net, digests, x0, y) -> dict:
    eps, loss = 0.2, cross_entropy(net, y)
    fgsm = (x0 + eps * toward(gradient(loss, x0), "l2")).clamp(0, 1)
    at, momentum = x0.clone(), torch.zeros_like(x0)
    for _ in range(4):
        g = gradient(loss, at)
        momentum = momentum + g / g.abs().mean((1, 2, 3), keepdim=True)
        at = ball(at + eps / 4 * toward(momentum, "l2"), x0, eps, "l2")
    keys = [["attack", SEED, d, 0] for d in digests]
    radius = torch.from_numpy(draws("uniform", 1, keys)).float().view(-1)
    direction = planar(draws("normal", VALUES, keys, skip=1))
    x = (x0 + per_image(eps * radius) * toward(direction, "l2")).clamp(0, 1)
    for _ in range(4):
        x = ball(x + eps / 4 * toward(gradient(loss, x), "l2"), x0, eps, "l2")
    return {name: answers(net, found, y) for name, found in (("fgsm", fgsm), ("mifgsm", at), ("pgd", x))}


def main() -> None:
    digests, x, y = pictures(1)
    x = x.contiguous(memory_format=torch.channels_last)
    net = OnnxNet("replk3")
    attacked = {
        "linf": {
            "apgd-ce": apgd(net, digests, x, y, "ce", 0.004, "linf", 10, restarts=2),
            "apgd-dlr": apgd(net, digests, x, y, "dlr", 0.004, "linf", 10, restarts=2),
            "apgd-t": apgd(net, digests, x, y, "to", 0.004, "linf", 10, restarts=2, targets=2),
            "square": square(net, digests, x, y, 0.004, "linf", 40, 0.8),
        },
        "l2": {
            "apgd-ce": apgd(net, digests, x, y, "ce", 0.3, "l2", 10),
            "apgd-dlr": apgd(net, digests, x, y, "dlr", 0.3, "l2", 10),
            "square": square(net, digests, x, y, 0.3, "l2", 40, 0.8),
        },
    }
    nearest, distance = carlini_wagner(net, x, y, 20, 0.01, 3)
    attacked["l2"]["cw"] = torch.where(per_image(distance <= 0.3), nearest, x)
    few = slice(0, 16)
    least = bisected(lambda at, eps: apgd(net, digests[at], x[at], y[at], "ce", eps, "linf", 5), x[few], y[few], net, 0.016, "linf", 4)
    golden = {
        "made": {"script": "tools/goldens/studies/strong.py", "torch": torch.__version__},
        "model": net.digest,
        "digests": digests,
        "classes": y.tolist(),
        "attacks": {norm: {name: answers(net, found, y) for name, found in part.items()} for norm, part in attacked.items()},
        "distance": [None if math.isinf(v) else round(v, 5) for v in distance.tolist()],
        "least": [None if math.isinf(v) else round(v, 7) for v in least.tolist()],
        "steps": l2_steps(net, digests, x, y),
    }
    (OUT / "strong.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    right = lambda found: sum(a == b for a, b in zip(found["predicted"], y.tolist()))  # noqa: E731
    print("clean", right(answers(net, x, y)), {norm: {name: right(found) for name, found in part.items()} for norm, part in golden["attacks"].items()})
    print({name: right(found) for name, found in golden["steps"].items()}, golden["distance"], golden["least"])


if __name__ == "__main__":
    main()
