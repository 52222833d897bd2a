"""EfficientNets a few channels wide, by torchvision's own class, under torchvision's and timm's names."""
import torch.nn.functional as F
from torch import nn
from torchvision import models
from torchvision.models.efficientnet import EfficientNet, MBConvConfig

from golden import CLASSES, Golden
from timm_names import block_parts

STAGES = [(1, 3, 1, 8, 2), (6, 3, 2, 8, 1), (6, 5, 2, 8, 2), (6, 3, 2, 16, 1), (6, 5, 1, 16, 1), (6, 5, 2, 16, 1), (6, 3, 1, 24, 1)]


def narrow():
    widths = [8] + [stage[3] for stage in STAGES]
    settings = [MBConvConfig(ratio, kernel, stride, widths[at], width, depth) for at, (ratio, kernel, stride, width, depth) in enumerate(STAGES)]
    return EfficientNet(settings, dropout=0.2, num_classes=CLASSES, last_channel=64)


class Same(nn.Module):
    """TensorFlow's padding around a strided convolution."""

    def __init__(self, conv):
        super().__init__()
        self.weight, self.stride, self.groups = conv.weight, conv.stride, conv.groups

    def forward(self, x):
        pads = []
        for size, kernel in zip(map(int, reversed(x.shape[2:])), reversed(self.weight.shape[2:])):
            needed = max((-(-size // 2) - 1) * 2 + kernel - size, 0)
            pads += [needed // 2, needed - needed // 2]
        return F.conv2d(F.pad(x, pads), self.weight, stride=2, groups=self.groups)


def tensorflow():
    model = narrow()
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Conv2d) and child.stride == (2, 2):
                setattr(module, name, Same(child))
            if isinstance(child, nn.BatchNorm2d):
                child.eps = 1e-3
    return model


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
    "tensorflow": Golden(tensorflow, side=40, stored=timm, answers={"origin": "tensorflow"}),
}

SIZES = {
    f"EfficientNet-B{size}": getattr(models, f"efficientnet_b{size}") if size % 2 else timm_names(getattr(models, f"efficientnet_b{size}"))
    for size in range(8)
}
