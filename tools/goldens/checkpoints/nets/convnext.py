"""ConvNeXts and ConvNeXts V2 a few channels wide, by torchvision's class, under the names of torchvision, timm, Hugging Face and
the authors (facebookresearch/ConvNeXt models/convnext.py; facebookresearch/ConvNeXt-V2 models/convnextv2.py and
models/utils.py; timm/models/convnext.py and timm/layers/grn.py; transformers modeling_convnext.py and
modeling_convnextv2.py)."""
import torch
from torch import nn
from torchvision import models
from torchvision.models.convnext import CNBlock, CNBlockConfig, ConvNeXt

from golden import CLASSES, Golden, renamed


def small():
    widths, depths = [8, 8, 16, 16], [1, 2, 1, 1]
    settings = [CNBlockConfig(a, b, depth) for a, b, depth in zip(widths, widths[1:] + [None], depths)]
    return ConvNeXt(settings, num_classes=CLASSES, layer_scale=0.5)


class ResponseNorm(nn.Module):
    """Global response normalisation (Woo et al. 2023, equations 1 to 3) of [N,H,W,C], as timm writes it."""

    def __init__(self, width):
        super().__init__()
        self.gamma, self.beta = nn.Parameter(torch.zeros(1, 1, 1, width)), nn.Parameter(torch.zeros(1, 1, 1, width))

    def forward(self, x):
        length = torch.norm(x, p=2, dim=(1, 2), keepdim=True)
        relative = length / (length.mean(-1, keepdim=True) + 1e-6)
        return torch.addcmul(self.beta, self.gamma * relative + 1, x)


class SecondBlock(CNBlock):
    """A block of ConvNeXt V2: the norm of responses stands behind GELU, nothing is scaled."""

    def __init__(self, width, *options):
        super().__init__(width, *options)
        self.block[4] = nn.Sequential(nn.GELU(), ResponseNorm(4 * width))
        del self.layer_scale

    def forward(self, x):
        return x + self.block(x)


def second(widths=(8, 8, 16, 16), depths=(1, 2, 1, 1), classes=CLASSES):
    settings = [CNBlockConfig(a, b, depth) for a, b, depth in zip(widths, [*widths[1:], None], depths)]
    return ConvNeXt(settings, num_classes=classes, block=SecondBlock)


def for_small_images():
    model = small()
    model.features[0][0] = nn.Conv2d(3, 8, 2, 2)
    return model


RESPONSES = ["grn.gamma", "grn.beta"]


def naming(stem, between, block, parts, ends, responses=RESPONSES):
    """Names of the stem, of what is between stages, of a block and its parts, and of the last norm and the head."""
    rules = [(rf"^features\.0\.{index}\.", stem[index]) for index in (0, 1)]
    for stage in range(4):
        if stage > 0:
            rules.append((rf"^features\.{2 * stage}\.(\d)\.", between.format(stage)))
        for part, name in zip((r"block\.0\.", r"block\.2\.", r"block\.3\.", r"block\.5\.", r"layer_scale"), parts):
            rules.append((rf"^features\.{2 * stage + 1}\.(\d+)\.{part}", block.format(stage) + name))
        for part, name in zip((r"block\.4\.1\.gamma", r"block\.4\.1\.beta"), responses):
            rules.append((rf"^features\.{2 * stage + 1}\.(\d+)\.{part}", block.format(stage) + name))
    return renamed(*rules, (r"^classifier\.0\.", ends[0]), (r"^classifier\.2\.", ends[1]))


META = naming(
    ["downsample_layers.0.0.", "downsample_layers.0.1."], r"downsample_layers.{}.\1.", r"stages.{}.\1.",
    ["dwconv.", "norm.", "pwconv1.", "pwconv2.", "gamma"], ["norm.", "head."],
)
TIMM = naming(
    ["stem.0.", "stem.1."], r"stages.{}.downsample.\1.", r"stages.{}.blocks.\1.",
    ["conv_dw.", "norm.", "mlp.fc1.", "mlp.fc2.", "gamma"], ["head.norm.", "head.fc."],
    ["mlp.grn.weight", "mlp.grn.bias"],
)



def hugging_face(prefix):
    return naming(
        [f"{prefix}.embeddings.patch_embeddings.", f"{prefix}.embeddings.layernorm."],
        prefix + r".encoder.stages.{}.downsampling_layer.\1.", prefix + r".encoder.stages.{}.layers.\1.",
        ["dwconv.", "layernorm.", "pwconv1.", "pwconv2.", "layer_scale_parameter"], [f"{prefix}.layernorm.", "classifier."],
        ["grn.weight", "grn.bias"],
    )


HUGGING_FACE, HUGGING_FACE_SECOND = hugging_face("convnext"), hugging_face("convnextv2")


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
    "v2_meta": Golden(second, stored=META),
    "v2_timm": Golden(
        second, stored=TIMM, store=lambda name, tensor: tensor.flatten() if ".block.4." in name else tensor,
        load=lambda name, tensor: tensor.reshape(1, 1, 1, -1) if ".block.4." in name else tensor,
    ),
    "v2_hugging_face": Golden(second, stored=HUGGING_FACE_SECOND),
}


def extra_large():
    widths, depths = [256, 512, 1024, 2048], [3, 3, 27, 3]
    return ConvNeXt([CNBlockConfig(a, b, depth) for a, b, depth in zip(widths, widths[1:] + [None], depths)])


class Named:
    """What is asked of a network of full size, under the authors' names."""

    def __init__(self, tensors):
        self.tensors = tensors

    def state_dict(self):
        return self.tensors


def named(model):
    return Named({META(name): tensor for name, tensor in model.state_dict().items()})


SIZES = {
    "ConvNeXt-T": models.convnext_tiny,
    "ConvNeXt-S": models.convnext_small,
    "ConvNeXt-B": models.convnext_base,
    "ConvNeXt-L": models.convnext_large,
    "ConvNeXt-XL": extra_large,
    **{
        f"ConvNeXt V2-{size}": lambda width=width, depths=depths: named(second([width * 2**stage for stage in range(4)], depths, 1000))
        for size, width, depths in (
            ("A", 40, (2, 2, 6, 2)), ("F", 48, (2, 2, 6, 2)), ("P", 64, (2, 2, 6, 2)), ("N", 80, (2, 2, 8, 2)),
            ("T", 96, (3, 3, 9, 3)), ("B", 128, (3, 3, 27, 3)), ("L", 192, (3, 3, 27, 3)), ("H", 352, (3, 3, 27, 3)),
        )
    },
}
