"""MobileNetV1 in an eighth of its width, written out, under Hugging Face's names (transformers, modeling_mobilenet_v1.py)."""
import torch
from torch import nn

from golden import CLASSES, Golden, renamed
from tensorflow import as_in_tensorflow

STRIDES = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]


def layer(i, o, kernel, stride, groups=1):
    return nn.Sequential(nn.Conv2d(i, o, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(o), nn.ReLU6())


class MobileNetV1(nn.Module):
    def __init__(self, width=32, classes=CLASSES):
        super().__init__()
        self.stem = layer(3, width, 3, 2)
        layers = []
        for at, stride in enumerate(STRIDES):
            wide = width * (2 if stride == 2 or at == 0 else 1)
            layers += [layer(width, width, 3, stride, width), layer(width, wide, 1, 1)]
            width = wide
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        return self.head(torch.mean(self.layers(self.stem(x)), (2, 3)))


NAMES = renamed(
    (r"^stem\.0\.", "mobilenet_v1.conv_stem.convolution."),
    (r"^stem\.1\.", "mobilenet_v1.conv_stem.normalization."),
    (r"^layers\.(\d+)\.0\.", r"mobilenet_v1.layer.\1.convolution."),
    (r"^layers\.(\d+)\.1\.", r"mobilenet_v1.layer.\1.normalization."),
    (r"^head\.", "classifier."),
)


def full():
    model = MobileNetV1(32, 1000)
    whole = model.state_dict
    model.state_dict = lambda: {NAMES(name): tensor for name, tensor in whole().items()}
    return model


# 40 pixels, so that maps have odd and even sides
GOLDENS = {"hugging_face": Golden(lambda: as_in_tensorflow(MobileNetV1(4)), side=40, stored=NAMES)}

SIZES = {"MobileNetV1": full}
