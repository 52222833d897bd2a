import type { Graph } from '../graph.ts'
import { GraphBuilder } from '../rewrite/build.ts'
import type { FeaturePoint } from '../structure/features.ts'
import { crossEntropyGradient } from './crossEntropy.ts'
import { innerGradientOutput } from './differentiate.ts'

/** Names of the outputs of `featureGradient` besides the logits. */
export const featuresOutput = 'features'
export const featureGradientOutput = 'features-gradient'

/**
 * Adds a feature map as an output, and the gradient to it of what labels and weight choose, as in `crossEntropyGradient`.
 * Both have the shape of the feature map.
 *
 * @throws MODEL_UNSUPPORTED where an operator behind the feature map has no gradient rule, or the output does not depend on it
 */
export function featureGradient(graph: Graph, { tensor }: Pick<FeaturePoint, 'tensor'>): Graph {
  const backward = crossEntropyGradient(graph, [tensor])
  const build = new GraphBuilder(backward, 'features')
  build.node('Identity', [tensor], {}, featuresOutput)
  build.node('Identity', [innerGradientOutput(0)], {}, featureGradientOutput)
  const given = [featuresOutput, featureGradientOutput].map((name) => ({
    name,
    type: 'float32' as const,
    shape: null,
  }))
  return build.finish({ outputs: [...backward.outputs.slice(0, 1), ...given] })
}
