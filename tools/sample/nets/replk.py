"""RepLKNet in miniature (Ding et al. 2022): large depthwise kernels with a 5x5 branch, ConvFFN pairs.

At 96 px the stem leaves a 24x24 map and the stages run at 24, 12 and 6 px. As in the original, whose
kernels 31, 29, 27, 13 follow its maps of 56, 28, 14 and 7 px, a stage's kernel is capped at 2H - 1:
beyond that no tap ever meets the map. Only `kernel` differs between the ablation's models.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .large_depthwise import DepthwiseConv

WIDTHS = (32, 64, 128)
DEPTHS = (1, 2, 2)
MAPS = (24, 12, 6)
SMALL = 5


def conv_bn(inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """Convolution without bias, then BatchNorm."""
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs))


def folded(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Weight and bias of one convolution equal to conv followed by norm in evaluation mode."""
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return conv.weight * scale[:, None, None, None], norm.bias - norm.running_mean * scale


class LargeKernel(nn.Module):
    """Depthwise KxK with BatchNorm, plus (for K > 5) a parallel 5x5 with its own; `merge` makes them one."""

    def __init__(self, channels: int, kernel: int) -> None:
        super().__init__()
        self.large = nn.Sequential(DepthwiseConv(channels, kernel), nn.BatchNorm2d(channels))
        has_small = kernel > SMALL
        self.small = nn.Sequential(DepthwiseConv(channels, SMALL), nn.BatchNorm2d(channels)) if has_small else None

    def forward(self, x: Tensor) -> Tensor:
        y = self.large(x)
        return y if self.small is None else y + self.small(x)

    @torch.no_grad()
    def merge(self) -> None:
        """Structural re-parameterisation: fold both norms, pad the 5x5 kernel and add it in the middle."""
        conv = self.large[0]
        weight, bias = folded(conv, self.large[1])
        if self.small is not None:
            inner, extra = folded(*self.small)
            pad = (conv.kernel_size[0] - SMALL) // 2
            weight, bias = weight + F.pad(inner, (pad,) * 4), bias + extra
        merged = DepthwiseConv(conv.in_channels, conv.kernel_size[0], bias=True)
        merged.weight.copy_(weight)
        merged.bias.copy_(bias)
        self.large, self.small = nn.Sequential(merged.train(conv.training)), None


class RepLKBlock(nn.Module):
    """x + [BN, 1x1, large kernel, 1x1](x)."""

    def __init__(self, channels: int, kernel: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.enter = conv_bn(channels, channels)
        self.mix = LargeKernel(channels, kernel)
        self.leave = conv_bn(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.leave(F.relu(self.mix(F.relu(self.enter(self.norm(x))))))


class ConvFFN(nn.Module):
    """x + [BN, 1x1 to 4C, GELU, 1x1 to C](x)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.widen = conv_bn(channels, 4 * channels)
        self.narrow = conv_bn(4 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.narrow(F.gelu(self.widen(self.norm(x))))


def down(inputs: int, outputs: int) -> nn.Sequential:
    """3x3 stride 2, BN, relu: half of the stem, and every transition.

    The original's strided depthwise convolutions are slow to train on a CPU at these sizes.
    """
    return nn.Sequential(*conv_bn(inputs, outputs, 3, 2), nn.ReLU())


class RepLK(nn.Module):
    """Images (N, 3, 96, 96), normalised, to logits (N, classes)."""

    def __init__(self, classes: int, kernel: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(down(3, WIDTHS[0] // 2), down(WIDTHS[0] // 2, WIDTHS[0]))
        self.stages = nn.ModuleList()
        for index, (width, depth, side) in enumerate(zip(WIDTHS, DEPTHS, MAPS)):
            reach = min(kernel, 2 * side - 1)
            blocks = [block for _ in range(depth) for block in (RepLKBlock(width, reach), ConvFFN(width))]
            step = [down(WIDTHS[index - 1], width)] if index else []
            self.stages.append(nn.Sequential(*step, *blocks))
        self.norm = nn.BatchNorm2d(WIDTHS[-1])
        self.head = nn.Linear(WIDTHS[-1], classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        return self.head(self.norm(x).mean((2, 3)))

    def prepare_export(self) -> None:
        """Merge every parallel branch; call in evaluation mode."""
        for module in self.modules():
            if isinstance(module, LargeKernel):
                module.merge()
