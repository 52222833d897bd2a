"""Depthwise KxK convolution for small maps, trained as one matrix product per channel.

On an HxH map a depthwise convolution is y = T x with a (H*H, H*H) Toeplitz matrix per channel. For
kernels about as large as the map this product, in bfloat16, is quicker on a CPU than the convolution
and above all than its weight gradient, and it is exact. Training runs under bfloat16 autocast. Evaluation and export use a plain Conv2d.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def toeplitz(weight: Tensor, side: int) -> Tensor:
    """(C, K, K) kernels to (C, H*H, H*H) matrices: row = output pixel, column = mirrored input pixel."""
    channels, size, _ = weight.shape
    pad = side - 1 - size // 2
    span = 2 * side - 1
    flipped = F.pad(weight.flip(1, 2), (pad,) * 4).contiguous()
    strides = (span * span, span, 1, span, 1)
    return flipped.as_strided((channels, side, side, side, side), strides).reshape(channels, side**2, side**2)


def gather(outer: Tensor, kernel: int) -> Tensor:
    """(C, H, H, H, H) products to the (C, K, K) weight gradient: sums over equal i+k and j+l, K middle ones."""
    channels, side = outer.shape[:2]
    first = side - 1 - kernel // 2
    lines = outer.new_zeros((channels, kernel, side, side), dtype=torch.float32)
    for i in range(side):
        low, high = max(0, first - i), min(side, first - i + kernel)
        lines[:, i + low - first : i + high - first] += outer[:, i, :, low:high].transpose(1, 2)
    square = lines.new_zeros((channels, kernel, kernel))
    for j in range(side):
        low, high = max(0, first - j), min(side, first - j + kernel)
        square[:, :, j + low - first : j + high - first] += lines[:, :, j, low:high]
    return square.flip(1, 2)


def columns_of(x: Tensor, mirrored: bool) -> Tensor:
    """(N, C, H, H) to bfloat16 (C, N, H*H), the map turned by half a turn if `mirrored`."""
    x = x.to(torch.bfloat16)
    x = x.flip(2, 3) if mirrored else x
    return x.permute(1, 0, 2, 3).reshape(x.shape[1], x.shape[0], -1)


def pictures_of(columns: Tensor, mirrored: bool) -> Tensor:
    """The inverse of `columns_of`."""
    channels, count, area = columns.shape
    side = int(area**0.5)
    x = columns.reshape(channels, count, side, side).permute(1, 0, 2, 3)
    return x.flip(2, 3) if mirrored else x


class MatmulConv(torch.autograd.Function):
    """x (N, C, H, H), weight (C, K, K) -> (N, C, H, H), zero padding K//2, K <= 2H - 1.

    Kernels below half the map use the built-in convolution for the output and the input's gradient
    (a convolution with the turned kernel); the weight's gradient is a matrix product for all.
    """

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor) -> Tensor:
        side, kernel = x.shape[-1], weight.shape[1]
        weight = weight.to(torch.bfloat16)
        ctx.dense = 2 * kernel > side
        if ctx.dense:
            columns, matrices = columns_of(x, True), toeplitz(weight, side)
            ctx.save_for_backward(columns, matrices, weight)
            return pictures_of(torch.bmm(columns, matrices.transpose(1, 2)), False)
        x = x.to(torch.bfloat16)
        ctx.save_for_backward(x, weight, weight)
        return F.conv2d(x, weight[:, None], padding=kernel // 2, groups=len(weight))

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor, Tensor]:
        given, matrices, weight = ctx.saved_tensors
        channels, kernel, side = len(weight), weight.shape[1], grad.shape[-1]
        rows = columns_of(grad, False)
        columns = given if ctx.dense else columns_of(given, True)
        outer = torch.bmm(rows.transpose(1, 2), columns).reshape(channels, side, side, side, side)
        if ctx.dense:
            grad_x = pictures_of(torch.bmm(rows, matrices), True)
        else:
            turned = weight.flip(1, 2)[:, None]
            grad_x = F.conv2d(grad.to(torch.bfloat16), turned, padding=kernel // 2, groups=channels)
        return grad_x, gather(outer, kernel)


class DepthwiseConv(nn.Conv2d):
    """A square depthwise Conv2d, stride 1, same size out, that trains as a matrix product when that pays."""

    def __init__(self, channels: int, kernel: int, bias: bool = False) -> None:
        super().__init__(channels, channels, kernel, padding=kernel // 2, groups=channels, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        kernel, side = self.kernel_size[0], x.shape[-1]
        if not self.training or kernel < 5 or side > 24:
            return super().forward(x)
        y = MatmulConv.apply(x, self.weight[:, 0])
        return y if self.bias is None else y + self.bias[:, None, None].to(y.dtype)
