"""Where models come from: each source gives a PyTorch model and what its sidecar must say.

A source is written `kind:name`, e.g. `torchvision:resnet50`, `timm:vit_base_patch16_224`, `replknet:31B`.
"""
import math
from dataclasses import dataclass, field

import torch
from torch import nn

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@dataclass
class Source:
    model: nn.Module
    title: str
    source: str
    size: int
    resize: str = "shorter"
    resize_to: int | None = 256
    interpolation: str = "bilinear"
    mean: tuple = IMAGENET[0]
    std: tuple = IMAGENET[1]
    labels: list = field(default_factory=list)

    def sidecar(self):
        """The JSON that Kernelscope reads beside the model."""
        recipe = {
            "size": [self.size, self.size],
            "resize": self.resize,
            "resizeTo": self.resize_to if self.resize == "shorter" else None,
            "interpolation": self.interpolation,
            "mean": list(self.mean),
            "std": list(self.std),
        }
        labels = {"labels": self.labels} if self.labels else {}
        return {"title": self.title, "source": self.source, "preprocessing": recipe, **labels}


def load(name, checkpoint=None, weights="DEFAULT", unmerged=False):
    """Builds the model a source names. `checkpoint` is a file of weights; without it those of the library are used."""
    kind, _, rest = name.partition(":")
    makers = {"torchvision": from_torchvision, "timm": from_timm, "replknet": from_replknet}
    if kind not in makers or rest == "":
        raise SystemExit(f"source {name}: expected one of " + ", ".join(f"{kind}:NAME" for kind in makers))
    source = makers[kind](rest, checkpoint, weights, unmerged)
    source.model.eval()
    standardise_baked(source.model)
    return source


def state_dict(path):
    """Weights of a checkpoint file, out of the wrappings training scripts put them in."""
    loaded = torch.load(path, map_location="cpu", weights_only=True)
    for key in ("model", "state_dict", "model_ema", "teacher"):
        if isinstance(loaded, dict) and isinstance(loaded.get(key), dict):
            loaded = loaded[key]
    return {key.removeprefix("module.").removeprefix("backbone."): value for key, value in loaded.items()}


def from_torchvision(name, checkpoint, weights, _unmerged):
    from torchvision import models

    if weights == "none" or checkpoint:
        model = models.get_model(name, weights=None)
        if checkpoint:
            model.load_state_dict(state_dict(checkpoint))
        chosen = models.get_model_weights(name).DEFAULT
        origin = checkpoint or "random weights"
    else:
        chosen = models.get_model_weights(name)[weights]
        model = models.get_model(name, weights=chosen)
        origin = str(chosen)
    recipe = chosen.transforms()
    return Source(
        model,
        title=name,
        source=f"torchvision, {origin}",
        size=recipe.crop_size[0],
        resize_to=recipe.resize_size[0],
        interpolation=recipe.interpolation.value,
        mean=tuple(recipe.mean),
        std=tuple(recipe.std),
        labels=list(chosen.meta["categories"]),
    )


def from_timm(name, checkpoint, weights, _unmerged):
    import timm
    from timm.layers import set_fused_attn

    set_fused_attn(False)  # each attention matrix becomes a tensor of the graph
    pretrained = weights != "none" and not checkpoint
    options = {"checkpoint_path": checkpoint} if checkpoint else {}
    model = timm.create_model(name, pretrained=pretrained, **options)
    config = timm.data.resolve_model_data_config(model)
    size = config["input_size"][-1]
    squash = config.get("crop_mode") == "squash" or config["crop_pct"] == 1.0 and size >= 384
    return Source(
        model,
        title=name,
        source=f"timm, {checkpoint or ('pretrained' if pretrained else 'random weights')}",
        size=size,
        resize="squash" if squash else "shorter",
        resize_to=math.floor(size / config["crop_pct"]),
        interpolation="bilinear" if config["interpolation"] == "bilinear" else "bicubic",
        mean=tuple(config["mean"]),
        std=tuple(config["std"]),
    )


def from_replknet(name, checkpoint, _weights, unmerged):
    from replknet import CHANNELS, RepLKNet

    if name not in CHANNELS:
        raise SystemExit(f"replknet:{name}: expected 31B or 31L")
    weights = state_dict(checkpoint) if checkpoint else None
    classes = len(weights["head.weight"]) if weights else 1000
    model = RepLKNet(CHANNELS[name], classes=classes)
    if weights:
        model.load_state_dict(weights)
    model.eval()
    if not unmerged:
        model.merge()
    large = name == "31L"
    return Source(
        model,
        title=f"RepLKNet-{name}" + (" (5x5 branches kept)" if unmerged else ""),
        source=f"RepLKNet, {checkpoint or 'random weights'}",
        size=384 if large else 224,
        resize="squash" if large else "shorter",
        resize_to=None if large else 256,
        interpolation="bicubic",
    )


@torch.no_grad()
def standardise_baked(model):
    """Replaces convolutions that standardise their weight at every run (BiT in timm) by plain ones with that weight."""
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if type(child).__name__ not in ("StdConv2d", "StdConv2dSame"):
                continue
            weight = child.weight
            variance, mean = torch.var_mean(weight, dim=(1, 2, 3), keepdim=True, unbiased=False)
            standard = (weight - mean) / torch.sqrt(variance + child.eps)
            if type(child).__name__ == "StdConv2dSame" and any(s > 1 for s in child.stride):
                raise SystemExit(f"{name}: TensorFlow's padding depends on the input size and is not exported")
            plain = nn.Conv2d(
                child.in_channels, child.out_channels, child.kernel_size, child.stride, child.padding,
                child.dilation, child.groups, child.bias is not None,
            )
            plain.weight.copy_(standard)
            if child.bias is not None:
                plain.bias.copy_(child.bias)
            setattr(parent, name, plain)
