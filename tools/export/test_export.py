"""Run: python -m unittest discover tools/export. Needs what export.py needs, and torchvision."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

import onnx
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from replknet import RepLKNet
from sources import standardise_baked, state_dict


def exported(*arguments):
    folder = tempfile.mkdtemp()
    script = os.path.join(HERE, "export.py")
    done = subprocess.run([sys.executable, script, *arguments, "-o", folder], capture_output=True, text=True)
    return folder, done


class Export(unittest.TestCase):
    def test_writes_model_and_sidecar_that_agree_with_torchvision(self):
        folder, done = exported("torchvision:resnet18", "--weights", "none")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(folder, "resnet18.json")) as file:
            sidecar = json.load(file)
        self.assertEqual(sidecar["preprocessing"]["size"], [224, 224])
        self.assertEqual(sidecar["preprocessing"]["resizeTo"], 256)
        self.assertEqual(len(sidecar["labels"]), 1000)
        graph = onnx.load(os.path.join(folder, "resnet18.onnx")).graph
        self.assertEqual(graph.input[0].type.tensor_type.shape.dim[0].dim_param, "batch")

    def test_refuses_a_source_it_does_not_know(self):
        _, done = exported("keras:resnet50")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("torchvision:NAME", done.stderr)

    def test_merging_changes_nothing_but_the_form(self):
        torch.manual_seed(0)
        net = RepLKNet((8, 16), (13, 7), (1, 1), classes=5).eval()
        for module in net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2)
        image = torch.randn(2, 3, 64, 64)
        with torch.no_grad():
            before = net(image)
            after = net.merge()(image)
        self.assertLess(float((after - before).abs().max() / before.abs().max()), 1e-5)

    def test_has_the_size_and_the_names_of_the_official_networks(self):
        net = RepLKNet((128, 256, 512, 1024))
        self.assertEqual(round(sum(p.numel() for p in net.parameters()) / 1e6, 2), 79.86)
        names = net.state_dict()
        self.assertEqual(tuple(names["stages.0.blocks.0.large_kernel.lkb_origin.conv.weight"].shape), (128, 1, 31, 31))
        self.assertIn("transitions.0.1.bn.running_var", names)
        self.assertIn("stages.3.blocks.3.pw2.conv.weight", names)

    def test_reads_weights_out_of_the_wrappings_of_training_scripts(self):
        path = os.path.join(tempfile.mkdtemp(), "checkpoint.pth")
        torch.save({"model": {"module.head.weight": torch.ones(2)}, "epoch": 3}, path)
        self.assertEqual(list(state_dict(path)), ["head.weight"])

    def test_bakes_standardised_weights(self):
        class StdConv2d(torch.nn.Conv2d):
            eps = 1e-8

            def forward(self, x):
                variance, mean = torch.var_mean(self.weight, dim=(1, 2, 3), keepdim=True, unbiased=False)
                return self._conv_forward(x, (self.weight - mean) / torch.sqrt(variance + self.eps), self.bias)

        net = torch.nn.Sequential(StdConv2d(3, 4, 3), torch.nn.ReLU())
        image = torch.randn(1, 3, 8, 8)
        before = net(image)
        standardise_baked(net)
        self.assertIs(type(net[0]), torch.nn.Conv2d)
        self.assertLess(float((net(image) - before).abs().max()), 1e-5)


if __name__ == "__main__":
    unittest.main()
