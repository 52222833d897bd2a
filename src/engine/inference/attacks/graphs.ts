import { gradientOutput, labelsInput, scaleInput, weightInput } from '../gradientNames.ts'
import { createSession, floatsOf, floatTensor } from '../ort.ts'
import type { OpenAttackRequest } from '../protocol.ts'

/** Labels [batch, classes] and weight that decide what is differentiated; see gradientNames. */
export interface Differentiated {
  labels: Float32Array
  weight: number
}

/** Outputs [batch, classes], and the gradient with respect to the images in [0,1], [batch, height, width, 3]. */
export interface Scored {
  outputs: Float32Array
  gradient: Float32Array
}

/** The two open graphs of an attack. */
export interface AttackGraphs {
  /** Outputs and gradient at 8-bit images, normalised as the model's own graph normalises them. */
  ofLevels(levels: Uint8Array, of: Differentiated): Promise<Scored>
  /** Outputs and gradient at float images in [0,1]. */
  ofFloats(x: Float32Array, of: Differentiated): Promise<Scored>
  /** Outputs [batch, classes] for float images in [0,1], without a gradient. */
  outputs(x: Float32Array): Promise<Float32Array>
  release(): Promise<void>
}

/** Opens the graphs of an attack. */
export async function openAttackGraphs(request: OpenAttackRequest): Promise<AttackGraphs> {
  const gradients = await createSession(request.gradientPath, request)
  const forward = await createSession(request.path, request)
  const { height, width, classes, input, output } = request
  const values = height * width * 3
  const shapeOf = ({ length }: Float32Array) => [length / values, height, width, 3]
  const scored = async (
    x: Float32Array,
    scale: readonly number[],
    { labels, weight }: Differentiated,
  ): Promise<Scored> => {
    const shape = shapeOf(x)
    const [n = 0] = shape
    const feeds = {
      [input]: floatTensor(x, shape),
      [scaleInput]: floatTensor(Float32Array.from(scale), [3, 1, 1]),
      [labelsInput]: floatTensor(labels, [n, classes]),
      [weightInput]: floatTensor(Float32Array.of(weight), [1]),
    }
    const results = await gradients.run(feeds, [output, gradientOutput])
    return {
      outputs: floatsOf(results[output], output, n * classes),
      gradient: floatsOf(results[gradientOutput], gradientOutput, x.length),
    }
  }
  return {
    ofLevels: (levels, of) => scored(Float32Array.from(levels), request.scaleOfLevels, of),
    ofFloats: (x, of) => scored(x, request.scale, of),
    async outputs(x) {
      const shape = shapeOf(x)
      const [n = 0] = shape
      const results = await forward.run({ [input]: floatTensor(x, shape) }, [output])
      return floatsOf(results[output], output, n * classes)
    },
    async release() {
      await gradients.release()
      await forward.release()
    },
  }
}
