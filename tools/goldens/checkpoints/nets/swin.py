"""Swin Transformers a few channels wide, by torchvision's class, under the names of torchvision, the authors
(microsoft/Swin-Transformer models/swin_transformer.py), timm (timm/models/swin_transformer.py) and Hugging Face (transformers
modeling_swin.py)."""
from torchvision import models
from torchvision.models.swin_transformer import SwinTransformer

from golden import CLASSES, Golden, renamed


def small(window=2, depths=(2, 2, 1, 2)):
    return lambda: SwinTransformer(
        [4, 4], 8, list(depths), [1, 2, 2, 4], [window, window], num_classes=CLASSES, stochastic_depth_prob=0.0,
    )


def naming(ends, block, parts, down):
    """Names of the stem, last norm and head; of a block and its parts; and of what follows a stage."""
    rules = [
        rule
        for stage in range(4)
        for rule in (
            *[
                (rf"^features\.{2 * stage + 1}\.(\d+)\.{part}", [block.format(stage) + one for one in name] if isinstance(name, list) else block.format(stage) + name)
                for part, name in parts
            ],
            (rf"^features\.{2 * stage + 2}\.", down(stage)),
        )
    ]
    return renamed((r"^features\.0\.0\.", ends[0]), (r"^features\.0\.2\.", ends[1]), *rules, (r"^norm\.", ends[2]), (r"^head\.", ends[3]))


PARTS = [(r"mlp\.0\.", "mlp.fc1."), (r"mlp\.3\.", "mlp.fc2."), ("", "")]
AUTHORS = naming(
    ["patch_embed.proj.", "patch_embed.norm.", "norm.", "head."], r"layers.{}.blocks.\1.", PARTS,
    lambda stage: f"layers.{stage}.downsample.",
)
TIMM = naming(
    ["patch_embed.proj.", "patch_embed.norm.", "norm.", "head.fc."], r"layers.{}.blocks.\1.", PARTS,
    lambda stage: f"layers.{stage + 1}.downsample.",
)
HUGGING_FACE = naming(
    ["swin.embeddings.patch_embeddings.projection.", "swin.embeddings.norm.", "swin.layernorm.", "classifier."],
    r"swin.encoder.layers.{}.blocks.\1.",
    [
        (r"attn\.qkv\.", ["attention.self.query.", "attention.self.key.", "attention.self.value."]),
        (r"attn\.proj\.", "attention.output.dense."),
        (r"attn\.", "attention.self."),
        (r"norm1\.", "layernorm_before."),
        (r"norm2\.", "layernorm_after."),
        (r"mlp\.0\.", "intermediate.dense."),
        (r"mlp\.3\.", "output.dense."),
    ],
    lambda stage: f"swin.encoder.layers.{stage}.downsample.",
)

# What the authors store besides, which follows from the window.
BUFFERS = {"layers.0.blocks.1.attn_mask": [64, 4, 4], "layers.0.blocks.0.attn.relative_position_index": [4, 4]}

GOLDENS = {
    "torchvision": Golden(small(), side=64),
    "odd_windows": Golden(small(3, (1, 2, 1, 1)), side=96),
    "authors": Golden(small(), side=64, stored=AUTHORS, extra=BUFFERS),
    "timm": Golden(small(), side=64, stored=TIMM),
    "hugging_face": Golden(small(), side=64, stored=HUGGING_FACE),
}

SIZES = {
    "Swin-T": models.swin_t,
    "Swin-S": models.swin_s,
    "Swin-B": models.swin_b,
    "Swin-L": lambda: SwinTransformer([4, 4], 192, [2, 2, 18, 2], [6, 12, 24, 48], [7, 7]),
}
