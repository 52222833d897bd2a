import { crossEntropyGradient } from '../differentiate/crossEntropy.ts'
import { featureGradient } from '../differentiate/featureGradient.ts'
import { receptiveField } from '../differentiate/receptiveField.ts'
import { relevance } from '../differentiate/relevance.ts'
import type { Graph } from '../graph.ts'
import { acceptFloats, acceptPixels, scaleFed, type Normalisation } from '../rewrite/acceptPixels.ts'
import { attentionReadings } from '../rewrite/attentionReadings.ts'
import type { BlockAdds } from '../rewrite/branches.ts'
import { floatInterface } from '../rewrite/floatInterface.ts'
import { probe, type Tap } from '../rewrite/probe.ts'
import { gate } from '../rewrite/gate.ts'
import { maskKernel, type KernelWindow } from '../rewrite/maskKernel.ts'
import {
  attentionMaps,
  noAttentionHint,
  noAttentionReason,
  type AttentionMap,
} from '../structure/attention.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { blockOutputs, noFeaturesReason, type FeaturePoint } from '../structure/features.ts'
import { mappedPoints } from '../structure/mappedFeatures.ts'
import { closeSides } from '../rewrite/closeSides.ts'

/**
 * A rewrite as plain data, so that it can be sent to another thread. The rewritten graph takes pixels [N,H,W,3]: uint8 for
 * `pixels` and for plans with `pixels: 'uint8'`, else float32 in [0,1].
 */
export type VariantPlan =
  /** The network as it is, which takes what the file takes; float32 where that is float16. */
  | { op: 'itself' }
  /** `acceptPixels`. */
  | { op: 'pixels'; normalisation: Normalisation }
  /** `acceptFloats`. */
  | { op: 'floats'; normalisation: Normalisation }
  /** `gate` of the blocks, those in `cut` without their branches. */
  | {
      op: 'gate'
      normalisation: Normalisation
      blocks: readonly BlockAdds[]
      cut?: readonly number[]
      projections?: boolean
      pixels?: 'uint8'
    }
  /** `maskKernel`. */
  | { op: 'maskKernel'; normalisation: Normalisation; windows: readonly KernelWindow[]; pixels?: 'uint8' }
  /** `probe`. */
  | { op: 'probe'; normalisation: Normalisation; taps: readonly Tap[] }
  /** `crossEntropyGradient`, of images of the size that is given. */
  | { op: 'gradient'; normalisation: Normalisation }
  /** `crossEntropyGradient`, `scaleFed`. */
  | { op: 'attack'; normalisation: Normalisation }
  /** `attentionReadings` of all attention maps. */
  | { op: 'attention'; normalisation: Normalisation }
  /** `receptiveField` of the feature point of an index, for the normalised image. */
  | { op: 'receptiveField'; normalisation: Normalisation; point: number }
  /** `featureGradient` of the point of an index among `mappedPoints`. */
  | { op: 'featureGradient'; normalisation: Normalisation; point: number }
  /** `relevance` of all attention maps. */
  | { op: 'relevance'; normalisation: Normalisation }

/** Whether a plan runs the network as the file has it. Others change its working form (`workingModel`). */
export const runsAsItIs = ({ op }: VariantPlan): boolean =>
  op === 'itself' || op === 'pixels' || op === 'floats'

/**
 * Applies a plan to a graph.
 *
 * @throws MODEL_UNSUPPORTED where the graph does not allow it; the message gives the reason
 */
export function planned(graph: Graph, plan: VariantPlan): Graph {
  if (plan.op === 'itself') return floatInterface(graph)
  const floats = acceptFloats(graph, plan.normalisation)
  const { size } = plan.normalisation
  const sized = () => (size ? acceptFloats(closeSides(graph, size), plan.normalisation) : floats)
  const asked = () =>
    'pixels' in plan && plan.pixels === 'uint8' ? acceptPixels(graph, plan.normalisation) : floats
  switch (plan.op) {
    case 'pixels':
      return acceptPixels(graph, plan.normalisation)
    case 'gate':
      return gate(asked(), plan.blocks, plan.cut, plan.projections)
    case 'maskKernel':
      return maskKernel(asked(), plan.windows)
    case 'probe':
      return probe(floats, plan.taps)
    case 'floats':
      return floats
    case 'gradient':
      return crossEntropyGradient(sized())
    case 'attack':
      return scaleFed(crossEntropyGradient(sized()))
    case 'attention':
      return attentionReadings(floats, attentionOf(floats))
    case 'relevance':
      return relevance(sized(), attentionOf(sized()))
    case 'receptiveField': {
      const taken = sized()
      const point = pointOf(blockOutputs(taken), plan.point)
      return receptiveField(taken, point, { channels: plan.normalisation.std })
    }
    case 'featureGradient': {
      const taken = sized()
      return featureGradient(taken, pointOf(mappedPoints(taken), plan.point))
    }
  }
}

/** @throws MODEL_UNSUPPORTED where a graph has no attention maps; the message says why */
function attentionOf(graph: Graph): AttentionMap[] {
  const maps = attentionMaps(graph)
  if (maps.length > 0) return maps
  const reason = noAttentionReason(graph) ?? 'no attention maps found'
  throw new KernelscopeError('MODEL_UNSUPPORTED', reason, { hint: noAttentionHint })
}

/** @throws MODEL_UNSUPPORTED where there is no feature point of that index */
function pointOf(points: readonly FeaturePoint[], index: number): FeaturePoint {
  const point = points[index]
  if (point) return point
  throw new KernelscopeError(
    'MODEL_UNSUPPORTED',
    points.length === 0 ? noFeaturesReason : `there is no feature point ${index}`,
  )
}
