import { enlarged } from '#shared/maths/featureMaps.ts'
import type { VariantPlan } from '../onnx/index.ts'
import type { Answers } from '../inference/index.ts'
import { checkWanted, type Progress } from './context.ts'
import { differentiated, feedsOf, indexOf, outputsOf, type FoundMap, type MapInput } from './explained.ts'
import { opened } from './opening.ts'
import { loadInputImage } from './picture.ts'

/** What is read from the tensors that come with a gradient: a value for each place of a grid. */
interface Read {
  values: ArrayLike<number>
  /** Rows and columns. */
  grid: readonly [number, number]
  layer: string | null
}

/** Computes a map from one pass forward and backward of a variant graph, enlarged to [H,W,1]. */
export async function* oneGradient(
  { context, model, image, target, of }: MapInput,
  plan: VariantPlan,
  outputs: string[],
  read: (tensors: Answers['tensors']['outputs']) => Read,
): AsyncGenerator<Progress, FoundMap, undefined> {
  const inUse = yield* opened(context, model, plan, { total: 1, unit: 'gradients' })
  try {
    const shown = await loadInputImage(context, model, image)
    const classes = await outputsOf(inUse, model, shown)
    const index = indexOf(target, image, classes)
    yield {
      type: 'progress',
      done: 0,
      total: 1,
      unit: 'gradients',
      note: `${model.title} on ${inUse.provider}`,
    }
    checkWanted(context)
    const feeds = feedsOf(model, shown, differentiated(model, index, of))
    const { values, grid, layer } = read((await inUse.session.run(feeds, outputs)).outputs)
    return {
      values: enlarged(values, grid, [shown.height, shown.width]),
      ...{ channels: 1, shown, outputs: classes, index, completeness: null, provider: inUse.provider },
      layer,
    }
  } finally {
    inUse.end()
  }
}
