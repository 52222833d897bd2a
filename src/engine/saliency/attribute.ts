import { outputTitle } from '#shared/classNames.ts'
import type { SaliencyMethod, SaliencyResult } from '#shared/contract/index.ts'
import { givesProbabilities } from '#shared/outputScale.ts'
import { saliencyDefinitionOf, type Computation } from '#shared/saliencyMethods/index.ts'
import type { VariantPlan } from '../onnx/index.ts'
import type { Db } from '../workspace/index.ts'
import { byAttention, relevancePlan } from './byAttention.ts'
import { byFeatures, featurePlan } from './byFeatures.ts'
import { byGradients, gradientPlan } from './byGradients.ts'
import { byMasks, floatsPlan } from './byMasks.ts'
import { checkWanted, type ImageFile, type MapContext, type MapStream } from './context.ts'
import { checkTarget, type FoundMap, type MapWay, type SaliencyRequest } from './explained.ts'
import type { InspectedModel } from './inspectedModel.ts'
import { floatPart, mapKey } from './kept.ts'
import { definitionOf, magnitudes, signedSums } from './methods.ts'
import { probabilitiesOf, rangeOf, topClasses } from './picture.ts'

const ways: Record<Computation['by'], MapWay> = {
  gradients: byGradients,
  features: byFeatures,
  masks: byMasks,
  attention: byAttention,
}

/**
 * The variant graph that a method opens.
 *
 * @throws MODEL_UNSUPPORTED where the model has no feature map that the method could read
 */
export async function saliencyPlan(model: InspectedModel, method: SaliencyMethod): Promise<VariantPlan> {
  switch (saliencyDefinitionOf(method.method).computed.by) {
    case 'gradients':
      return gradientPlan(model)
    case 'features':
      return (await featurePlan(model, method)).plan
    case 'masks':
      return floatsPlan(model)
    case 'attention':
      return relevancePlan(model)
  }
}

/**
 * Computes a saliency map of an image for an output of the model: [H,W,3] where it is taken at the image, else [H,W,1].
 *
 * @throws MODEL_UNSUPPORTED where an operator has no gradient rule (the message names the operator and the node), or the
 *   model has not the feature map or the attention that the method reads
 * @throws USAGE where the target is not a class of the model, or is the true class and the model does not know it
 * @throws OUT_OF_MEMORY where not even one image fits in memory
 * @throws CANCELLED where `context.signal` is aborted
 */
export async function* saliency(
  context: MapContext,
  db: Db | null,
  model: InspectedModel,
  image: ImageFile,
  request: SaliencyRequest,
): MapStream<SaliencyResult> {
  const { method, target, of } = request
  checkTarget(target, model, image)
  const key = mapKey({
    map: 'saliency',
    version: 1,
    model: model.digest,
    preprocessing: model.preprocessing,
    labels: model.labels,
    image: image.digest,
    trueClass: image.trueClass,
    method,
    target,
    of,
    provider: context.settings.provider,
    ...(model.randomised ? { randomised: model.randomised } : {}),
  })
  const known = context.kept.find<SaliencyResult>(db, key, 'saliency')
  if (known) {
    yield { type: 'result', result: { ...known, milliseconds: 0 } }
    return
  }
  yield { type: 'progress', done: 0, total: 1, unit: 'gradients', note: `opening ${model.title}` }
  checkWanted(context)
  const started = performance.now()
  const way = ways[saliencyDefinitionOf(method.method).computed.by]
  const found = yield* way({ context, model, image, method, target, of })
  const result = resultOf(found, { key, model, image, request, milliseconds: performance.now() - started })
  const { values, channels, shown } = found
  const { height, width } = shown
  context.kept.put(db, key, {
    kind: 'saliency',
    result,
    parts: {
      channels: floatPart(values, [height, width, channels]),
      shown: { shape: [height, width, 3], bytes: shown.pixels },
    },
  })
  yield { type: 'result', result }
}

interface Asked {
  key: string
  model: InspectedModel
  image: ImageFile
  request: SaliencyRequest
  milliseconds: number
}

function resultOf(
  { values, channels, shown, outputs, index, completeness, layer, provider }: FoundMap,
  { key, model, image, request: { method, of }, milliseconds }: Asked,
): SaliencyResult {
  const titled = (at: number) => ({ index: at, label: outputTitle(model.labels, at) })
  return {
    key,
    size: [shown.height, shown.width],
    method,
    of,
    target: {
      ...titled(index),
      output: outputs[index] ?? NaN,
      probability: probabilitiesOf(outputs, model)[index] ?? NaN,
    },
    trueClass: image.trueClass === null ? null : titled(image.trueClass),
    top: topClasses(outputs, model),
    magnitude: rangeOf(magnitudes(values, channels)),
    signed: rangeOf(signedSums(values, channels)),
    completeness,
    layer,
    definitions: [definitionOf(method, of, givesProbabilities(model.inspection))],
    provider,
    milliseconds,
  }
}
