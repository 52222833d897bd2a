"""timm's names for torchvision's networks of inverted residual blocks (timm/models/_efficientnet_blocks.py)."""


def block_parts(expands, squeezed):
    """Names of a block's layers in their order, each with its norm, or the two layers of squeeze and excitation."""
    return (
        ([("conv_pw", "bn1")] if expands else [])
        + [("conv_dw", "bn2" if expands else "bn1")]
        + ([("se.conv_reduce", "se.conv_expand")] if squeezed else [])
        + [("conv_pwl", "bn3") if expands else ("conv_pw", "bn2")]
    )


def stage_and_index(flat, depths):
    """Of the block that is at `flat` in one list of all."""
    for stage, depth in enumerate(depths):
        if flat < depth:
            return stage, flat
        flat -= depth
    raise ValueError(flat)
