import { blockOutputs, inspect, possibleRewrites, type OnnxModel } from '#engine/onnx/index.ts'

/** What must be the same for a graph that was built from a checkpoint and for PyTorch's export of the same network. */
export function structureOf(model: OnnxModel) {
  const { family, blocks, macs } = inspect(model)
  const shown = blocks.map(
    ({ stage, adds, removable }) =>
      `${stage}${adds.length > 1 ? `x${adds.length}` : ''}${removable ? '' : '!'}`,
  )
  return {
    family,
    /** Stage of each block; x2: it has two additions, !: it cannot be removed. */
    blocks: shown.join(' '),
    macs,
    features: blockOutputs(model.graph).map(({ kind, layout }) => `${kind} ${layout}`),
    possible: possibleRewrites(model.graph).flatMap(({ rewrite, possible }) => (possible ? [rewrite] : [])),
  }
}
