"""MobileNetV2 in a quarter of its width, by torchvision's own class, under torchvision's, timm's and Hugging Face's names."""
from torchvision import models
from torchvision.models import MobileNetV2

from golden import CLASSES, Golden
from tensorflow import as_in_tensorflow
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


PARTS = {"conv_pw": "expand_1x1.convolution", "conv_dw": "conv_3x3.convolution", "conv_pwl": "reduce_1x1.convolution"}


def hugging_face(name):
    """transformers, modeling_mobilenet_v2.py, by way of timm's names."""
    first, *parts, last = timm(name).split(".")
    outside = {"conv_stem": "mobilenet_v2.conv_stem.first_conv.convolution", "bn1": "mobilenet_v2.conv_stem.first_conv.normalization"}
    outside |= {"conv_head": "mobilenet_v2.conv_1x1.convolution", "bn2": "mobilenet_v2.conv_1x1.normalization", "classifier": "classifier"}
    if first != "blocks":
        return f"{outside[first]}.{last}"
    stage, block, part = int(parts[0]), int(parts[1]), parts[2]
    widens = stage > 0
    layers = ["expand_1x1"] * widens + ["conv_3x3", "reduce_1x1"]
    named = PARTS | {f"bn{at + 1}": f"{layer}.normalization" for at, layer in enumerate(layers)}
    named |= {} if widens else {"conv_pw": "reduce_1x1.convolution"}
    place = f"layer.{sum(DEPTHS[1:stage]) + block}" if widens else "conv_stem"
    return f"mobilenet_v2.{place}.{named[part]}.{last}"


GOLDENS = {
    "torchvision": Golden(narrow),
    "timm": Golden(narrow, stored=timm),
    # 40 pixels, so that maps have odd and even sides
    "hugging_face": Golden(lambda: as_in_tensorflow(narrow()), side=40, stored=hugging_face),
}

SIZES = {"MobileNetV2": models.mobilenet_v2}
