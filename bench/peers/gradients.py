"""A classifier of full size with its input gradient in float64: `python gradients.py NAME FOLDER`.

Writes NAME.onnx, and NAME.bin with four float32 arrays one after the other: image (1, 3, S, S), cotangent (1, classes),
and the gradient of sum(cotangent * logits) to the image by PyTorch in float64 and in float32. Prints the float32 one's
relative L2 error, which is what single precision costs PyTorch itself.

Weights are random and seeded: PyTorch's own initialisation, norms' factors and offsets shaken, running statistics
measured on noise so that activations stay alive through any depth. The sample's nets are the trained ones.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torchvision
from torch import Tensor, nn

TOOLS = Path(__file__).resolve().parent.parent.parent / "tools"
sys.path += [str(TOOLS / part) for part in ("export", "goldens", "goldens/studies")]
from onnx_net import OnnxNet  # noqa: E402
from onnx_nets import BitUnit, ChannelsFirstNorm, Dino, Mean, MetaBlock  # noqa: E402
from replknet import CHANNELS, RepLKNet  # noqa: E402

SIDE, CLASSES = 224, 1000


def replknet(size: str, merged: bool) -> nn.Module:
    net = RepLKNet(CHANNELS[size])
    return Merged(net) if merged else net


class Merged(nn.Module):
    """Marks a RepLKNet whose branches are to be merged once its statistics are measured."""

    def __init__(self, net: RepLKNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


def convnext_meta(widths: tuple[int, ...], depths: tuple[int, ...]) -> nn.Module:
    """Meta's form: channels-first norms written out, gamma before the last permutation."""
    parts: list[nn.Module] = [nn.Conv2d(3, widths[0], 4, 4), ChannelsFirstNorm(widths[0])]
    for index, (width, depth) in enumerate(zip(widths, depths)):
        if index:
            parts += [ChannelsFirstNorm(widths[index - 1]), nn.Conv2d(widths[index - 1], width, 2, 2)]
        parts += [MetaBlock(width) for _ in range(depth)]
    return nn.Sequential(*parts, Mean(), nn.LayerNorm(widths[-1]), nn.Linear(widths[-1], CLASSES))


def bit(depths: tuple[int, ...]) -> nn.Module:
    """BiT-ResNet of width 1: pre-activation, GroupNorm(32), weights standardised and baked."""
    parts: list[nn.Module] = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.ConstantPad2d(1, 0), nn.MaxPool2d(3, 2)]
    before = 64
    for index, depth in enumerate(depths):
        width = 256 * 2**index
        for unit in range(depth):
            parts.append(BitUnit(before, width, 2 if index and not unit else 1, groups=32))
            before = width
    net = nn.Sequential(*parts, nn.GroupNorm(32, before), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Conv2d(before, CLASSES, 1), nn.Flatten())
    for module in net.modules():
        if isinstance(module, nn.Conv2d) and module.bias is None:
            with torch.no_grad():
                variance, mean = torch.var_mean(module.weight, dim=(1, 2, 3), keepdim=True, unbiased=False)
                module.weight.copy_((module.weight - mean) / torch.sqrt(variance + 1e-10))
    return net


def torchvision_net(name: str) -> nn.Module:
    return torchvision.models.get_model(name, weights=None)


NETS = {
    "replknet-31b": partial(replknet, "31B", True),
    "replknet-31b-unmerged": partial(replknet, "31B", False),
    "replknet-31l": partial(replknet, "31L", True),
    "replknet-31l-unmerged": partial(replknet, "31L", False),
    "convnext-t": partial(torchvision_net, "convnext_tiny"),
    "convnext-b": partial(torchvision_net, "convnext_base"),
    "convnext-l": partial(torchvision_net, "convnext_large"),
    "convnext-b-meta": partial(convnext_meta, (128, 256, 512, 1024), (3, 3, 27, 3)),
    "vit-b16": partial(torchvision_net, "vit_b_16"),
    "vit-l16": partial(torchvision_net, "vit_l_16"),
    "dino-vit-s16": lambda: Dino(d=384, heads=6, depth=12, patch=16, side=SIDE, classes=CLASSES),
    "bit-r50x1": partial(bit, (3, 4, 6, 3)),
    "bit-r101x1": partial(bit, (3, 4, 23, 3)),
    "resnet50": partial(torchvision_net, "resnet50"),
    "swin-t": partial(torchvision_net, "swin_t"),
    "efficientnet-b0": partial(torchvision_net, "efficientnet_b0"),
    "mobilenet-v3-l": partial(torchvision_net, "mobilenet_v3_large"),
    "densenet121": partial(torchvision_net, "densenet121"),
    "regnet-y-400mf": partial(torchvision_net, "regnet_y_400mf"),
}
TRAINED = ("replk31", "replk3")
"""Of the sample: 96 px, 16 classes."""


@torch.no_grad()
def enliven(net: nn.Module) -> None:
    """Shakes norms, positions and a head of zeros, and measures running statistics on noise."""
    for module in net.modules():
        if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm)):
            module.weight.add_(0.2 * torch.randn_like(module.weight))
            module.bias.add_(0.2 * torch.randn_like(module.bias))
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
        if hasattr(module, "stochastic_depth_prob"):
            module.stochastic_depth_prob = 0.0
        if hasattr(module, "layer_scale"):
            module.layer_scale.fill_(0.5)
        if isinstance(module, nn.Linear) and not module.weight.any():
            nn.init.trunc_normal_(module.weight, std=0.02)
    for name, parameter in net.named_parameters():
        if "position" in name or "cls" in name or "class_token" in name:
            parameter.copy_(0.02 * torch.randn_like(parameter))
    if any(isinstance(module, nn.BatchNorm2d) for module in net.modules()):
        net.train()
        for module in net.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        net(torch.randn(4, 3, SIDE, SIDE))


def gradient(net: nn.Module, image: Tensor, cotangent: Tensor) -> Tensor:
    image = image.clone().requires_grad_(True)
    return torch.autograd.grad((net(image) * cotangent).sum(), image)[0]


class Trained(nn.Module):
    """A net of the sample, carried out by PyTorch on normalised input."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.net = OnnxNet(name)
        weights = self.net.weights
        weights.update({key: nn.Parameter(w, requires_grad=False) for key, w in weights.items() if w.is_floating_point()})
        # The same objects, so that a change of precision meets them.
        self.kept = nn.ParameterList(w for w in weights.values() if isinstance(w, nn.Parameter))

    def forward(self, x: Tensor) -> Tensor:
        return self.net.normalised(x)[self.net.logits]


def sampled(name: str, folder: Path) -> nn.Module:
    net = Trained(name)
    shutil.copyfile(net.net.path, folder / f"{name}.onnx")
    return net


def exported(name: str, folder: Path) -> nn.Module:
    """A net of full size, written as ONNX."""
    net = NETS[name]()
    enliven(net)
    net.eval()
    if isinstance(net, Merged):
        net = net.net.merge()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            net, (torch.randn(1, 3, SIDE, SIDE),), str(folder / f"{name}.onnx"), opset_version=17, dynamo=False,
            input_names=["input"], output_names=["logits"],
            dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}},
        )
    # Not before: PyTorch's quick attention, which it takes where nothing has a gradient, cannot be exported.
    return net.requires_grad_(False)


def main(name: str, folder: Path) -> None:
    torch.manual_seed(0)
    trained = name in TRAINED
    side, classes = (96, 16) if trained else (SIDE, CLASSES)
    net = sampled(name, folder) if trained else exported(name, folder)
    image, cotangent = torch.randn(1, 3, side, side), torch.randn(1, classes)
    started = time.time()
    single = gradient(net, image, cotangent)
    exact = gradient(net.double(), image.double(), cotangent.double())
    parts = [image, cotangent, exact, single]
    np.concatenate([part.detach().float().numpy().ravel() for part in parts]).astype("<f4").tofile(folder / f"{name}.bin")
    error = ((single.double() - exact).norm() / exact.norm()).item()
    parameters = sum(p.numel() for p in net.parameters())
    print(json.dumps({"parameters": parameters, "side": side, "classes": classes, "pytorchError": error, "seconds": round(time.time() - started, 1)}))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("name", nargs="?", choices=[*TRAINED, *NETS])
    options.add_argument("folder", nargs="?", type=Path)
    options.add_argument("--list", action="store_true", help="names the nets")
    options.add_argument("--threads", type=int, default=2)
    args = options.parse_args()
    torch.set_num_threads(args.threads)
    if args.list:
        print("\n".join((*TRAINED, *NETS)))
    else:
        main(args.name, args.folder)
