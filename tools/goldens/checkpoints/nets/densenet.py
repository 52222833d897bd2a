"""DenseNets a few channels wide, by torchvision's own class, under its names and those of its files."""
from torchvision import models
from torchvision.models import DenseNet

from golden import CLASSES, Golden, renamed

# As the files are named, from before names of modules could not have dots.
DOTTED = renamed((r"(denselayer\d+\.(?:norm|conv))([12])\.", r"\1.\2."))


def narrow():
    return DenseNet(growth_rate=4, block_config=(2, 3, 2, 4), num_init_features=8, bn_size=2, num_classes=CLASSES)


def dotted(make):
    """The network with the names of its file, for the published sizes."""

    def named():
        model = make()
        model.state_dict_of = model.state_dict
        model.state_dict = lambda: {DOTTED(name): tensor for name, tensor in model.state_dict_of().items()}
        return model

    return named


GOLDENS = {
    "torchvision": Golden(narrow, side=64),
    "dotted": Golden(narrow, side=64, stored=DOTTED),
}

SIZES = {
    "DenseNet-121": dotted(models.densenet121),
    "DenseNet-161": models.densenet161,
    "DenseNet-169": models.densenet169,
    "DenseNet-201": dotted(models.densenet201),
}
