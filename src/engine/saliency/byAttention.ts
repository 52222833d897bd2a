import { KernelscopeError } from '#shared/errors.ts'
import { fileOfModel } from '../models/index.ts'
import { noAttentionHint, onGraphThread, relevanceOutput, type VariantPlan } from '../onnx/index.ts'
import type { MapWay } from './explained.ts'
import type { InspectedModel } from './inspectedModel.ts'
import { oneGradient } from './oneGradient.ts'

/** The variant graph that gives the relevance of tokens. */
export const relevancePlan = ({ preprocessing }: InspectedModel): VariantPlan => ({
  op: 'relevance',
  normalisation: preprocessing,
})

/** The relevance of the patches of a transformer, enlarged to [H,W,1]. */
export const byAttention: MapWay = async function* (input) {
  const { model } = input
  const { maps, reason } = await onGraphThread({ kind: 'attention', ...fileOfModel(model) })
  const [first] = maps
  if (!first)
    throw new KernelscopeError('MODEL_UNSUPPORTED', `${model.title}: ${reason}`, { hint: noAttentionHint })
  const { extraTokens, tokens, grid } = first
  return yield* oneGradient(input, relevancePlan(model), [relevanceOutput], ([found]) => ({
    values: (found?.data ?? new Float32Array()).slice(extraTokens, tokens),
    grid,
    layer: null,
  }))
}
