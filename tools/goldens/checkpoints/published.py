"""How torchvision's published weights are shown images, by the names of their files, into tests/engine/checkpoints/fixtures/published.json.

Run with Debian's torchvision 0.21: /usr/bin/python3 tools/goldens/checkpoints/published.py
"""
import json
from pathlib import Path

from torchvision import models

# Families that are not built from checkpoints.
others = ("alexnet", "googlenet", "inception", "maxvit", "mnasnet", "shufflenet", "squeezenet", "swin_v2", "efficientnet_v2")
table = {}
for name in models.list_models(module=models):
    if name.startswith(others):
        continue
    for weights in models.get_model_weights(name):
        preset = weights.transforms()
        stem = weights.url.rsplit("/", 1)[1].removesuffix(".pth")
        # Features of VGG for a detector, with other statistics.
        if stem.startswith("vgg16_features"):
            continue
        table[stem] = [preset.crop_size[0], preset.resize_size[0], preset.interpolation.value, preset.mean, preset.std]
target = Path(__file__).parents[3] / "tests/engine/checkpoints/fixtures/published.json"
target.write_text(json.dumps(table, sort_keys=True) + "\n")
