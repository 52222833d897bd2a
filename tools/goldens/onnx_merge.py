"""The kernels that PyTorch merges out of tests/engine/onnx/fixtures/replknet_unmerged.onnx, for kernels.test.ts.

Each large depthwise kernel plus the 5x5 beside it, zero-padded to its size (RepLKNet's structural re-parameterisation),
checked in float64: one convolution with the sum gives what the two give together.
Run: /usr/bin/python3 tools/goldens/onnx_merge.py (PyTorch 2.6, onnx 1.17)
"""
from pathlib import Path

import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

fixtures = Path(__file__).resolve().parents[2] / "tests/engine/onnx/fixtures"
graph = onnx.load(fixtures / "replknet_unmerged.onnx").graph
weights = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
convs = {node.output[0]: node for node in graph.node if node.op_type == "Conv"}

merged = []
for add in graph.node:
    pair = [convs.get(name) for name in add.input] if add.op_type == "Add" else []
    if len(pair) != 2 or None in pair or pair[0].input[0] != pair[1].input[0]:
        continue
    large, small = sorted((weights[node.input[1]] for node in pair), key=lambda w: -w.shape[-1])
    margin = (large.shape[-1] - small.shape[-1]) // 2
    whole = large + F.pad(small, [margin] * 4)
    x = torch.randn(1, len(large), 24, 24, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    conv = lambda w: F.conv2d(x, w.double(), padding=w.shape[-1] // 2, groups=len(w))
    assert torch.allclose(conv(whole), conv(large) + conv(small), atol=1e-6)
    merged.append(whole.flatten())

torch.cat(merged).numpy().astype("<f4").tofile(fixtures / "replknet_unmerged.merged.bin")
print([len(one) for one in merged])
