"""ConvNeXt in miniature (Liu et al. 2022): 7x7 depthwise, channels-last LayerNorm and MLP, layer scale.

Two strided 3x3 convolutions stand where the original cuts 4x4 patches, and one where it halves the map by 2x2, each with
BatchNorm as in the RepLKs: with so few pictures the original's learn slowly (Xiao et al. 2021). Layer scale begins at 1,
not near 0, since the net is shallow.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .large_depthwise import DepthwiseConv
from .layers import LayerNorm2d, Mlp
from .replk import down

WIDTHS = (48, 96, 144)
DEPTHS = (2, 2, 3)


class Block(nn.Module):
    """x + gamma * [dw 7x7, LayerNorm, linear to 4C, GELU, linear to C](x)."""

    def __init__(self, channels: int, kernel: int) -> None:
        super().__init__()
        self.mix = DepthwiseConv(channels, kernel, bias=True)
        self.norm = nn.LayerNorm(channels, eps=1e-6)
        self.mlp = Mlp(channels)
        self.gamma = nn.Parameter(torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        y = self.mlp(self.norm(self.mix(x).permute(0, 2, 3, 1))) * self.gamma
        return x + y.permute(0, 3, 1, 2)


class ConvNeXt(nn.Module):
    """Images (N, 3, 96, 96), normalised, to logits (N, classes); maps of 24, 12 and 6 px."""

    def __init__(self, classes: int, kernel: int = 7) -> None:
        super().__init__()
        self.stem = nn.Sequential(down(3, WIDTHS[0] // 2), down(WIDTHS[0] // 2, WIDTHS[0]), LayerNorm2d(WIDTHS[0]))
        self.stages = nn.ModuleList()
        for index, (width, depth) in enumerate(zip(WIDTHS, DEPTHS)):
            before = WIDTHS[index - 1]
            step = [down(before, width)] if index else []
            self.stages.append(nn.Sequential(*step, *(Block(width, kernel) for _ in range(depth))))
        self.norm = nn.LayerNorm(WIDTHS[-1], eps=1e-6)
        self.head = nn.Linear(WIDTHS[-1], classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        return self.head(self.norm(x.mean((2, 3))))

    def prepare_export(self) -> None:
        """Nothing is merged."""
