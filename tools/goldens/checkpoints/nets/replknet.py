"""RepLKNets a few channels wide, from the definition of tools/export, and RepLKNet-XL by the options of its authors
(RepLKNet-pytorch, `create_RepLKNetXL`: no 5x5 branch, depthwise layers one and a half times as wide)."""
import os
import sys

import torch
from torch import nn

from golden import CLASSES, Golden

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "export"))
from replknet import CHANNELS, RepLKBlock, RepLKNet, layer


def small(kernels=(13, 9, 7, 7), depths=(1, 1, 2, 1)):
    return RepLKNet((8, 8, 16, 16), kernels, depths, CLASSES)


def large_alone(model, ratio):
    """Without 5x5 branches, the depthwise layers `ratio` times as wide."""
    for block in [module for module in model.modules() if isinstance(module, RepLKBlock)]:
        channels = block.prelkb_bn.num_features
        wide, kernel = int(channels * ratio), block.large_kernel.lkb_origin.conv.kernel_size[0]
        block.pw1, block.pw2 = layer(channels, wide, 1, relu=True), layer(wide, channels, 1)
        block.large_kernel = nn.Sequential()
        block.large_kernel.lkb_origin = layer(wide, wide, kernel, groups=wide)
    return model


def merged():
    return small().merge()


@torch.no_grad()
def without_norms():
    """All batch norms behind a convolution folded, as `deep_fuse_BN` of the authors does."""
    model = small().merge()
    for part in [module for module in model.modules() if isinstance(module, nn.Sequential) and hasattr(module, "bn")]:
        conv = part.conv
        plain = nn.Conv2d(
            conv.in_channels, conv.out_channels, conv.kernel_size, conv.stride, conv.padding, groups=conv.groups
        )
        part.conv, part.bn = plain, nn.Identity()
    return model


GOLDENS = {
    "unmerged": Golden(small, answers={"smallKernels": "keep"}),
    "merged": Golden(merged),
    "folded": Golden(small, answers={"smallKernels": "fold"}, after=lambda model: model.merge()),
    "without_norms": Golden(without_norms),
    "xl": Golden(lambda: large_alone(small(), 1.5)),
}


def wide():
    model = RepLKNet((256, 512, 1024, 2048), (27, 27, 27, 13))
    return large_alone(model, 1.5)


SIZES = {
    "RepLKNet-31B": lambda: RepLKNet(CHANNELS["31B"]),
    "RepLKNet-31L": lambda: RepLKNet(CHANNELS["31L"]),
    "RepLKNet-XL": wide,
}
