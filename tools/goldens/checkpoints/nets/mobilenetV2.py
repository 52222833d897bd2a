"""MobileNetV2 in a quarter of its width, by torchvision's own class, under torchvision's and timm's names."""
from torchvision import models
from torchvision.models import MobileNetV2

from golden import CLASSES, Golden
from timm_names import block_parts, stage_and_index

DEPTHS = [1, 2, 3, 4, 3, 3, 1]


def narrow():
    return MobileNetV2(num_classes=CLASSES, width_mult=0.25)


def timm(name):
    """timm/models/efficientnet.py, `_gen_mobilenet_v2`."""
    first, *parts, last = name.split(".")
    if first == "classifier":
        return f"classifier.{last}"
    index = int(parts[0])
    if index in (0, 18):
        stem = index == 0
        return f"{('conv_stem', 'bn1')[int(parts[1])] if stem else ('conv_head', 'bn2')[int(parts[1])]}.{last}"
    stage, block = stage_and_index(index - 1, DEPTHS)
    layers = block_parts(stage > 0, False)
    layer, place = int(parts[2]), int(parts[3]) if len(parts) > 3 else 0
    part = "bn3" if layer == 3 else "bn2" if layer == len(layers) else layers[layer][place]
    return f"blocks.{stage}.{block}.{part}.{last}"


GOLDENS = {"torchvision": Golden(narrow), "timm": Golden(narrow, stored=timm)}

SIZES = {"MobileNetV2": models.mobilenet_v2}
