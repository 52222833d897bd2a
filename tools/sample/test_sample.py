"""What the sample rests on: `/usr/bin/python3 -m unittest` in this folder. Needs PyTorch, no training."""

from __future__ import annotations

import json
import unittest

import numpy as np
import torch

import data
from measure import average_precision
from nets.large_depthwise import DepthwiseConv
from nets.replk import RepLK


def gradients(conv: DepthwiseConv, x: torch.Tensor, push: torch.Tensor) -> list[torch.Tensor]:
    """Output, input gradient and weight gradient of one pass."""
    x, conv.weight.grad = x.clone().requires_grad_(), None
    y = conv(x).float()
    y.backward(push)
    return [y.detach(), x.grad, conv.weight.grad.clone()]


class LargeDepthwise(unittest.TestCase):
    def test_matrix_product_equals_convolution_forward_and_backward(self) -> None:
        torch.manual_seed(0)
        for kernel, side in ((31, 24), (23, 12), (5, 24), (11, 6), (31, 16), (13, 4)):
            conv, x = DepthwiseConv(4, kernel), torch.randn(3, 4, side, side)
            push = torch.randn_like(x)
            for fast, plain in zip(gradients(conv.train(), x, push), gradients(conv.eval(), x, push)):
                self.assertLess(float((fast - plain).norm() / plain.norm()), 0.01, f"{kernel} on {side}")


class Merge(unittest.TestCase):
    def test_merged_net_gives_the_same_logits(self) -> None:
        torch.manual_seed(0)
        net, x = RepLK(16, 31), torch.randn(2, 3, 96, 96)
        for module in net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                torch.nn.init.uniform_(module.running_mean, -1, 1)
                torch.nn.init.uniform_(module.running_var, 0.5, 2)
        with torch.no_grad():
            before = net.eval()(x)
            net.prepare_export()
            self.assertLess(float((net(x) - before).abs().max() / before.abs().max()), 1e-4)


class Stored(unittest.TestCase):
    def test_no_stored_picture_of_val_shows_a_training_drawing(self) -> None:
        from stickers.sprites import load, split

        training, _ = split(load(data.CACHE / "sprites"))
        seen = {f"{sprite.package}/{sprite.icon}" for sprites in training.values() for sprite in sprites}
        sources = json.loads((data.SAMPLE / "sprites.json").read_text())
        stored = {drawing for path, drawing in sources.items() if not path.startswith("R/")}
        self.assertEqual(stored & seen, set())

    def test_every_picture_has_its_mask(self) -> None:
        for path in json.loads((data.SAMPLE / "sprites.json").read_text()):
            parts = path.rsplit(".", 1)[0].split("/")
            mask = "/".join(["9", *parts[2:]] if parts[0] == "9" else parts) + ".png"
            self.assertTrue((data.SAMPLE / "masks" / mask).exists(), mask)


class AveragePrecision(unittest.TestCase):
    def test_ties_count_as_one_step(self) -> None:
        value = average_precision(np.array([0.9, 0.8, 0.8]), np.array([0.8, 0.1]))
        self.assertAlmostEqual(value, 1 / 3 + 2 / 3 * 3 / 4)


if __name__ == "__main__":
    unittest.main()
