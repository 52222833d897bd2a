import type { TensorSession } from '../inference/index.ts'
import { gradientOutput, labelsInput, pixelsInput, weightInput } from '../onnx/index.ts'
import type { GradientOf } from './methods.ts'

export interface Explained {
  /** Index of the class whose logit is explained. */
  classIndex: number
  classes: number
  height: number
  width: number
}

/**
 * Gradient of one logit, by a session of `crossEntropyGradient(acceptFloats(graph))`: with weight 0 and labels of minus
 * one its cotangent is the one-hot vector of the class.
 */
export function logitGradient(
  session: Pick<TensorSession, 'run'>,
  { classIndex, classes, height, width }: Explained,
): GradientOf {
  return async (images, count) => {
    const labels = new Float32Array(count * classes)
    for (let row = 0; row < count; row++) labels[row * classes + classIndex] = -1
    const { outputs } = await session.run(
      [
        { name: pixelsInput, data: images, shape: [count, height, width, 3] },
        { name: labelsInput, data: labels, shape: [count, classes] },
        { name: weightInput, data: new Float32Array(1), shape: [1] },
      ],
      [gradientOutput],
    )
    const [gradient] = outputs
    if (!gradient) throw new RangeError(`output ${gradientOutput}: the session gave none`)
    return gradient.data
  }
}
