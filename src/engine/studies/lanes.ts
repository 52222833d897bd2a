import type { Rewrite } from '#shared/rewrites.ts'
import { pixelType } from '#shared/transforms/index.ts'
import { asItIs, type GraphPlan, type StoredModel } from '../models/index.ts'
import { bypass, gate, gatesInput, maskKernel } from '../onnx/index.ts'
import type { Feed } from '../inference/index.ts'
import type { StoredCondition } from './conditions.ts'

/** Conditions that one session can serve. */
export interface Lane {
  plan: GraphPlan
  conditions: StoredCondition[]
  /** Said in the job's note. */
  note: string
  /** Where inputs differ from condition to condition, a call holds rows of one condition only. */
  feedsOf: ((condition: StoredCondition) => Feed[]) | null
}

/** What a choice between gate and bypass rests on. */
export interface LaneCosts {
  images: number
  /** Of the model as it is; null before it was measured. */
  secondsPerImage: number | null
  /** To open one more session. */
  secondsPerSession: number
}

/** The model as it is, on images that 8 bit cannot hold. */
const onFloats: GraphPlan = { name: 'floats', floats: true, rewrite: (graph) => graph }

const isFloat = ({ parts }: StoredCondition): boolean =>
  parts.some(({ transform }) => transform.op !== 'attack' && pixelType(transform) === 'float32')

const rewriteOf = ({ condition }: StoredCondition): Rewrite => condition.rewrite ?? { op: 'none' }

/** Sorts conditions into as few sessions as are worth it; the model as it is comes first. */
export function lanesOf(model: StoredModel, conditions: StoredCondition[], costs: LaneCosts): Lane[] {
  const unchanged = conditions.filter((condition) => rewriteOf(condition).op === 'none')
  const [plain, floats] = [unchanged.filter((one) => !isFloat(one)), unchanged.filter(isFloat)]
  const lesions = conditions.filter((condition) => rewriteOf(condition).op === 'lesion')
  const masked = conditions.filter((condition) => rewriteOf(condition).op === 'maskKernel')
  return [
    ...(plain.length > 0 ? [{ plan: asItIs, conditions: plain, note: '', feedsOf: null }] : []),
    ...(floats.length > 0
      ? [{ plan: onFloats, conditions: floats, note: 'float images', feedsOf: null }]
      : []),
    ...(lesions.length > 0 ? lesionLanes(model, lesions, costs) : []),
    ...maskLanes(model, masked),
  ]
}

function blocksOf(condition: StoredCondition): number[] {
  const rewrite = rewriteOf(condition)
  return rewrite.op === 'lesion' ? rewrite.blocks : []
}

/**
 * One gated session computes every block whatever the gates say; a session per subset computes less but has to be
 * opened. Seconds of both are estimated from the parameters cut out, and the cheaper one is taken.
 */
function lesionLanes(
  model: StoredModel,
  conditions: StoredCondition[],
  { images, secondsPerImage, secondsPerSession }: LaneCosts,
): Lane[] {
  const { blocks } = model.inspection
  const share = (condition: StoredCondition) =>
    blocksOf(condition).reduce((sum, index) => sum + (blocks[index]?.parameters ?? 0), 0) /
    Math.max(1, model.parameters)
  const perImage = secondsPerImage ?? 0
  const gated = secondsPerSession + conditions.length * images * perImage
  const cut = conditions.reduce(
    (sum, condition) => sum + secondsPerSession + images * perImage * (1 - share(condition)),
    0,
  )
  const estimate = `estimated ${gated.toFixed(0)} s gated, ${cut.toFixed(0)} s cut out`
  if (cut < gated) {
    return conditions.map((condition) => ({
      plan: {
        name: `bypass-${blocksOf(condition).join('-')}`,
        rewrite: (graph) =>
          bypass(
            graph,
            blocks.filter(({ index }) => blocksOf(condition).includes(index)),
          ),
      },
      conditions: [condition],
      note: `blocks cut out (${estimate})`,
      feedsOf: null,
    }))
  }
  const removable = blocks.filter(({ removable }) => removable)
  const feed = (removed: number[]): Feed[] => [
    {
      name: gatesInput,
      data: Float32Array.from(removable, ({ index }) => (removed.includes(index) ? 0 : 1)),
      shape: [removable.length],
    },
  ]
  return [
    {
      plan: { name: 'gated', rewrite: (graph) => gate(graph, removable), trialFeeds: feed([]) },
      conditions,
      note: `blocks gated (${estimate})`,
      feedsOf: (condition) => feed(blocksOf(condition)),
    },
  ]
}

function maskLanes(model: StoredModel, conditions: StoredCondition[]): Lane[] {
  return conditions.map((condition) => {
    const rewrite = rewriteOf(condition)
    const size = rewrite.op === 'maskKernel' ? rewrite.size : 0
    const windows = model.inspection.convolutions
      .filter(({ depthwise, kernel: [height, width] }) => depthwise && Math.min(height, width) > size)
      .map(({ weight }) => ({ weight, window: size }))
    return {
      plan: { name: `mask-${size}`, rewrite: (graph) => maskKernel(graph, windows) },
      conditions: [condition],
      note: `kernels masked to ${size}x${size}`,
      feedsOf: null,
    }
  })
}
