import { KernelscopeError } from '#shared/errors.ts'
import { enlarged } from '#shared/maths/featureMaps.ts'
import { fileOfModel } from '../models/index.ts'
import { noAttentionHint, onGraphThread, relevanceOutput, type VariantPlan } from '../onnx/index.ts'
import { checkWanted } from './context.ts'
import { differentiated, feedsOf, indexOf, outputsOf, type MapWay } from './explained.ts'
import type { InspectedModel } from './inspectedModel.ts'
import { opened } from './opening.ts'
import { loadInputImage } from './picture.ts'

/** The variant graph that gives the relevance of tokens. */
export const relevancePlan = ({ preprocessing }: InspectedModel): VariantPlan => ({
  op: 'relevance',
  normalisation: preprocessing,
})

/** The relevance of the patches of a transformer, enlarged to [H,W,1]. */
export const byAttention: MapWay = async function* ({ context, model, image, target, of }) {
  const { maps, reason } = await onGraphThread({ kind: 'attention', ...fileOfModel(model) })
  const [first] = maps
  if (!first)
    throw new KernelscopeError('MODEL_UNSUPPORTED', `${model.title}: ${reason}`, { hint: noAttentionHint })
  const inUse = yield* opened(context, model, relevancePlan(model), { total: 1, unit: 'gradients' })
  try {
    const shown = await loadInputImage(context, model, image)
    const outputs = await outputsOf(inUse, model, shown)
    const index = indexOf(target, image, outputs)
    yield {
      type: 'progress',
      done: 0,
      total: 1,
      unit: 'gradients',
      note: `${model.title} on ${inUse.provider}`,
    }
    checkWanted(context)
    const feeds = feedsOf(model, shown, differentiated(model, index, of))
    const [found] = (await inUse.session.run(feeds, [relevanceOutput])).outputs
    const patches = (found?.data ?? new Float32Array()).slice(first.extraTokens, first.tokens)
    return {
      values: enlarged(patches, first.grid, [shown.height, shown.width]),
      ...{ channels: 1, shown, outputs, index, completeness: null, provider: inUse.provider },
      layer: null,
    }
  } finally {
    inUse.end()
  }
}
