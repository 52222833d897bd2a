"""ResNets a few channels wide, by torchvision's own class, under torchvision's and Hugging Face's names."""
from torch import nn
from torchvision import models
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

from golden import CLASSES, Golden, renamed


class Narrow(ResNet):
    """Stem and stages of an eighth of the width."""

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        if planes == 64:
            self.inplanes = 8
            self.conv1, self.bn1 = nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8)
        return super()._make_layer(block, planes // 8, blocks, stride, dilate)


def narrow(*arguments, **options):
    def make():
        model = Narrow(*arguments, **options)
        model.fc = nn.Linear(64 * arguments[0].expansion, CLASSES)
        return model

    return make


def for_small_images():
    """As ResNets for CIFAR begin: a 3x3 kernel, stride 1, no pooling."""
    model = narrow(BasicBlock, [1, 1, 1, 1])()
    model.conv1, model.maxpool = nn.Conv2d(3, 8, 3, 1, 1, bias=False), nn.Identity()
    return model


HUGGING_FACE = renamed(
    (r"^conv1\.", "resnet.embedder.embedder.convolution."),
    (r"^bn1\.", "resnet.embedder.embedder.normalization."),
    *[
        rule
        for stage in (1, 2, 3, 4)
        for rule in (
            (rf"^layer{stage}\.(\d+)\.downsample\.0\.", rf"resnet.encoder.stages.{stage - 1}.layers.\1.shortcut.convolution."),
            (rf"^layer{stage}\.(\d+)\.downsample\.1\.", rf"resnet.encoder.stages.{stage - 1}.layers.\1.shortcut.normalization."),
            *[
                rule
                for part in (1, 2, 3)
                for rule in (
                    (rf"^layer{stage}\.(\d+)\.conv{part}\.", rf"resnet.encoder.stages.{stage - 1}.layers.\1.layer.{part - 1}.convolution."),
                    (rf"^layer{stage}\.(\d+)\.bn{part}\.", rf"resnet.encoder.stages.{stage - 1}.layers.\1.layer.{part - 1}.normalization."),
                )
            ],
        )
    ],
    (r"^fc\.", "classifier.1."),
)

GOLDENS = {
    "basic": Golden(narrow(BasicBlock, [1, 1, 2, 1])),
    "bottleneck": Golden(narrow(Bottleneck, [1, 2, 1, 1])),
    "grouped": Golden(narrow(Bottleneck, [1, 1, 1, 1], groups=4, width_per_group=32)),
    "wide": Golden(narrow(Bottleneck, [1, 1, 1, 1], width_per_group=128)),
    "small_images": Golden(for_small_images, side=16, answers={"beginning": "whole"}),
    "hugging_face": Golden(narrow(Bottleneck, [1, 1, 1, 1]), stored=HUGGING_FACE),
}

SIZES = {
    "ResNet-18": models.resnet18,
    "ResNet-34": models.resnet34,
    "ResNet-50": models.resnet50,
    "ResNet-101": models.resnet101,
    "ResNet-152": models.resnet152,
    "ResNeXt-50 32x4d": models.resnext50_32x4d,
    "ResNeXt-101 32x8d": models.resnext101_32x8d,
    "ResNeXt-101 64x4d": models.resnext101_64x4d,
    "Wide ResNet-50-2": models.wide_resnet50_2,
    "Wide ResNet-101-2": models.wide_resnet101_2,
}
