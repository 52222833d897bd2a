"""VGGs a few channels wide, by torchvision's own class, and with timm's convolutional head (timm/models/vgg.py)."""
from torch import nn
from torchvision import models
from torchvision.models.vgg import VGG, make_layers

from golden import CLASSES, Golden

LAYERS = [8, "M", 8, 16, "M", 16, 16, "M"]
HIDDEN = 24


def narrow(batch_norm):
    def make():
        model = VGG(make_layers(LAYERS, batch_norm), init_weights=False)
        model.classifier[0], model.classifier[3] = nn.Linear(16 * 49, HIDDEN), nn.Linear(HIDDEN, HIDDEN)
        model.classifier[6] = nn.Linear(HIDDEN, CLASSES)
        return model

    return make


class Convolutional(nn.Module):
    """The two hidden layers are applied at every place where 7x7 fit."""

    def __init__(self):
        super().__init__()
        self.features = make_layers(LAYERS, True)
        self.pre_logits = nn.Sequential()
        self.pre_logits.fc1, self.pre_logits.act1 = nn.Conv2d(16, HIDDEN, 7), nn.ReLU()
        self.pre_logits.fc2, self.pre_logits.act2 = nn.Conv2d(HIDDEN, HIDDEN, 1), nn.ReLU()
        self.head = nn.Sequential()
        self.head.pool, self.head.flat = nn.AdaptiveAvgPool2d(1), nn.Flatten()
        self.head.fc = nn.Linear(HIDDEN, CLASSES)

    def forward(self, x):
        return self.head(self.pre_logits(self.features(x)))


GOLDENS = {
    "plain": Golden(narrow(False), side=56),
    "batch_norm": Golden(narrow(True), side=56),
    "larger": Golden(narrow(False), side=112),
    "timm": Golden(Convolutional, side=112),
}

SIZES = {
    f"VGG-{depth}{' BN' if name else ''}": getattr(models, f"vgg{depth}{name}") for depth in (11, 13, 16, 19) for name in ("", "_bn")
}
