"""The families of reference networks, a few channels wide: the structure of the real ones, the size of a test file."""
import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models import densenet, efficientnet, mobilenetv3, regnet, resnet, swin_transformer, vision_transformer
from torchvision.models import convnext as convnext_module
from functools import partial

CLASSES = 10


class ResNet(nn.Module):
    """Stem, then bottlenecks (2 + 2): the first of each stage has a projection."""

    def __init__(self, width=4):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
        down = lambda i, o, s: nn.Sequential(nn.Conv2d(i, o, 1, s, bias=False), nn.BatchNorm2d(o))
        self.blocks = nn.Sequential(
            resnet.Bottleneck(8, width, 1, down(8, 4 * width, 1)),
            resnet.Bottleneck(4 * width, width),
            resnet.Bottleneck(4 * width, 2 * width, 2, down(4 * width, 8 * width, 2)),
            resnet.Bottleneck(8 * width, 2 * width),
        )
        self.head = nn.Linear(8 * width, CLASSES)

    def forward(self, x):
        return self.head(torch.flatten(F.adaptive_avg_pool2d(self.blocks(self.stem(x)), 1), 1))


def convnext():
    config = convnext_module.CNBlockConfig
    return convnext_module.ConvNeXt([config(8, 16, 2), config(16, None, 2)], num_classes=CLASSES, layer_scale=0.5)


class ChannelsFirstNorm(nn.Module):
    """LayerNorm over channels of [N,C,H,W], written out as in Meta's ConvNeXt."""

    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        mean = x.mean(1, keepdim=True)
        var = (x - mean).pow(2).mean(1, keepdim=True)
        return self.weight[:, None, None] * ((x - mean) / torch.sqrt(var + 1e-6)) + self.bias[:, None, None]


class MetaBlock(nn.Module):
    """ConvNeXt block in Meta's form: gamma before the last permutation."""

    def __init__(self, c):
        super().__init__()
        self.dw = nn.Conv2d(c, c, 7, padding=3, groups=c)
        self.norm = nn.LayerNorm(c, eps=1e-6)
        self.up, self.down = nn.Linear(c, 4 * c), nn.Linear(4 * c, c)
        self.gamma = nn.Parameter(torch.ones(c))

    def forward(self, x):
        y = self.gamma * self.down(F.gelu(self.up(self.norm(self.dw(x).permute(0, 2, 3, 1)))))
        return x + y.permute(0, 3, 1, 2)


def convnext_meta():
    return nn.Sequential(
        nn.Conv2d(3, 8, 4, 4), ChannelsFirstNorm(8), MetaBlock(8), MetaBlock(8),
        ChannelsFirstNorm(8), nn.Conv2d(8, 16, 2, 2), MetaBlock(16), MetaBlock(16),
        Mean(), nn.LayerNorm(16), nn.Linear(16, CLASSES),
    )


class ResponseNorm(nn.Module):
    """Global response normalisation of ConvNeXt V2 on [N,H,W,C], which adds its own input."""

    def __init__(self, c):
        super().__init__()
        self.gamma, self.beta = nn.Parameter(torch.zeros(1, 1, 1, c)), nn.Parameter(torch.zeros(1, 1, 1, c))

    def forward(self, x):
        norm = torch.norm(x, p=2, dim=(1, 2), keepdim=True)
        return self.gamma * (x * (norm / (norm.mean(dim=-1, keepdim=True) + 1e-6))) + self.beta + x


class V2Block(MetaBlock):
    """ConvNeXt V2 block in Meta's form."""

    def __init__(self, c):
        super().__init__(c)
        del self.gamma
        self.grn = ResponseNorm(4 * c)

    def forward(self, x):
        y = self.down(self.grn(F.gelu(self.up(self.norm(self.dw(x).permute(0, 2, 3, 1))))))
        return x + y.permute(0, 3, 1, 2)


def convnext_v2():
    return nn.Sequential(
        nn.Conv2d(3, 8, 4, 4), ChannelsFirstNorm(8), V2Block(8), V2Block(8),
        ChannelsFirstNorm(8), nn.Conv2d(8, 16, 2, 2), V2Block(16),
        Mean(), nn.LayerNorm(16), nn.Linear(16, CLASSES),
    )


class Mean(nn.Module):
    def forward(self, x):
        return x.mean([-2, -1])


def vit():
    return vision_transformer.VisionTransformer(
        image_size=32, patch_size=8, num_layers=3, num_heads=2, hidden_dim=16, mlp_dim=32, num_classes=CLASSES
    )


class DinoBlock(nn.Module):
    """Block of DINO's and timm's ViT with fused attention off."""

    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.fc1, self.fc2 = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x):
        y = self.norm1(x)
        b, n, c = y.shape
        q, k, v = self.qkv(y).reshape(b, n, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        attention = ((q @ k.transpose(-2, -1)) * (c // self.heads) ** -0.5).softmax(-1)
        x = x + self.proj((attention @ v).transpose(1, 2).reshape(b, n, c))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class Dino(nn.Module):
    def __init__(self, d=16, heads=4, depth=3, patch=8, side=32, classes=CLASSES):
        super().__init__()
        self.patch = nn.Conv2d(3, d, patch, patch)
        self.cls = nn.Parameter(torch.zeros(1, 1, d))
        self.position = nn.Parameter(torch.zeros(1, (side // patch) ** 2 + 1, d))
        self.blocks = nn.Sequential(*[DinoBlock(d, heads) for _ in range(depth)])
        self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, classes)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.cls.expand(x.shape[0], -1, -1), x), 1) + self.position
        return self.head(self.norm(self.blocks(x))[:, 0])


def swin():
    return swin_transformer.SwinTransformer(
        patch_size=[4, 4], embed_dim=8, depths=[2, 2], num_heads=[2, 4], window_size=[4, 4], num_classes=CLASSES
    )


def efficientnet_tiny():
    config = efficientnet.MBConvConfig
    settings = [config(1, 3, 1, 8, 8, 1), config(4, 3, 2, 8, 12, 2), config(4, 5, 1, 12, 12, 2)]
    return efficientnet.EfficientNet(settings, dropout=0.2, num_classes=CLASSES, last_channel=48)


def mobilenet_v3_tiny():
    config = partial(mobilenetv3.InvertedResidualConfig, width_mult=1.0)
    settings = [
        config(8, 3, 8, 8, True, "RE", 1, 1),
        config(8, 3, 24, 16, False, "HS", 2, 1),
        config(16, 5, 32, 16, True, "HS", 1, 1),
    ]
    return mobilenetv3.MobileNetV3(settings, last_channel=32, num_classes=CLASSES)


def densenet_tiny():
    return densenet.DenseNet(growth_rate=4, block_config=(5, 5), num_init_features=8, num_classes=CLASSES)


def regnet_tiny():
    # depths, widths, group widths, bottleneck multipliers, strides, squeeze ratio
    parameters = regnet.BlockParams([1, 2, 2], [8, 16, 24], [4, 4, 4], [1.0] * 3, [2, 2, 2], 0.25)
    return regnet.RegNet(parameters, num_classes=CLASSES, stem_width=8)


def conv_bn(i, o, k, s=1, groups=1):
    return nn.Sequential(nn.Conv2d(i, o, k, s, k // 2, groups=groups, bias=False), nn.BatchNorm2d(o))


class LargeKernel(nn.Module):
    def __init__(self, c, k, merged):
        super().__init__()
        self.lkb_origin = conv_bn(c, c, k, 1, c)
        self.small_conv = None if merged else conv_bn(c, c, 5, 1, c)

    def forward(self, x):
        y = self.lkb_origin(x)
        return y if self.small_conv is None else y + self.small_conv(x)


class RepLKBlock(nn.Module):
    def __init__(self, c, k, merged):
        super().__init__()
        self.norm, self.pw1, self.pw2 = nn.BatchNorm2d(c), conv_bn(c, c, 1), conv_bn(c, c, 1)
        self.large_kernel = LargeKernel(c, k, merged)

    def forward(self, x):
        return x + self.pw2(F.relu(self.large_kernel(F.relu(self.pw1(self.norm(x))))))


class ConvFFN(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.norm, self.pw1, self.pw2 = nn.BatchNorm2d(c), conv_bn(c, 4 * c, 1), conv_bn(4 * c, c, 1)

    def forward(self, x):
        return x + self.pw2(F.gelu(self.pw1(self.norm(x))))


def replknet(merged=True):
    relu = nn.ReLU
    pair = lambda c, k: [RepLKBlock(c, k, merged), ConvFFN(c)]
    return nn.Sequential(
        conv_bn(3, 8, 3, 2), relu(), conv_bn(8, 8, 3, 1, 8), relu(), conv_bn(8, 8, 1), relu(), conv_bn(8, 8, 3, 2, 8), relu(),
        *pair(8, 13), *pair(8, 13),
        conv_bn(8, 16, 1), relu(), conv_bn(16, 16, 3, 2, 16), relu(),
        *pair(16, 7), *pair(16, 7),
        nn.BatchNorm2d(16), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, CLASSES),
    )


class BitUnit(nn.Module):
    """Pre-activation bottleneck of BiT; the standardised weights are baked in."""

    def __init__(self, i, o, stride=1, groups=4):
        super().__init__()
        m = o // 4
        self.gn1, self.gn2, self.gn3 = nn.GroupNorm(groups, i), nn.GroupNorm(groups, m), nn.GroupNorm(groups, m)
        self.conv1 = nn.Conv2d(i, m, 1, bias=False)
        self.conv2 = nn.Conv2d(m, m, 3, stride, 1, bias=False)
        self.conv3 = nn.Conv2d(m, o, 1, bias=False)
        self.down = None if i == o and stride == 1 else nn.Conv2d(i, o, 1, stride, bias=False)

    def forward(self, x):
        a = F.relu(self.gn1(x))
        skip = x if self.down is None else self.down(a)
        return self.conv3(F.relu(self.gn3(self.conv2(F.relu(self.gn2(self.conv1(a))))))) + skip


def bit():
    return nn.Sequential(
        nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.ConstantPad2d(1, 0), nn.MaxPool2d(3, 2),
        BitUnit(8, 16), BitUnit(16, 16), BitUnit(16, 32, 2), BitUnit(32, 32),
        nn.GroupNorm(4, 32), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Conv2d(32, CLASSES, 1), nn.Flatten(),
    )


# name: (constructor, opset)
NETS = {
    "resnet": (ResNet, 17),
    "convnext": (convnext, 17),
    "convnext_meta": (convnext_meta, 20),
    "convnext_v2": (convnext_v2, 17),
    "vit": (vit, 17),
    "vit_dino": (Dino, 13),
    "swin": (swin, 17),
    "efficientnet": (efficientnet_tiny, 17),
    "mobilenet_v3": (mobilenet_v3_tiny, 17),
    "densenet": (densenet_tiny, 17),
    "regnet": (regnet_tiny, 17),
    "replknet": (replknet, 17),
    "replknet_unmerged": (lambda: replknet(False), 17),
    "bit": (bit, 18),
}
