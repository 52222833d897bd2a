"""Networks of torchvision with the padding and the epsilon of TensorFlow."""
import torch.nn.functional as F
from torch import nn


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


def as_in_tensorflow(model):
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Conv2d) and child.stride == (2, 2):
                setattr(module, name, Same(child))
            if isinstance(child, nn.BatchNorm2d):
                child.eps = 1e-3
    return model
