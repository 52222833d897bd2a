"""EfficientNets a few channels wide, by torchvision's own class, under torchvision's, timm's and Hugging Face's names."""
from torchvision import models
from torchvision.models.efficientnet import EfficientNet, MBConvConfig

from golden import CLASSES, Golden
from tensorflow import as_in_tensorflow
from timm_names import block_parts

STAGES = [(1, 3, 1, 8, 2), (6, 3, 2, 8, 1), (6, 5, 2, 8, 2), (6, 3, 2, 16, 1), (6, 5, 1, 16, 1), (6, 5, 2, 16, 1), (6, 3, 1, 24, 1)]


def narrow():
    widths = [8] + [stage[3] for stage in STAGES]
    settings = [MBConvConfig(ratio, kernel, stride, widths[at], width, depth) for at, (ratio, kernel, stride, width, depth) in enumerate(STAGES)]
    return EfficientNet(settings, dropout=0.2, num_classes=CLASSES, last_channel=64)


def timm(name):
    """timm/models/efficientnet.py, `EfficientNet`."""
    first, *parts, last = name.split(".")
    if first == "classifier":
        return f"classifier.{last}"
    if parts[0] in ("0", "8"):
        return f"{(('conv_stem', 'bn1') if parts[0] == '0' else ('conv_head', 'bn2'))[int(parts[1])]}.{last}"
    stage, block, _, layer, part = parts
    place = int(part.removeprefix("fc")) - 1 if part.startswith("fc") else int(part)
    return f"blocks.{int(stage) - 1}.{block}.{block_parts(stage != '1', True)[int(layer)][place]}.{last}"


B0 = [1, 2, 2, 3, 3, 4, 1]


def narrow_b0():
    """With the depths of B0, which the names of Hugging Face do not tell."""
    widths = [8, 8, 8, 8, 12, 12, 16, 16]
    settings = [MBConvConfig(ratio, kernel, stride, widths[at], widths[at + 1], B0[at]) for at, (ratio, kernel, stride, _, _) in enumerate(PUBLISHED)]
    return EfficientNet(settings, dropout=0.2, num_classes=CLASSES, last_channel=32)


PUBLISHED = [(1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1)]
PARTS = {
    "conv_pw": "expansion.expand_conv", "conv_dw": "depthwise_conv.depthwise_conv", "conv_pwl": "projection.project_conv",
    "se.conv_reduce": "squeeze_excite.reduce", "se.conv_expand": "squeeze_excite.expand",
}


def hugging_face(name):
    """transformers, modeling_efficientnet.py, by way of timm's names."""
    first, *parts, last = timm(name).split(".")
    outside = {"conv_stem": "efficientnet.embeddings.convolution", "bn1": "efficientnet.embeddings.batchnorm"}
    outside |= {"conv_head": "efficientnet.encoder.top_conv", "bn2": "efficientnet.encoder.top_bn", "classifier": "classifier"}
    if first != "blocks":
        return f"{outside[first]}.{last}"
    stage, block, part = int(parts[0]), int(parts[1]), ".".join(parts[2:])
    widens = stage > 0
    norms = ["expansion.expand_bn"] * widens + ["depthwise_conv.depthwise_norm", "projection.project_bn"]
    named = PARTS | {f"bn{at + 1}": norm for at, norm in enumerate(norms)}
    named |= {} if widens else {"conv_pw": "projection.project_conv"}
    return f"efficientnet.encoder.blocks.{sum(B0[:stage]) + block}.{named[part]}.{last}"


def timm_names(make):
    """The network with timm's names, for a published size."""

    def named():
        model = make()
        whole = model.state_dict
        model.state_dict = lambda: {timm(name): tensor for name, tensor in whole().items()}
        return model

    return named


GOLDENS = {
    "torchvision": Golden(narrow),
    "timm": Golden(narrow, stored=timm, answers={"origin": "pytorch"}),
    # 40 pixels, so that maps have odd and even sides
    "tensorflow": Golden(lambda: as_in_tensorflow(narrow()), side=40, stored=timm, answers={"origin": "tensorflow"}),
    "hugging_face": Golden(lambda: as_in_tensorflow(narrow_b0()), side=48, stored=hugging_face),
}

SIZES = {
    f"EfficientNet-B{size}": getattr(models, f"efficientnet_b{size}") if size % 2 else timm_names(getattr(models, f"efficientnet_b{size}"))
    for size in range(8)
}
