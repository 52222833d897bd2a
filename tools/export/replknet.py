"""RepLKNet with plain convolutions, by the names of the official checkpoints (Ding et al. 2022, RepLKNet-pytorch).

The official code needs a CUDA-only depthwise operator to be quick; a plain Conv2d of the same name holds the same
weight and exports to ONNX. Nothing but PyTorch is needed.
"""
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F

# channels per stage; kernels, depths and the side branch are the same for both
CHANNELS = {"31B": (128, 256, 512, 1024), "31L": (192, 384, 768, 1536)}
KERNELS = (31, 29, 27, 13)
DEPTHS = (2, 2, 18, 2)
SMALL_KERNEL = 5


def layer(inputs, outputs, kernel, stride=1, groups=1, relu=False):
    """Convolution and batch norm, with the names `conv`, `bn`, and perhaps a Relu."""
    parts = OrderedDict(
        conv=nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        bn=nn.BatchNorm2d(outputs),
    )
    if relu:
        parts["nonlinear"] = nn.ReLU()
    return nn.Sequential(parts)


def folded(part):
    """Kernel and bias of a convolution with the batch norm behind it folded in."""
    factor = part.bn.weight / torch.sqrt(part.bn.running_var + part.bn.eps)
    return part.conv.weight * factor.reshape(-1, 1, 1, 1), part.bn.bias - part.bn.running_mean * factor


class LargeKernel(nn.Module):
    """Depthwise KxK beside depthwise 5x5, or, merged, one depthwise KxK."""

    def __init__(self, channels, kernel):
        super().__init__()
        self.lkb_origin = layer(channels, channels, kernel, groups=channels)
        self.small_conv = layer(channels, channels, SMALL_KERNEL, groups=channels)

    def forward(self, x):
        if hasattr(self, "lkb_reparam"):
            return self.lkb_reparam(x)
        return self.lkb_origin(x) + self.small_conv(x)

    @torch.no_grad()
    def merge(self):
        kernel, bias = folded(self.lkb_origin)
        small, small_bias = folded(self.small_conv)
        edge = (kernel.shape[-1] - SMALL_KERNEL) // 2
        conv = self.lkb_origin.conv
        merged = nn.Conv2d(conv.in_channels, conv.out_channels, conv.kernel_size, 1, conv.padding, groups=conv.groups)
        merged.weight.copy_(kernel + F.pad(small, [edge] * 4))
        merged.bias.copy_(bias + small_bias)
        del self.lkb_origin, self.small_conv
        self.lkb_reparam = merged


class RepLKBlock(nn.Module):
    def __init__(self, channels, kernel):
        super().__init__()
        self.prelkb_bn = nn.BatchNorm2d(channels)
        self.pw1 = layer(channels, channels, 1, relu=True)
        self.large_kernel = LargeKernel(channels, kernel)
        self.pw2 = layer(channels, channels, 1)

    def forward(self, x):
        return x + self.pw2(F.relu(self.large_kernel(self.pw1(self.prelkb_bn(x)))))


class ConvFFN(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.preffn_bn = nn.BatchNorm2d(channels)
        self.pw1 = layer(channels, 4 * channels, 1)
        self.pw2 = layer(4 * channels, channels, 1)

    def forward(self, x):
        return x + self.pw2(F.gelu(self.pw1(self.preffn_bn(x))))


class Stage(nn.Module):
    def __init__(self, channels, kernel, depth):
        super().__init__()
        pairs = [(RepLKBlock(channels, kernel), ConvFFN(channels)) for _ in range(depth)]
        self.blocks = nn.Sequential(*[block for pair in pairs for block in pair])

    def forward(self, x):
        return self.blocks(x)


class RepLKNet(nn.Module):
    def __init__(self, channels, kernels=KERNELS, depths=DEPTHS, classes=1000):
        super().__init__()
        base = channels[0]
        self.stem = nn.Sequential(
            layer(3, base, 3, 2, relu=True),
            layer(base, base, 3, groups=base, relu=True),
            layer(base, base, 1, relu=True),
            layer(base, base, 3, 2, groups=base, relu=True),
        )
        self.stages = nn.ModuleList(Stage(*one) for one in zip(channels, kernels, depths))
        self.transitions = nn.ModuleList(
            nn.Sequential(layer(a, b, 1, relu=True), layer(b, b, 3, 2, groups=b, relu=True))
            for a, b in zip(channels, channels[1:])
        )
        self.norm = nn.BatchNorm2d(channels[-1])
        self.head = nn.Linear(channels[-1], classes)

    def forward(self, x):
        x = self.stem(x)
        for index, stage in enumerate(self.stages):
            x = stage(x)
            if index < len(self.transitions):
                x = self.transitions[index](x)
        return self.head(torch.flatten(F.adaptive_avg_pool2d(self.norm(x), 1), 1))

    def merge(self):
        """Folds every 5x5 branch into its large kernel; the outputs stay the same."""
        for module in self.modules():
            if isinstance(module, LargeKernel):
                module.merge()
        return self
