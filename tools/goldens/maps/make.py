"""Writes saliency maps and removal curves of small networks by PyTorch to tests/engine/saliency/goldens.json.

    node tools/goldens/maps/draws.ts > /tmp/draws.json
    /usr/bin/python3 tools/goldens/maps/make.py /tmp/draws.json

Versions used: PyTorch 2.6.0, torchvision 0.21.0 (Debian 13). The networks are those of tools/goldens/onnx_models.py, in float64. The
image is 32 x 32 pixels of 8 bits from `ramp`, which the tests repeat. Of each map every fifth value is kept.
"""
import json
import math
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from onnx_models import ramp, shake
from onnx_nets import NETS

OUT = os.path.join(os.path.dirname(__file__), "..", "..", "..", "tests", "engine", "saliency", "goldens.json")
SIDE = 32
MEAN, STD = torch.tensor([0.485, 0.456, 0.406]).double(), torch.tensor([0.229, 0.224, 0.225]).double()

levels = np.floor((ramp((SIDE, SIDE, 3), 2654435761, 1) + 0.5) * 256)
image = torch.tensor(levels / 255).double()  # [H, W, 3] in [0,1]


def normalised(x):
    """[..., H, W, 3] in [0,1] to [..., 3, H, W]."""
    return ((x - MEAN) / STD).movedim(-1, -3)


def net(name):
    torch.manual_seed(7)
    model = NETS[name][0]().eval()
    shake(model)
    return model.double()


def target(model):
    """The predicted class, which is explained."""
    with torch.no_grad():
        return int(model(normalised(image)[None]).argmax())


def probability(model, images):
    with torch.no_grad():
        return model(normalised(images)).softmax(-1)[:, target(model)]


def large(cam):
    return F.interpolate(cam[None, None], (SIDE, SIDE), mode="bilinear", align_corners=False)[0, 0]


def cams(model, layer, shape):
    """Grad-CAM and LayerCAM of the output of a module; `shape` makes it [C, h, w]."""
    kept = {}
    hook = layer.register_forward_hook(lambda _, __, out: kept.update(out=out))
    logits = model(normalised(image)[None])
    hook.remove()
    (gradient,) = torch.autograd.grad(logits[0, target(model)], kept["out"])
    a, g = shape(kept["out"].detach()), shape(gradient)
    weights = g.mean((1, 2), keepdim=True)
    return {"gradCam": large((weights * a).sum(0).relu()), "layerCam": large((g.relu() * a).sum(0).relu())}


def relevance(model, blocks):
    """Chefer et al. 2021: attention is what `softmax` gives in each block."""
    kept = []
    explained = target(model)
    plain = torch.Tensor.softmax

    def watched(self, *args, **kwargs):
        out = plain(self, *args, **kwargs)
        out.retain_grad()
        kept.append(out)
        return out

    torch.Tensor.softmax = watched
    logits = model(normalised(image)[None])
    torch.Tensor.softmax = plain
    logits[0, explained].backward()
    assert len(kept) == blocks
    total = torch.eye(kept[0].shape[-1]).double()
    for attention in kept:
        cam = (attention.grad * attention).clamp(min=0)[0].mean(0)
        total = total + cam @ total
    patches = total[0, 1:].detach()
    side = math.isqrt(len(patches))
    return large(patches.reshape(side, side))


def occlusion(model, window, stride):
    side = round(window * SIDE)
    step = round(stride * side)
    places = list(range(0, SIDE - side + 1, step))
    if places[-1] != SIDE - side:
        places.append(SIDE - side)
    whole = probability(model, image[None])[0]
    lost, hidden = torch.zeros(SIDE, SIDE).double(), torch.zeros(SIDE, SIDE).double()
    for y in places:
        for x in places:
            covered = image.clone()
            covered[y : y + side, x : x + side] = 0.5
            lost[y : y + side, x : x + side] += whole - probability(model, covered[None])[0]
            hidden[y : y + side, x : x + side] += 1
    return lost / hidden


def rise(model, drawn, cells, keep):
    cell = math.ceil(SIDE / cells)
    up = (cells + 1) * cell
    total = torch.zeros(SIDE, SIDE).double()
    for one in drawn:
        grid = torch.tensor(one["kept"]).double().reshape(1, 1, cells, cells)
        mask = F.interpolate(grid, (up, up), mode="bilinear", align_corners=False)[0, 0]
        top, left = one["shift"]
        mask = mask[top : top + SIDE, left : left + SIDE]
        total += probability(model, (image * mask[..., None])[None])[0] * mask
    return total / (len(drawn) * keep)


def kernel(size, sigma):
    """scipy.ndimage.gaussian_filter (mode reflect, truncate 4) of a one in the middle of `size` zeros, along one axis."""
    radius = int(4 * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    weights /= weights.sum()
    line = np.zeros(size)
    line[size // 2] = 1
    padded = np.pad(line, radius, mode="symmetric")
    return np.convolve(padded, weights, mode="valid")


def curves(model, order, steps):
    """Deletion and insertion of Petsiuk et al. 2018: probability after each of `steps` equal parts of the pixels."""
    k = torch.tensor(kernel(11, 5.0)).double()
    z = normalised(image)[None]
    blur = F.conv2d(z, (k[:, None] * k)[None, None].repeat(3, 1, 1, 1), padding=5, groups=3)
    zeros = torch.zeros_like(z)
    found = {}
    for name, start, finish in (("deletion", z, zeros), ("insertion", blur, z)):
        x = start.clone().reshape(1, 3, -1)
        scores, done = [], 0
        for step in range(steps + 1):
            until = math.floor(step * SIDE * SIDE / steps + 0.5)
            x[..., order[done:until]] = finish.reshape(1, 3, -1)[..., order[done:until]]
            done = until
            with torch.no_grad():
                scores.append(float(model(x.reshape(z.shape)).softmax(-1)[0, target(model)]))
        scores = np.array(scores)
        found[name] = scores.tolist()
        found[name + "Area"] = float((scores.sum() - scores[0] / 2 - scores[-1] / 2) / steps)
    return found


def main():
    drawn = json.load(open(sys.argv[1]))
    few = lambda map: [round(v, 9) for v in map.flatten()[::5].tolist()]
    first = lambda out: out[0]
    resnet, convnext, dino = net("resnet"), net("convnext"), net("vit_dino")
    tokens = lambda out: out[0, 1:].T.reshape(-1, 4, 4)
    values = ramp((SIDE * SIDE,), 2246822519, 1)
    goldens = {
        "resnet": {**cams(resnet, resnet.blocks, first), "occlusion": occlusion(resnet, 0.25, 0.5), "rise": rise(resnet, drawn, 5, 0.5)},
        "convnext": cams(convnext, convnext.features, first),
        "vit_dino": {**cams(dino, dino.blocks[1], tokens), "relevance": relevance(dino, 3)},
    }
    told = {name: {method: few(map) for method, map in maps.items()} for name, maps in goldens.items()}
    told["targets"] = {"resnet": target(resnet), "convnext": target(convnext), "vit_dino": target(dino)}
    told["curves"] = curves(resnet, np.argsort(-values, kind="stable"), 8)
    told["kernel"] = [round(float(v), 12) for v in kernel(11, 5.0)]
    with open(OUT, "w") as file:
        json.dump(told, file)
        file.write("\n")
    for name, maps in goldens.items():
        print(name, {method: float(map.std()) for method, map in maps.items()})
    print(told["targets"], told["curves"])


main()
