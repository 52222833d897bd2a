"""ViT in miniature (Dosovitskiy et al. 2021): class token, learned positions, pre-norm blocks.

144 tokens, one per 8 px. They come from three strided 3x3 convolutions instead of one 8x8 (Xiao et al.
2021, Early Convolutions Help Transformers See Better): so few pictures would not teach it otherwise. The class token's attention to the patches, averaged over the heads of
the last block, is a saliency map; `saliency()` gives it for training one on purpose.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import Attention, Mlp
from .replk import down

PATCH = 8
SIDE = 96 // PATCH


class Block(nn.Module):
    """x + attention(LN(x)), then x + MLP(LN(x))."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attention = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Mlp(width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class ViT(nn.Module):
    """Images (N, 3, 96, 96), normalised, to logits (N, classes)."""

    def __init__(self, classes: int, width: int = 64, depth: int = 4, heads: int = 4) -> None:
        super().__init__()
        self.patches = nn.Sequential(down(3, width // 4), down(width // 4, width // 2), nn.Conv2d(width // 2, width, 3, 2, 1))
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.empty(1, SIDE**2 + 1, width))
        nn.init.trunc_normal_(self.positions, std=0.02)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(depth)))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, classes)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        token = self.token.expand(x.shape[0], -1, -1)
        x = self.blocks(torch.cat([token, tokens], 1) + self.positions_for(x.shape[-1] // PATCH))
        return self.head(self.norm(x)[:, 0])

    def positions_for(self, side: int) -> Tensor:
        """Learned positions, interpolated while training on smaller pictures."""
        if side == SIDE:
            return self.positions
        grid = self.positions[:, 1:].transpose(1, 2).reshape(1, -1, SIDE, SIDE)
        fitted = F.interpolate(grid, size=(side, side), mode="bilinear", antialias=True)
        return torch.cat([self.positions[:, :1], fitted.flatten(2).transpose(1, 2)], 1)

    def saliency(self) -> Tensor:
        """Class-token attention of the last forward pass over the patches: (N, heads, h, w), not summing to 1."""
        given = self.blocks[-1].attention.weights[:, :, 0, 1:]
        side = round(given.shape[-1] ** 0.5)
        return given.unflatten(-1, (side, side))

    def prepare_export(self) -> None:
        """Nothing is merged."""
