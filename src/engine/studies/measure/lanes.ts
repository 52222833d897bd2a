import type { Convolution } from '#shared/contract/index.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { pixelType } from '#shared/transforms/index.ts'
import { asItIs, type GraphPlan, type StoredModel } from '../../models/index.ts'
import type { Feed } from '../../inference/index.ts'
import type { KernelWindow } from '../../onnx/index.ts'
import type { LesionTimes } from '../kinds/lesion/cost.ts'
import { lesionLanes } from '../kinds/lesion/lanes.ts'
import type { PlannedCondition, StoredCondition } from '../../facts/index.ts'

/** Conditions that one session can serve. */
export interface Lane {
  plan: GraphPlan
  conditions: StoredCondition[]
  /** Said in the job's note. */
  note: string
  /** Where inputs differ from condition to condition, a call holds rows of one condition only. */
  feedsOf: ((condition: StoredCondition) => Feed[]) | null
}

/** The model as it is, on images that 8 bit cannot hold. */
export const onFloats: GraphPlan = { name: 'floats', floats: true }

const isFloat = ({ parts }: StoredCondition): boolean =>
  parts.some(({ transform }) => transform.op !== 'attack' && pixelType(transform) === 'float32')

const rewriteOf = ({ condition }: PlannedCondition): Rewrite => condition.rewrite ?? { op: 'none' }

export const isLesion = (condition: PlannedCondition): boolean => rewriteOf(condition).op === 'lesion'

/**
 * Sorts conditions into as few sessions as are worth it; the model as it is comes first. `images` and `times` decide
 * how blocks are removed.
 */
export function lanesOf(
  model: StoredModel,
  conditions: StoredCondition[],
  images: number,
  times: LesionTimes | null,
): Lane[] {
  const unchanged = conditions.filter((condition) => rewriteOf(condition).op === 'none')
  const [plain, floats] = [unchanged.filter((one) => !isFloat(one)), unchanged.filter(isFloat)]
  const lesions = conditions.filter(isLesion)
  const masked = conditions.filter((condition) => rewriteOf(condition).op === 'maskKernel')
  return [
    ...(plain.length > 0 ? [{ plan: asItIs, conditions: plain, note: '', feedsOf: null }] : []),
    ...(floats.length > 0
      ? [{ plan: onFloats, conditions: floats, note: 'float images', feedsOf: null }]
      : []),
    ...(lesions.length > 0 ? lesionLanes(model, lesions, images, times) : []),
    ...maskLanes(model, masked),
  ]
}

type Kernel = Pick<Convolution, 'depthwise' | 'kernel' | 'weight'>

const isDepthwise = ({ depthwise }: Kernel): boolean => depthwise

/** A kernel with an even side has no central value, so an odd window cannot lie in its middle. */
const isEven = ({ kernel: [height, width] }: Kernel): boolean => height % 2 === 0 || width % 2 === 0

/** Depthwise kernels that are never masked, since they have no centre. */
export const centreless = <K extends Kernel>(convolutions: readonly K[]): K[] =>
  convolutions.filter(isDepthwise).filter(isEven)

/** Depthwise kernels that a size x size window cuts, on one side at least: strips too. */
export const maskWindows = (convolutions: readonly Kernel[], size: number): KernelWindow[] =>
  convolutions
    .filter((one) => isDepthwise(one) && !isEven(one) && Math.max(...one.kernel) > size)
    .map(({ weight }) => ({ weight, window: size }))

function maskLanes(model: StoredModel, conditions: StoredCondition[]): Lane[] {
  return conditions.map((condition) => {
    const rewrite = rewriteOf(condition)
    const size = rewrite.op === 'maskKernel' ? rewrite.size : 0
    const windows = maskWindows(model.inspection.convolutions, size)
    return {
      plan: { name: `mask-${size}`, change: { op: 'maskKernel', windows } },
      conditions: [condition],
      note: `kernels masked to ${size}x${size}`,
      feedsOf: null,
    }
  })
}
