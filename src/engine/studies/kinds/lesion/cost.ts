import { unchangedGraph, sessionTimes, type SessionTime, type StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { currentVariant } from '../../../facts/index.ts'
import type { EstimateContext, SessionEstimate } from '../../definition/index.ts'

/** Times of a model's sessions from a trial: all blocks gated, and half of the removable blocks cut out. */
export interface LesionTimes {
  gated: SessionTime
  half: SessionTime
}

export const gatedPlan = 'gated'
export const halfPlan = 'half-cut'

/** The times of an earlier trial; null without one. */
export function lesionTimes(db: Db, variantId: number): LesionTimes | null {
  const times = sessionTimes(db, variantId)
  const [gated, half] = [times.get(gatedPlan), times.get(halfPlan)]
  return gated && half ? { gated, half } : null
}

/** The share of a block's time that cutting it out is assumed to save where nothing was timed. */
const savedShare = 0.8

/** Estimates the times of a trial from the time of the unchanged model; null where it never ran. */
export function estimatedTimes(db: Db, variantId: number, model: StoredModel): LesionTimes | null {
  const plain = sessionTimes(db, variantId).get(unchangedGraph.name)
  if (!plain) return null
  const left = 1 - savedShare * cutShare(model, halfOf(model))
  return { gated: plain, half: { ...plain, secondsPerImage: plain.secondsPerImage * left } }
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
      note: `${model.title}: a trial at the start decides whether blocks are gated or cut out`,
    }
  const choice = weighLesion(model, subsets, images, times)
  return {
    seconds: Math.min(choice.gatedSeconds, choice.cutSeconds),
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
 * Chooses the cheaper way. One gated session computes every block, whatever the gates say. A session per
 * subset computes less but has to be opened. The time saved is taken to be proportional to the share of the
 * work that is cut out, as the trial showed for half of the blocks.
 */
export function weighLesion(
  model: StoredModel,
  subsets: readonly (readonly number[])[],
  images: number,
  { gated, half }: LesionTimes,
): LesionChoice {
  const saved = gated.secondsPerImage - half.secondsPerImage
  const ofHalf = cutShare(model, halfOf(model))
  const perImage = (removed: readonly number[]) =>
    ofHalf === 0
      ? gated.secondsPerImage
      : Math.max(0, gated.secondsPerImage - (saved * cutShare(model, removed)) / ofHalf)
  const gatedSeconds = gated.secondsToOpen + subsets.length * images * gated.secondsPerImage
  const cutSeconds = sum(subsets.map((removed) => half.secondsToOpen + images * perImage(removed)))
  return { gated: gatedSeconds <= cutSeconds, gatedSeconds, cutSeconds }
}

export const choiceText = ({ gated, gatedSeconds, cutSeconds }: LesionChoice): string =>
  `blocks ${gated ? 'gated' : 'cut out'} (estimated ${seconds(gatedSeconds)} gated, ${seconds(cutSeconds)} cut out)`

const seconds = (value: number) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} s`

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)
