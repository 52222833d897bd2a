"""ConvNeXts a few channels wide, by torchvision's class, under the names of torchvision, timm, Hugging Face and the authors
(facebookresearch/ConvNeXt models/convnext.py; timm/models/convnext.py; transformers modeling_convnext.py)."""
from torch import nn
from torchvision import models
from torchvision.models.convnext import CNBlockConfig, ConvNeXt

from golden import CLASSES, Golden, renamed


def small():
    widths, depths = [8, 8, 16, 16], [1, 2, 1, 1]
    settings = [CNBlockConfig(a, b, depth) for a, b, depth in zip(widths, widths[1:] + [None], depths)]
    return ConvNeXt(settings, num_classes=CLASSES, layer_scale=0.5)


def for_small_images():
    model = small()
    model.features[0][0] = nn.Conv2d(3, 8, 2, 2)
    return model


def naming(stem, between, block, parts, ends):
    """Names of the stem, of what is between stages, of a block and its parts, and of the last norm and the head."""
    rules = [(rf"^features\.0\.{index}\.", stem[index]) for index in (0, 1)]
    for stage in range(4):
        if stage > 0:
            rules.append((rf"^features\.{2 * stage}\.(\d)\.", between.format(stage)))
        for part, name in zip((r"block\.0\.", r"block\.2\.", r"block\.3\.", r"block\.5\.", r"layer_scale"), parts):
            rules.append((rf"^features\.{2 * stage + 1}\.(\d+)\.{part}", block.format(stage) + name))
    return renamed(*rules, (r"^classifier\.0\.", ends[0]), (r"^classifier\.2\.", ends[1]))


META = naming(
    ["downsample_layers.0.0.", "downsample_layers.0.1."], r"downsample_layers.{}.\1.", r"stages.{}.\1.",
    ["dwconv.", "norm.", "pwconv1.", "pwconv2.", "gamma"], ["norm.", "head."],
)
TIMM = naming(
    ["stem.0.", "stem.1."], r"stages.{}.downsample.\1.", r"stages.{}.blocks.\1.",
    ["conv_dw.", "norm.", "mlp.fc1.", "mlp.fc2.", "gamma"], ["head.norm.", "head.fc."],
)
HUGGING_FACE = naming(
    ["convnext.embeddings.patch_embeddings.", "convnext.embeddings.layernorm."],
    r"convnext.encoder.stages.{}.downsampling_layer.\1.", r"convnext.encoder.stages.{}.layers.\1.",
    ["dwconv.", "layernorm.", "pwconv1.", "pwconv2.", "layer_scale_parameter"], ["convnext.layernorm.", "classifier."],
)


def flat(name, tensor):
    """Only torchvision stores the layer scale as [C,1,1]."""
    return tensor.flatten() if name.endswith("layer_scale") else tensor


def shaped(name, tensor):
    return tensor.reshape(-1, 1, 1) if name.endswith("layer_scale") else tensor


def convolved(name, tensor):
    """The smallest of timm's have 1x1 convolutions in place of linear layers."""
    wide = name.endswith(("block.3.weight", "block.5.weight"))
    return tensor[:, :, None, None] if wide else flat(name, tensor)


GOLDENS = {
    "torchvision": Golden(small),
    "meta": Golden(small, stored=META, store=flat, load=shaped),
    "small_images": Golden(for_small_images, side=16),
    "timm": Golden(small, stored=TIMM, store=flat, load=shaped),
    "timm_conv": Golden(
        small, stored=TIMM, store=convolved,
        load=lambda name, tensor: tensor[:, :, 0, 0] if name.endswith(("block.3.weight", "block.5.weight")) else shaped(name, tensor),
    ),
    "hugging_face": Golden(small, stored=HUGGING_FACE, store=flat, load=shaped),
}


def extra_large():
    widths, depths = [256, 512, 1024, 2048], [3, 3, 27, 3]
    return ConvNeXt([CNBlockConfig(a, b, depth) for a, b, depth in zip(widths, widths[1:] + [None], depths)])


SIZES = {
    "ConvNeXt-T": models.convnext_tiny,
    "ConvNeXt-S": models.convnext_small,
    "ConvNeXt-B": models.convnext_base,
    "ConvNeXt-L": models.convnext_large,
    "ConvNeXt-XL": extra_large,
}
