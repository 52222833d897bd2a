import { crossEntropyGradient } from '../differentiate/crossEntropy.ts'
import { receptiveField } from '../differentiate/receptiveField.ts'
import type { Graph } from '../graph.ts'
import { acceptFloats, acceptPixels, scaleFed, type Normalisation } from '../rewrite/acceptPixels.ts'
import { attentionReadings } from '../rewrite/attentionReadings.ts'
import type { BlockAdds } from '../rewrite/branches.ts'
import { floatInterface } from '../rewrite/floatInterface.ts'
import { probe, type Tap } from '../rewrite/probe.ts'
import { gate } from '../rewrite/gate.ts'
import { maskKernel, type KernelWindow } from '../rewrite/maskKernel.ts'
import { attentionMaps, noAttentionHint, noAttentionReason } from '../structure/attention.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { blockOutputs, noFeaturesReason } from '../structure/features.ts'
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
    case 'attention': {
      const maps = attentionMaps(floats)
      if (maps.length === 0)
        throw new KernelscopeError(
          'MODEL_UNSUPPORTED',
          noAttentionReason(floats) ?? 'no attention maps found',
          {
            hint: noAttentionHint,
          },
        )
      return attentionReadings(floats, maps)
    }
    case 'receptiveField': {
      const taken = sized()
      const points = blockOutputs(taken)
      const point = points[plan.point]
      if (!point)
        throw new KernelscopeError(
          'MODEL_UNSUPPORTED',
          points.length === 0 ? noFeaturesReason : `there is no feature point ${plan.point}`,
        )
      return receptiveField(taken, point, { channels: plan.normalisation.std })
    }
  }
}
