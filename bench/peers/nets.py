"""The nets of the comparison, with seeded random weights: speed does not depend on them."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tools" / "export"))


def build(name: str) -> nn.Module:
    torch.manual_seed(0)
    if name == "replknet31b":
        from replknet import CHANNELS, RepLKNet

        net = RepLKNet(CHANNELS["31B"])
    else:
        import torchvision

        net = getattr(torchvision.models, {"resnet50": "resnet50", "convnext_t": "convnext_tiny", "vit_b16": "vit_b_16"}[name])(weights=None)
    return net.eval().requires_grad_(False)


def blocks(name: str, net: nn.Module) -> list[list[tuple[nn.Module, str]]]:
    """Removable blocks, each a list of (parent, child name): replacing the children by the identity leaves the skip path."""
    if name == "resnet50":
        stages = (net.layer1, net.layer2, net.layer3, net.layer4)
        return [[(stage, str(i))] for stage in stages for i, b in enumerate(stage) if b.downsample is None]
    if name == "convnext_t":
        return [[(stage, str(i))] for stage in net.features[1::2] for i in range(len(stage))]
    if name == "vit_b16":
        return [[(net.encoder.layers, key)] for key, _ in net.encoder.layers.named_children()]
    stages = [stage.blocks for stage in net.stages]
    return [[(stage, str(i)), (stage, str(i + 1))] for stage in stages for i in range(0, len(stage), 2)]


def export(name: str, path: Path, size: int) -> None:
    """ONNX of the same net, any batch."""
    net = build(name)
    if name == "replknet31b":
        net.merge()
    # The fused attention of evaluation has no form in ONNX.
    torch.backends.mha.set_fastpath_enabled(False)
    torch.onnx.export(
        net,
        torch.zeros(1, 3, size, size),
        str(path),
        input_names=["input"],
        output_names=["logits"],
        dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
