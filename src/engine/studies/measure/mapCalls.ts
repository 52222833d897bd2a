import {
  classifierInterface,
  featureGradientOutput,
  featuresOutput,
  gradientOutput,
  labelsInput,
  relevanceOutput,
  weightInput,
  type VariantPlan,
} from '../../onnx/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { TensorCall } from './trialTensors.ts'

/** What the graphs of maps give besides the outputs of the network. */
const given: Partial<Record<VariantPlan['op'], string[]>> = {
  gradient: [gradientOutput],
  featureGradient: [featuresOutput, featureGradientOutput],
  relevance: [relevanceOutput],
}

/** A call of a graph that maps are computed with, where the gradient is that of the first logit. */
export function mapCall({ op }: VariantPlan, { inspection, classes }: StoredModel): TensorCall {
  const { output } = classifierInterface(inspection)
  const tensors = given[op]
  if (!tensors) return { outputs: [output] }
  return {
    outputs: [...tensors, output],
    feeds(places) {
      const data = new Float32Array(places * classes)
      for (let row = 0; row < places; row++) data[row * classes] = -1
      return [
        { name: labelsInput, data, shape: [places, classes] },
        { name: weightInput, data: Float32Array.of(0), shape: [1] },
      ]
    },
  }
}
