"""What a golden of a family is made of: weights that a formula gives, names, and the logits of PyTorch."""
import re
from dataclasses import dataclass, field
from typing import Callable

import numpy as np
import torch
from torch import nn

CLASSES = 10
IMAGES = 4


def uniform(count, seed):
    """Numbers in [0,1) by a hash of their index (lowbias32 of Wellons 2018). tests/engine/checkpoints/golden.ts repeats it."""
    x = np.arange(count, dtype=np.uint32) + np.uint32(seed)
    with np.errstate(over="ignore"):
        x ^= x >> np.uint32(16)
        x *= np.uint32(0x7FEB352D)
        x ^= x >> np.uint32(15)
        x *= np.uint32(0x846CA68B)
        x ^= x >> np.uint32(16)
    return x / 2**32


def seed_of(name):
    """FNV-1a of the name, so that each tensor has numbers of its own."""
    value = 2166136261
    for byte in name.encode():
        value = ((value ^ byte) * 16777619) % 2**32
    return value


def spread(name, shape):
    """Scale and offset of a tensor's numbers: offset + scale * (u - 0.5), of a size that keeps activations alive."""
    if name.endswith("running_var"):
        return 1.0, 1.0
    vector = sum(size > 1 for size in shape) <= 1
    if vector and re.search(r"(weight|gamma|scale\w*|lambda1)$", name):
        return 0.4, 1.0
    if vector or re.search(r"(token|embed\w*|embedding\w*)$", name):
        return 0.4, 0.0
    return round(4.8 / float(np.prod(shape[1:])) ** 0.5, 6), 0.0


def numbers(name, shape, scale, offset):
    values = offset + scale * (uniform(int(np.prod(shape)), seed_of(name)) - 0.5)
    return torch.tensor(values.astype("<f4").reshape(shape))


@dataclass
class Golden:
    """A small network and how its checkpoint names the tensors."""

    make: Callable[[], nn.Module]
    side: int = 32
    # stored name of a tensor of the module, or several that are joined along their first axis; None: not stored
    stored: Callable[[str], object] = lambda name: name
    # shape in the checkpoint from that of the module, and back
    store: Callable = lambda name, tensor: tensor
    load: Callable = lambda name, tensor: tensor
    # whether the side of the input has to be asked
    sided: bool = True
    answers: dict = field(default_factory=dict)
    # further stored tensors, by name
    extra: dict = field(default_factory=dict)
    after: Callable = lambda model: None


def renamed(*rules):
    """A naming by regular expressions, of which the first that fits is taken; a list of names splits the tensor."""

    def stored(name):
        for pattern, to in rules:
            if re.search(pattern, name):
                if to is None:
                    return None
                put = lambda one: re.sub(pattern, one, name)
                return [put(one) for one in to] if isinstance(to, list) else put(to)
        return name

    return stored


def filled(golden):
    """The network with its numbers, and [shape, scale, offset] of each stored tensor."""
    model = golden.make().eval()
    tensors, state = {}, {}
    for name, tensor in model.state_dict().items():
        names = golden.stored(name)
        if names is None or not tensor.is_floating_point():
            continue
        names = names if isinstance(names, list) else [names]
        whole = golden.store(name, tensor)
        parts = []
        for one, part in zip(names, whole.chunk(len(names))):
            shape = list(part.shape)
            scale, offset = spread(name, list(tensor.shape))
            tensors[one] = [shape, scale, offset]
            parts.append(numbers(one, shape, scale, offset))
        state[name] = golden.load(name, torch.cat(parts) if len(parts) > 1 else parts[0])
    model.load_state_dict(state, strict=False)
    for name, shape in golden.extra.items():
        tensors[name] = [shape, 0.4, 0.0]
    golden.after(model)
    return model, tensors


def images(side):
    shape = (IMAGES, 3, side, side)
    return torch.tensor((4 * (uniform(int(np.prod(shape)), 1) - 0.5)).reshape(shape))
