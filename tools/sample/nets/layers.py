"""Layers more than one family uses."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class LayerNorm2d(nn.Module):
    """LayerNorm over the channels of (N, C, H, W), by way of channels-last as ConvNeXt exports it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels, eps=1e-6)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Mlp(nn.Module):
    """Linear to `ratio` times the width, GELU, linear back; over the last axis."""

    def __init__(self, width: int, ratio: int = 4) -> None:
        super().__init__()
        self.widen = nn.Linear(width, ratio * width)
        self.narrow = nn.Linear(ratio * width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.narrow(F.gelu(self.widen(x)))


class Attention(nn.Module):
    """Multi-head self-attention over (N, T, C), written out so that the export shows its Softmax (N, heads, T, T)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.qkv = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)
        self.weights: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        count, tokens, width = x.shape
        q, k, v = self.qkv(x).reshape(count, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        weights = torch.softmax((q * self.scale) @ k.transpose(-2, -1), dim=-1)
        self.weights = weights
        mixed = (weights @ v).transpose(1, 2).reshape(count, tokens, width)
        return self.project(mixed)

    def attention_macs(self, x: Tensor) -> int:
        """Multiply-accumulates of the two products between tokens, for one picture."""
        return 2 * x.shape[1] ** 2 * x.shape[2]
