"""ResNet with BatchNorm (He et al. 2016): basic blocks of two 3x3, maps of 24, 12 and 6 px."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from .replk import conv_bn


class Block(nn.Module):
    """relu(shortcut(x) + [3x3, BN, relu, 3x3, BN](x))."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = conv_bn(inputs, outputs, 3, stride)
        self.second = conv_bn(outputs, outputs, 3)
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else conv_bn(inputs, outputs, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.shortcut(x) + self.second(F.relu(self.first(x))))


class ResNet(nn.Module):
    """Images (N, 3, 96, 96), normalised, to logits (N, classes)."""

    def __init__(self, classes: int, widths: tuple[int, ...], depth: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(conv_bn(3, widths[0], 5, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
        self.stages = nn.ModuleList()
        for index, width in enumerate(widths):
            first = Block(widths[max(0, index - 1)], width, 2 if index else 1)
            self.stages.append(nn.Sequential(first, *(Block(width, width, 1) for _ in range(depth - 1))))
        self.head = nn.Linear(widths[-1], classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        return self.head(x.mean((2, 3)))

    def prepare_export(self) -> None:
        """The exporter folds the norms by itself."""
