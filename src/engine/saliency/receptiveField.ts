import type { ReceptiveFieldResult } from '#shared/contract/index.ts'
import { fromErrorShape, KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { contributionAreas } from '#shared/maths/receptiveField.ts'
import { contributionOutput, onGraphThread, pixelsInput } from '../onnx/index.ts'
import type { Db } from '../workspace/index.ts'
import { floatPart, mapKey } from './kept.ts'
import { gradientCalls, loadBatch } from './batch.ts'
import { rangeOf } from './picture.ts'
import { checkWanted, type ImageFile, type MapContext, type MapStream } from './context.ts'
import { type InspectedModel } from './inspectedModel.ts'
import { opened } from './opening.ts'
import { fileOfModel } from '../models/index.ts'

const definitions: ReceptiveFieldResult['definitions'] = [
  {
    name: 'contribution',
    formula:
      'mean over images of Σ_channels max(0, ∂ Σ_c relu(f_c at the centre) / ∂ x), x the normalised image',
    source: 'RepLKNet visualize_erf.py',
  },
  {
    name: 'high-contribution area',
    formula:
      'smallest centred square with at least a share t of the contributions, over the area of the image',
    source: 'Ding et al. 2022, section 5',
  },
  {
    name: 'as published',
    formula: 'the same of log10(x + 1), squares of 3 px or more; depends on the scale of the gradient',
    source: 'RepLKNet analyze_erf.py',
  },
]

/**
 * Computes the effective receptive field [H,W]: the contribution of each pixel of the image to the centre of a feature
 * map, averaged over images. Images that cannot be read, or whose gradient is not finite, are left out and counted as
 * failed.
 *
 * @param point index of a point of `maps.featurePoints`; the last without it
 * @throws MODEL_UNSUPPORTED where the model has no feature map, or an operator has no gradient rule
 * @throws USAGE where there is no such feature point
 * @throws DATASET_EMPTY where no image gave a receptive field
 * @throws OUT_OF_MEMORY where no image gave one and memory ran out
 * @throws CANCELLED where `context.signal` is aborted
 */
export async function* receptiveField(
  context: MapContext,
  db: Db | null,
  model: InspectedModel,
  images: readonly ImageFile[],
  point: number | undefined,
): MapStream<ReceptiveFieldResult> {
  const { points, reason } = await onGraphThread({
    kind: 'features',
    ...fileOfModel(model),
  })
  const chosen = points.at(point ?? -1)
  if (!chosen)
    throw new KernelscopeError(
      points.length === 0 ? 'MODEL_UNSUPPORTED' : 'USAGE',
      `${model.title}: ${reason ?? `there are feature points 0 to ${points.length - 1}`}`,
    )
  const key = mapKey({
    map: 'receptiveField',
    version: 1,
    model: model.digest,
    preprocessing: model.preprocessing,
    images: images.map(({ digest }) => digest),
    point: chosen.index,
    provider: context.settings.provider,
  })
  const known = context.kept.find<ReceptiveFieldResult>(db, key, 'receptiveField')
  if (known) {
    yield { type: 'result', result: { ...known, milliseconds: 0 } }
    return
  }
  yield { type: 'progress', done: 0, total: images.length, unit: 'images', note: `opening ${model.title}` }
  checkWanted(context)
  const started = performance.now()
  const plan = { op: 'receptiveField', normalisation: model.preprocessing, point: chosen.index } as const
  const inUse = yield* opened(context, model, plan, { total: images.length, unit: 'images' })
  try {
    const [height, width] = model.preprocessing.size
    const sum = new Float64Array(height * width)
    let counted = 0
    /** Memory ran out for an image; it may suffice next time. */
    let lacking: ErrorShape | null = null
    yield* gradientCalls(context, model, images, `${model.title} on ${inUse.provider}`, {
      async call(part, batch) {
        const { floats, problems } = await loadBatch(context, model, part, batch)
        const { outputs } = await inUse.session.run(
          [{ name: pixelsInput, data: floats, shape: [batch, height, width, 3] }],
          [contributionOutput],
        )
        const contributions = outputs[0]?.data ?? new Float32Array()
        for (const [row, problem] of problems.entries())
          if (
            problem === null &&
            added(sum, contributions.subarray(row * sum.length, (row + 1) * sum.length))
          )
            counted++
      },
      giveUp: (_, problem) => void (lacking ??= problem),
    })
    if (counted === 0 && lacking) throw fromErrorShape(lacking)
    if (counted === 0)
      throw new KernelscopeError('DATASET_EMPTY', `none of ${images.length} images gave a receptive field`)
    const map = Float32Array.from(sum, (value) => value / counted)
    const result: ReceptiveFieldResult = {
      key,
      size: [height, width],
      point: chosen,
      images: counted,
      failed: images.length - counted,
      contribution: rangeOf(map),
      areas: (['contribution', 'published'] as const).flatMap((definition) =>
        contributionAreas(map, [height, width], { definition }).map((area) => ({ definition, ...area })),
      ),
      definitions,
      provider: inUse.provider,
      milliseconds: performance.now() - started,
    }
    // A result that lacks images because memory ran out is not stored in the database.
    context.kept.put(lacking ? null : db, key, {
      kind: 'receptiveField',
      result,
      parts: { contribution: floatPart(map, [height, width]) },
    })
    yield { type: 'result', result }
  } finally {
    inUse.end()
  }
}

/** Adds the contributions [H,W] of one image to the sum. Adds nothing and gives false where one is not finite. */
function added(sum: Float64Array, contributions: Float32Array): boolean {
  if (!contributions.every(Number.isFinite)) return false
  for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] ?? 0) + (contributions[at] ?? 0)
  return true
}
