import { sessionTimes, type SessionTime, type StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { currentVariant } from '../../../facts/index.ts'
import type { EstimateContext, SessionEstimate } from '../../definition/index.ts'

/** Times of a model's sessions from a trial: all blocks gated, and half of the removable blocks cut out. */
export interface LesionTimes {
  gated: SessionTime
  half: SessionTime
  /** Whether both gave the same outputs to the bit. Only then may blocks be cut out. */
  equal: boolean
}

/** With fewer forward passes a trial costs more than it can save. */
export const worthATrial = 500

export const gatedPlan = 'gated'
/** Names of the time with half of the blocks cut out, by whether the outputs equal those of the gated graph. */
export const halfPlan = 'half-cut-equal'
export const differsPlan = 'half-cut-differs'

/** The times of an earlier trial; null without one. */
export function lesionTimes(db: Db, variantId: number): LesionTimes | null {
  const times = sessionTimes(db, variantId)
  const [gated, same] = [times.get(gatedPlan), times.get(halfPlan)]
  const half = same ?? times.get(differsPlan)
  return gated && half ? { gated, half, equal: same !== undefined } : null
}

/** Estimates the cost of removing subsets of blocks in the cheaper way, where both ways were timed. */
export function estimateLesions(
  subsets: readonly (readonly number[])[],
  { db, model, images }: EstimateContext,
): SessionEstimate {
  const variant = currentVariant(db, model)
  const times = variant && lesionTimes(db, variant.id)
  if (!times)
    return {
      seconds: null,
      note:
        subsets.length * images < worthATrial
          ? `${model.title}: blocks gated`
          : `${model.title}: a trial at the start decides whether blocks are gated or cut out`,
    }
  const choice = weighLesion(model, subsets, images, times)
  return {
    seconds: choice.gated ? choice.gatedSeconds : choice.cutSeconds,
    note: `${model.title}: ${choiceText(choice)}`,
  }
}

/** Every second removable block: those that a trial cuts out. */
export const halfOf = ({ inspection: { blocks } }: StoredModel): number[] =>
  blocks
    .filter(({ removable }) => removable)
    .filter((_, place) => place % 2 === 0)
    .map(({ index }) => index)

/**
 * The share of a model's multiply-accumulates in some blocks, from 0 to 1; of its parameters where
 * multiply-accumulates are not known.
 */
export function cutShare({ inspection, parameters, macs }: StoredModel, removed: readonly number[]): number {
  const blocks = removed.map((index) => inspection.blocks[index])
  const ofBlocks = blocks.map((block) => block?.macs ?? null)
  if (macs && ofBlocks.every((value) => value !== null))
    return sum(ofBlocks.map((value) => value ?? 0)) / macs
  return sum(blocks.map((block) => block?.parameters ?? 0)) / Math.max(1, parameters)
}

/** The cheaper of the two ways to remove blocks, with the estimates for both. */
export interface LesionChoice {
  gated: boolean
  /** Estimates in seconds. */
  gatedSeconds: number
  cutSeconds: number
}

/**
 * Chooses the cheaper way; gates where the two ways differ in any bit. One gated session computes every block, whatever the gates say. A session per
 * subset computes less but has to be opened. The time saved is taken to be proportional to the share of the
 * work that is cut out, as the trial showed for half of the blocks.
 */
export function weighLesion(
  model: StoredModel,
  subsets: readonly (readonly number[])[],
  images: number,
  { gated, half, equal }: LesionTimes,
): LesionChoice {
  const saved = gated.secondsPerImage - half.secondsPerImage
  const ofHalf = cutShare(model, halfOf(model))
  const perImage = (removed: readonly number[]) =>
    ofHalf === 0
      ? gated.secondsPerImage
      : Math.max(0, gated.secondsPerImage - (saved * cutShare(model, removed)) / ofHalf)
  const gatedSeconds = gated.secondsToOpen + subsets.length * images * gated.secondsPerImage
  const cutSeconds = sum(subsets.map((removed) => half.secondsToOpen + images * perImage(removed)))
  return { gated: !equal || gatedSeconds <= cutSeconds, gatedSeconds, cutSeconds }
}

export const choiceText = ({ gated, gatedSeconds, cutSeconds }: LesionChoice): string =>
  `blocks ${gated ? 'gated' : 'cut out'} (estimated ${seconds(gatedSeconds)} gated, ${seconds(cutSeconds)} cut out)`

const seconds = (value: number) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} s`

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)
