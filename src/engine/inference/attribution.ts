import type { InferenceSession } from 'onnxruntime-node'
import { KernelscopeError } from '#shared/errors.ts'
import { weightedGradients, type GradientOf, type GradientPoints } from '#shared/maths/gradientPoints.ts'
import { saliencyDefinitionOf } from '#shared/saliencyMethods/index.ts'
import { gradientOutput, labelsInput, pixelsInput, weightInput } from './gradientNames.ts'
import { floatsOf, floatTensor } from './ort.ts'
import type { Answers, AttributionPart } from './protocol.ts'

/** Computes the gradients of a part and gives their weighted sum [height, width, 3]. */
export async function attributionPart(
  session: InferenceSession,
  part: AttributionPart,
): Promise<Answers['attribution']> {
  const started = performance.now()
  const { first, count, batch } = part
  const sum = await weightedGradients(pointsOf(part), gradients(session, part), {
    first,
    count,
    together: batch,
  })
  return { sum, milliseconds: performance.now() - started }
}

/**
 * The points at which a method takes gradients.
 *
 * @throws INTERNAL where the method takes none at points
 */
export function pointsOf({ method, ...image }: Omit<AttributionPart, 'labels'>): GradientPoints {
  const { computed } = saliencyDefinitionOf(method.method)
  if (computed.by === 'gradients') return computed.points(method, image)
  throw new KernelscopeError('INTERNAL', `${method.method} takes no gradients at points`)
}

function gradients(
  session: InferenceSession,
  { height, width, labels, weight, batch }: AttributionPart,
): GradientOf {
  const allLabels = new Float32Array(batch * labels.length)
  for (let row = 0; row < batch; row++) allLabels.set(labels, row * labels.length)
  const size = height * width * 3
  return async (points, count) => {
    const padded = count === batch ? points : new Float32Array(batch * size)
    if (padded !== points) padded.set(points)
    const results = await session.run(
      {
        [pixelsInput]: floatTensor(padded, [batch, height, width, 3]),
        [labelsInput]: floatTensor(allLabels, [batch, labels.length]),
        [weightInput]: floatTensor(Float32Array.of(weight), [1]),
      },
      [gradientOutput],
    )
    return floatsOf(results[gradientOutput], gradientOutput, batch * size)
  }
}
