/**
 * "stages.2.blocks.7.large_kernel.lkb_reparam.weight" → "stages.2.blocks.7.large_kernel": the part that distinguishes
 * layers.
 */
export function layerName(weight: string): string {
  return weight
    .replace(/\.(weight|kernel)$/, '')
    .replace(/\.(lkb_reparam|lkb_origin|conv|dwconv|depthwise)$/, '')
}
