"""ViTs of a few channels: torchvision's class under its own names, and a definition after timm's `VisionTransformer` (with
fused attention off), DINOv2 and DeiT under the names of timm, DINOv2, DeiT III and Hugging Face.

Names: timm/models/vision_transformer.py, dinov2/models/vision_transformer.py, deit/models_v2.py, transformers
modeling_vit.py, modeling_deit.py, modeling_dinov2.py, modeling_dinov2_with_registers.py.
"""
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn
from torchvision import models
from torchvision.models.vision_transformer import VisionTransformer

from golden import CLASSES, Golden, renamed


@dataclass
class Options:
    width: int = 16
    depth: int = 2
    heads: int = 2
    patch: int = 8
    side: int = 32
    classes: int = CLASSES
    epsilon: float = 1e-6
    registers: int = 0
    distilled: bool = False
    scale: bool = False
    gated: bool = False
    # whether position embeddings reach the class token
    positioned: bool = True
    class_token: bool = True
    # "token", "mean" (with a norm behind the mean) or "both"
    pool: str = "token"
    logits: bool = False
    clip: bool = False
    mlp: int = 4


class Scale(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * self.gamma


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        attention = (q * (c // self.heads) ** -0.5 @ k.transpose(-2, -1)).softmax(-1)
        return self.proj((attention @ v).transpose(1, 2).reshape(b, n, c))


class Mlp(nn.Module):
    def __init__(self, o):
        super().__init__()
        hidden = o.mlp * o.width
        self.gated, self.clip = o.gated, o.clip
        self.fc1, self.fc2 = nn.Linear(o.width, 2 * hidden if o.gated else hidden), nn.Linear(hidden, o.width)

    def forward(self, x):
        x = self.fc1(x)
        if self.gated:
            gate, value = x.chunk(2, -1)
            return self.fc2(F.silu(gate) * value)
        return self.fc2(x * torch.sigmoid(1.702 * x) if self.clip else F.gelu(x))


class Block(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(o.width, o.epsilon), nn.LayerNorm(o.width, o.epsilon)
        self.attn, self.mlp = Attention(o.width, o.heads), Mlp(o)
        self.ls1, self.ls2 = (Scale(o.width), Scale(o.width)) if o.scale else (nn.Identity(), nn.Identity())

    def forward(self, x):
        x = x + self.ls1(self.attn(self.norm1(x)))
        return x + self.ls2(self.mlp(self.norm2(x)))


class ViT(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.o = o
        patches = (o.side // o.patch) ** 2
        token = lambda count=1: nn.Parameter(torch.zeros(1, count, o.width))
        self.patch_embed = nn.Sequential()
        self.patch_embed.proj = nn.Conv2d(3, o.width, o.patch, o.patch)
        self.cls_token = token() if o.class_token else None
        self.dist_token = token() if o.distilled else None
        self.reg_token = token(o.registers) if o.registers else None
        before = int(o.class_token) + int(o.distilled) if o.positioned else 0
        self.pos_embed = token(before + patches)
        if o.clip:
            self.norm_pre = nn.LayerNorm(o.width, o.epsilon)
        self.blocks = nn.Sequential(*[Block(o) for _ in range(o.depth)])
        if o.pool == "mean":
            self.fc_norm = nn.LayerNorm(o.width, o.epsilon)
        else:
            self.norm = nn.LayerNorm(o.width, o.epsilon)
        if o.logits:
            self.pre_logits = nn.Sequential()
            self.pre_logits.fc = nn.Linear(o.width, o.width)
        if o.classes:
            self.head = nn.Linear((2 if o.pool == "both" else 1) * o.width, o.classes)
        if o.distilled and o.classes:
            self.head_dist = nn.Linear(o.width, o.classes)

    def forward(self, x):
        o = self.o
        x = self.patch_embed.proj(x).flatten(2).transpose(1, 2)
        repeat = lambda token: token.expand(x.shape[0], -1, -1)
        placed = [repeat(token) for token in (self.cls_token, self.dist_token) if token is not None]
        registers = [repeat(self.reg_token)] if o.registers else []
        if o.positioned:
            x = torch.cat([*placed, x], 1) + self.pos_embed
            x = torch.cat([x[:, : len(placed)], *registers, x[:, len(placed) :]], 1) if registers else x
        else:
            x = torch.cat([*placed, *registers, x + self.pos_embed], 1)
        x = self.norm_pre(x) if o.clip else x
        x = self.blocks(x)
        before = len(placed) + o.registers
        if o.pool == "mean":
            return self.head(self.fc_norm(x[:, before:].mean(1)))
        x = self.norm(x)
        if o.pool == "both":
            return self.head(torch.cat((x[:, 0], x[:, before:].mean(1)), 1))
        if not o.class_token:
            return self.head(x.mean(1))
        if not o.classes:
            return x[:, 0]
        if o.distilled:
            return (self.head(x[:, 0]) + self.head_dist(x[:, 1])) / 2
        return self.head(torch.tanh(self.pre_logits.fc(x[:, 0])) if o.logits else x[:, 0])


def small(**options):
    return lambda: ViT(Options(**options))


Golden = partial(Golden, sided=False)
HEADS = {"heads": "2"}
LAYER = r"encoder.layer.\1."


def hugging_face(prefix, head, *block):
    def put(name):
        return prefix + name

    parts = [put(rf"{LAYER}attention.attention.{part}.") for part in ("query", "key", "value")]
    return renamed(
        (r"^cls_token", put("embeddings.cls_token")),
        (r"^dist_token", put("embeddings.distillation_token")),
        (r"^reg_token", put("embeddings.register_tokens")),
        (r"^pos_embed", put("embeddings.position_embeddings")),
        (r"^patch_embed\.proj\.", put("embeddings.patch_embeddings.projection.")),
        (r"^blocks\.(\d+)\.attn\.qkv\.", parts),
        (r"^blocks\.(\d+)\.attn\.proj\.", put(rf"{LAYER}attention.output.dense.")),
        *[(rf"^blocks\.(\d+)\.{own}", put(LAYER + to)) for own, to in block],
        (r"^norm\.", put("layernorm.")),
        (r"^head_dist\.", "distillation_classifier."),
        (r"^head\.", head),
    )


PLAIN = (
    (r"norm1\.", "layernorm_before."), (r"norm2\.", "layernorm_after."),
    (r"mlp\.fc1\.", "intermediate.dense."), (r"mlp\.fc2\.", "output.dense."),
)


def dinov2_parts(first, second):
    return (
        (r"norm(\d)\.", r"norm\2."), (r"ls(\d)\.gamma", r"layer_scale\2.lambda1"),
        (r"mlp\.fc1\.", f"mlp.{first}."), (r"mlp\.fc2\.", f"mlp.{second}."),
    )


REGISTERS = (r"^reg_token", "register_tokens")
GATED = [(r"mlp\.fc1\.", "mlp.w12."), (r"mlp\.fc2\.", "mlp.w3.")]

GOLDENS = {
    "torchvision": Golden(
        lambda: VisionTransformer(image_size=32, patch_size=8, num_layers=2, num_heads=2, hidden_dim=16, mlp_dim=32, num_classes=CLASSES),
        answers=HEADS,
    ),
    "torchvision_old": Golden(
        lambda: VisionTransformer(image_size=32, patch_size=8, num_layers=2, num_heads=2, hidden_dim=16, mlp_dim=32, num_classes=CLASSES),
        answers=HEADS, stored=renamed((r"mlp\.0\.", "mlp.linear_1."), (r"mlp\.3\.", "mlp.linear_2.")),
    ),
    "timm": Golden(small(), answers=HEADS),
    "pre_logits": Golden(small(logits=True), answers=HEADS),
    "clip": Golden(small(clip=True), answers={**HEADS, "activation": "quickGelu"}),
    "dino": Golden(small(classes=0), answers=HEADS),
    "mae": Golden(small(pool="mean"), answers=HEADS),
    "no_class_token": Golden(small(class_token=False), answers=HEADS),
    "deit": Golden(small(distilled=True), answers=HEADS),
    "deit3": Golden(
        small(scale=True, positioned=False), answers=HEADS, stored=renamed((r"ls(\d)\.gamma", r"gamma_\1")),
    ),
    "timm_registers": Golden(small(scale=True, registers=2, positioned=False), answers=HEADS),
    "dinov2": Golden(
        small(scale=True, registers=2, classes=0), answers=HEADS, stored=renamed(REGISTERS), extra={"mask_token": [1, 16]},
    ),
    "dinov2_gated": Golden(small(scale=True, gated=True, classes=0), answers=HEADS, stored=renamed(*GATED), extra={"mask_token": [1, 16]}),
    "hugging_face": Golden(
        small(epsilon=1e-12), answers=HEADS, stored=hugging_face("vit.", "classifier.", *PLAIN),
        extra={"vit.pooler.dense.weight": [16, 16]},
    ),
    "hugging_face_deit": Golden(
        small(epsilon=1e-12, distilled=True), answers=HEADS, stored=hugging_face("deit.", "cls_classifier.", *PLAIN),
    ),
    "hugging_face_dinov2": Golden(
        small(scale=True, pool="both"), answers=HEADS, stored=hugging_face("dinov2.", "classifier.", *dinov2_parts("fc1", "fc2")),
        extra={"dinov2.embeddings.mask_token": [1, 16]},
    ),
    "hugging_face_registers": Golden(
        small(scale=True, pool="both", registers=2, gated=True), answers=HEADS,
        stored=hugging_face("dinov2_with_registers.", "classifier.", *dinov2_parts("weights_in", "weights_out")),
    ),
}


def large(width, depth, patch, side=224, **options):
    return small(width=width, depth=depth, heads=width // 64, patch=patch, side=side, classes=options.pop("classes", 1000), **options)


SIZES = {
    "ViT-Ti/16": large(192, 12, 16),
    "ViT-S/16": large(384, 12, 16),
    "ViT-B/16": models.vit_b_16,
    "ViT-B/32": large(768, 12, 32, 384),
    "ViT-L/16": models.vit_l_16,
    "ViT-H/14": models.vit_h_14,
    "DeiT-B/16": large(768, 12, 16, 384, distilled=True),
    "ViT-S/14 with 4 registers": large(384, 12, 14, 518, scale=True, registers=4),
}
