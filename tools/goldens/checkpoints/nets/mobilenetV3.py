"""MobileNetV3 in a quarter of its width, by torchvision's own class, under torchvision's and timm's names."""
from torch import nn
from torchvision import models
from torchvision.models.mobilenetv3 import MobileNetV3, _mobilenet_v3_conf

from golden import CLASSES, Golden
from timm_names import block_parts, stage_and_index

# Blocks of each stage, and whether they have squeeze and excitation.
LARGE = [(1, False), (2, False), (3, True), (4, False), (2, True), (3, True)]
SMALL = [(1, True), (2, False), (3, True), (2, True), (3, True)]


def narrow(size):
    def make():
        settings, last = _mobilenet_v3_conf(f"mobilenet_v3_{size}", width_mult=0.25)
        return MobileNetV3(settings, last, num_classes=CLASSES)

    return make


class Convolutional(nn.Module):
    """timm's head: a 1x1 convolution of the pooled features (timm/models/mobilenetv3.py); its epsilon is PyTorch's."""

    def __init__(self, size):
        super().__init__()
        model = narrow(size)()
        first, _, _, last = model.classifier
        self.features, self.pool = model.features, nn.AdaptiveAvgPool2d(1)
        self.head, self.act = nn.Conv2d(first.in_features, first.out_features, 1), nn.Hardswish()
        self.last = last
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eps = 1e-5

    def forward(self, x):
        return self.last(self.act(self.head(self.pool(self.features(x)))).flatten(1))


def timm(stages):
    def stored(name):
        first, *parts, last = name.split(".")
        if first != "features":
            return f"{ {'head': 'conv_head', 'last': 'classifier'}[first]}.{last}"
        index = int(parts[0])
        if index == 0:
            return f"{('conv_stem', 'bn1')[int(parts[1])]}.{last}"
        depths = [depth for depth, _ in stages]
        if index > sum(depths):
            return f"blocks.{len(stages)}.0.{('conv', 'bn1')[int(parts[1])]}.{last}"
        stage, block = stage_and_index(index - 1, depths)
        _, _, layer, part = parts
        place = int(part.removeprefix("fc")) - 1 if part.startswith("fc") else int(part)
        return f"blocks.{stage}.{block}.{block_parts(stage > 0, stages[stage][1])[int(layer)][place]}.{last}"

    return stored


GOLDENS = {
    "large": Golden(narrow("large"), side=64),
    "small": Golden(narrow("small"), side=64),
    "timm_large": Golden(lambda: Convolutional("large"), side=64, stored=timm(LARGE), answers={"origin": "pytorch"}),
    "timm_small": Golden(lambda: Convolutional("small"), side=64, stored=timm(SMALL), answers={"origin": "pytorch"}),
}

SIZES = {"MobileNetV3-Large": models.mobilenet_v3_large, "MobileNetV3-Small": models.mobilenet_v3_small}
