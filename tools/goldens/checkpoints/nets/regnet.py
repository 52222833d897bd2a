"""RegNets a few channels wide, by torchvision's class, under the names of torchvision, timm (timm/models/regnet.py) and Hugging Face."""
import torch
from torchvision import models
from torchvision.models.regnet import BlockParams, RegNet

from golden import CLASSES, Golden, renamed


def small(squeeze=None):
    parameters = BlockParams([1, 2, 1, 1], [8, 16, 16, 24], [4, 4, 4, 4], [1.0] * 4, [2] * 4, squeeze)
    return lambda: RegNet(parameters, num_classes=CLASSES, stem_width=8)


PARTS = (("0", "conv"), ("1", "bn"))
TIMM = renamed(
    *[(rf"^stem\.{place}\.", f"stem.{part}.") for place, part in PARTS],
    *[
        rule
        for block in range(2)
        for rule in (
            *[(rf"^trunk_output\.block(\d)\.block\d-{block}\.proj\.{place}\.", rf"s\1.b{block + 1}.downsample.{part}.") for place, part in PARTS],
            *[
                (rf"^trunk_output\.block(\d)\.block\d-{block}\.f\.{letter}\.{place}\.", rf"s\1.b{block + 1}.conv{layer}.{part}.")
                for layer, letter in enumerate("abc", 1)
                for place, part in PARTS
            ],
            (rf"^trunk_output\.block(\d)\.block\d-{block}\.f\.se\.", rf"s\1.b{block + 1}.se."),
        )
    ],
    (r"^fc\.", "head.fc."),
)

def hugging_face(weighed):
    """transformers, modeling_regnet.py: the weighing of Y is a layer of the list."""
    names = (("0", "convolution"), ("1", "normalization"))
    rules = [(rf"^stem\.{place}\.", f"regnet.embedder.embedder.{part}.") for place, part in names]
    for stage in range(1, 5):
        for block in range(2):
            own = rf"^trunk_output\.block{stage}\.block{stage}-{block}\."
            to = f"regnet.encoder.stages.{stage - 1}.layers.{block}."
            rules += [(rf"{own}proj\.{place}\.", f"{to}shortcut.{part}.") for place, part in names]
            for letter, at in (("a", 0), ("b", 1), ("c", 3 if weighed else 2)):
                rules += [(rf"{own}f\.{letter}\.{place}\.", f"{to}layer.{at}.{part}.") for place, part in names]
            rules += [(rf"{own}f\.se\.fc{fc}\.", f"{to}layer.2.attention.{at}.") for fc, at in ((1, 0), (2, 2))]
    return renamed(*rules, (r"^fc\.", "classifier.1."))


GOLDENS = {
    "x": Golden(small()),
    "y": Golden(small(0.25)),
    "timm_x": Golden(small(), stored=TIMM),
    "timm_y": Golden(small(0.25), stored=TIMM),
    "hugging_face_x": Golden(small(), stored=hugging_face(False)),
    "hugging_face_y": Golden(small(0.25), stored=hugging_face(True)),
}


def published(make):
    """Its widths are computed with numbers, which a network without memory has not."""
    of_numbers = BlockParams.from_init_params

    def from_numbers(*values, **options):
        with torch.device("cpu"):
            return of_numbers(*values, **options)

    def made():
        BlockParams.from_init_params = from_numbers
        try:
            return make()
        finally:
            BlockParams.from_init_params = of_numbers

    return made


SIZES = {
    "RegNet-X-400MF": published(models.regnet_x_400mf),
    "RegNet-X-800MF": published(models.regnet_x_800mf),
    "RegNet-X-1.6GF": published(models.regnet_x_1_6gf),
    "RegNet-X-3.2GF": published(models.regnet_x_3_2gf),
    "RegNet-X-8GF": published(models.regnet_x_8gf),
    "RegNet-X-16GF": published(models.regnet_x_16gf),
    "RegNet-X-32GF": published(models.regnet_x_32gf),
    "RegNet-Y-400MF": published(models.regnet_y_400mf),
    "RegNet-Y-800MF": published(models.regnet_y_800mf),
    "RegNet-Y-1.6GF": published(models.regnet_y_1_6gf),
    "RegNet-Y-3.2GF": published(models.regnet_y_3_2gf),
    "RegNet-Y-8GF": published(models.regnet_y_8gf),
    "RegNet-Y-16GF": published(models.regnet_y_16gf),
    "RegNet-Y-32GF": published(models.regnet_y_32gf),
    "RegNet-Y-128GF": published(models.regnet_y_128gf),
}
