"""BiT of a few channels, defined after the authors' `ResNetV2` (google-research/big_transfer, bit_pytorch/models.py) and under the
names of timm (timm/models/resnetv2.py, whose standardisation has another epsilon), of the authors' PyTorch code and of
their .npz files (`load_from`)."""
import torch
import torch.nn.functional as F
from torch import nn

from golden import CLASSES, Golden, renamed


class StdConv(nn.Conv2d):
    epsilon = 1e-10

    def forward(self, x):
        w = self.weight
        variance, mean = torch.var_mean(w, dim=[1, 2, 3], keepdim=True, unbiased=False)
        return self._conv_forward(x, (w - mean) / torch.sqrt(variance + self.epsilon), self.bias)


class TimmConv(StdConv):
    epsilon = 1e-8


def conv(kind, inputs, outputs, kernel, stride=1):
    return kind(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class Unit(nn.Module):
    def __init__(self, kind, inputs, outputs, middle, stride, project):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(32, inputs), conv(kind, inputs, middle, 1)
        self.norm2, self.conv2 = nn.GroupNorm(32, middle), conv(kind, middle, middle, 3, stride)
        self.norm3, self.conv3 = nn.GroupNorm(32, middle), conv(kind, middle, outputs, 1)
        if project:
            self.downsample = nn.Sequential()
            self.downsample.conv = conv(kind, inputs, outputs, 1, stride)

    def forward(self, x):
        out = F.relu(self.norm1(x))
        skip = self.downsample.conv(out) if hasattr(self, "downsample") else x
        out = self.conv1(out)
        out = self.conv2(F.relu(self.norm2(out)))
        return self.conv3(F.relu(self.norm3(out))) + skip


class BiT(nn.Module):
    def __init__(self, kind, depths, stem, middles, expansion, classes):
        super().__init__()
        self.stem = nn.Sequential()
        self.stem.conv = conv(kind, 3, stem, 7, 2)
        self.stages = nn.ModuleList()
        inputs = stem
        for place, (depth, middle) in enumerate(zip(depths, middles)):
            stage = nn.Sequential()
            stage.blocks = nn.Sequential()
            for index in range(depth):
                first = index == 0
                unit = Unit(kind, inputs, expansion * middle, middle, 2 if first and place > 0 else 1, first)
                stage.blocks.append(unit)
                inputs = expansion * middle
            self.stages.append(stage)
        self.norm = nn.GroupNorm(32, inputs)
        self.head = nn.Sequential()
        self.head.fc = nn.Conv2d(inputs, classes, 1)

    def forward(self, x):
        x = F.max_pool2d(F.pad(self.stem.conv(x), (1, 1, 1, 1)), 3, 2)
        for stage in self.stages:
            x = stage.blocks(x)
        x = F.adaptive_avg_pool2d(F.relu(self.norm(x)), 1)
        return self.head.fc(x).flatten(1)


def small(kind):
    return lambda: BiT(kind, (1, 2, 1, 1), 32, (32, 32, 32, 32), 2, CLASSES)


def units(rule):
    """A rule for each unit: `stages.0.blocks.0` is `block1`, `unit01` for the authors."""
    return [
        part
        for stage in range(4)
        for index in range(2)
        for part in rule(rf"^stages\.{stage}\.blocks\.{index}\.", f"block{stage + 1}", f"unit{index + 1:02d}")
    ]


AUTHORS = renamed(
    (r"^stem\.conv\.", "root.conv."),
    *units(
        lambda own, block, unit: [
            (own + r"downsample\.conv\.", f"body.{block}.{unit}.downsample."),
            (own + r"norm(\d)\.", rf"body.{block}.{unit}.gn\1."),
            (own, f"body.{block}.{unit}."),
        ]
    ),
    (r"^norm\.", "head.gn."),
    (r"^head\.fc\.", "head.conv."),
)

KERNEL = "standardized_conv2d/kernel"
NPZ = renamed(
    (r"^stem\.conv\.weight", f"resnet/root_block/{KERNEL}"),
    *units(
        lambda own, block, unit: [
            (own + r"downsample\.conv\.weight", f"resnet/{block}/{unit}/a/proj/{KERNEL}"),
            *[
                rule
                for part, letter in ((1, "a"), (2, "b"), (3, "c"))
                for rule in (
                    (own + rf"norm{part}\.weight", f"resnet/{block}/{unit}/{letter}/group_norm/gamma"),
                    (own + rf"norm{part}\.bias", f"resnet/{block}/{unit}/{letter}/group_norm/beta"),
                    (own + rf"conv{part}\.weight", f"resnet/{block}/{unit}/{letter}/{KERNEL}"),
                )
            ],
        ]
    ),
    (r"^norm\.weight", "resnet/group_norm/gamma"),
    (r"^norm\.bias", "resnet/group_norm/beta"),
    (r"^head\.fc\.weight", "resnet/head/conv2d/kernel"),
    (r"^head\.fc\.bias", "resnet/head/conv2d/bias"),
)

to_npz = lambda _name, tensor: tensor.permute(2, 3, 1, 0) if tensor.dim() == 4 else tensor
from_npz = lambda _name, tensor: tensor.permute(3, 2, 0, 1) if tensor.dim() == 4 else tensor

GOLDENS = {
    "timm": Golden(small(TimmConv), side=96),
    "authors": Golden(small(StdConv), side=96, stored=AUTHORS),
    "npz": Golden(small(StdConv), side=96, stored=NPZ, store=to_npz, load=from_npz),
}


def large(depths, factor):
    middles = tuple(64 * factor * 2**stage for stage in range(4))
    return lambda: BiT(TimmConv, depths, 64 * factor, middles, 4, 1000)


SIZES = {
    "BiT-R50x1": large((3, 4, 6, 3), 1),
    "BiT-R50x3": large((3, 4, 6, 3), 3),
    "BiT-R101x1": large((3, 4, 23, 3), 1),
    "BiT-R101x3": large((3, 4, 23, 3), 3),
    "BiT-R152x2": large((3, 8, 36, 3), 2),
    "BiT-R152x4": large((3, 8, 36, 3), 4),
}
