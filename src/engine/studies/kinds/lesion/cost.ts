import { sessionTimes, type SessionTime, type StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { currentVariant } from '../../../facts/index.ts'
import type { EstimateContext, SessionEstimate } from '../../definition/index.ts'
import { cutShare, removableOf, sharedForwards } from './work.ts'

/** Times of a model's sessions from a trial. */
export interface LesionTimes {
  /** All blocks gated. */
  gated: SessionTime
  /** All segments, nothing removed or shared; null where their outputs are not those of the gated graph to the bit. */
  shared: SessionTime | null
  /** Half of the removable blocks cut out; null where it was not tried, or differs in any bit. */
  half: SessionTime | null
}

/** Forward passes that a trial of the ways takes, opening counted as some. */
const passesOfTrial = 150

/** Whether computing once what subsets share, and no removed block, can save more forward passes than a trial takes. */
export const worthATrial = (
  model: StoredModel,
  subsets: readonly (readonly number[])[],
  images: number,
): boolean => images * (subsets.length - sharedForwards(model, subsets)) >= passesOfTrial

export const gatedPlan = 'gated'
/** Names of the time in segments, by whether the outputs equal those of the gated graph. */
export const sharedPlan = 'segments-equal'
export const apartPlan = 'segments-differ'
/** Names of the time with half of the blocks cut out, by whether the outputs equal those of the gated graph. */
export const halfPlan = 'half-cut-equal'
export const differsPlan = 'half-cut-differs'

/** The times of an earlier trial; null without one that tried all that may be chosen. */
export function lesionTimes(db: Db, variantId: number): LesionTimes | null {
  const times = sessionTimes(db, variantId)
  const gated = times.get(gatedPlan)
  const shared = times.get(sharedPlan) ?? null
  const half = times.get(halfPlan) ?? null
  const tried = shared ?? (times.has(apartPlan) && (half ?? times.get(differsPlan)))
  return gated && tried ? { gated, shared, half } : null
}

/** Estimates the cost of removing subsets of blocks in the cheapest way, where the ways were timed. */
export function estimateLesions(
  subsets: readonly (readonly number[])[],
  { db, model, images }: EstimateContext,
): SessionEstimate {
  const variant = currentVariant(db, model)
  const times = variant && lesionTimes(db, variant.id)
  if (!times)
    return {
      seconds: null,
      note: !worthATrial(model, subsets, images)
        ? `${model.title}: blocks gated`
        : `${model.title}: a trial at the start decides whether shared prefixes are computed once, or blocks gated or cut out`,
    }
  const choice = weighLesion(model, subsets, images, times)
  return {
    seconds:
      { gated: choice.gatedSeconds, cut: choice.cutSeconds, shared: choice.sharedSeconds }[choice.way] ??
      choice.gatedSeconds,
    forwards: choice.forwards,
    note: `${model.title}: ${choiceText(choice)}`,
  }
}

/** Every second removable block: those that a trial cuts out. */
export const halfOf = (model: StoredModel): number[] =>
  removableOf(model)
    .filter((_, place) => place % 2 === 0)
    .map(({ index }) => index)

/** The cheapest of the ways to remove blocks, with the estimates for those that may be chosen. */
export interface LesionChoice {
  way: 'gated' | 'cut' | 'shared'
  /** Estimates in seconds; null where a way may not be chosen. */
  gatedSeconds: number
  cutSeconds: number | null
  sharedSeconds: number | null
  /** Forward passes of the whole model for one image, over all subsets. */
  forwards: number
}

/**
 * Chooses the cheapest way whose outputs equal those of the gated graph to the bit. One gated session computes every block,
 * whatever the gates say. Segments compute no removed block, and once what subsets share before their first difference.
 * Where segments differ, a session per subset computes no removed block either but has to be opened. The time saved is
 * taken to be proportional to the work that is not done; for cut graphs as the trial showed for half of the blocks.
 */
export function weighLesion(
  model: StoredModel,
  subsets: readonly (readonly number[])[],
  images: number,
  { gated, shared, half }: LesionTimes,
): LesionChoice {
  const gatedSeconds = gated.secondsToOpen + subsets.length * images * gated.secondsPerImage
  const forwards = sharedForwards(model, subsets)
  const sharedSeconds = shared && shared.secondsToOpen + images * forwards * shared.secondsPerImage
  const cutSeconds = half && secondsCut(model, subsets, images, gated, half)
  if (sharedSeconds !== null && sharedSeconds < gatedSeconds)
    return { way: 'shared', gatedSeconds, cutSeconds, sharedSeconds, forwards }
  const way = cutSeconds !== null && cutSeconds < gatedSeconds ? 'cut' : 'gated'
  return { way, gatedSeconds, cutSeconds, sharedSeconds, forwards: subsets.length }
}

function secondsCut(
  model: StoredModel,
  subsets: readonly (readonly number[])[],
  images: number,
  gated: SessionTime,
  half: SessionTime,
): number {
  const saved = gated.secondsPerImage - half.secondsPerImage
  const ofHalf = cutShare(model, halfOf(model))
  const perImage = (removed: readonly number[]) =>
    ofHalf === 0
      ? gated.secondsPerImage
      : Math.max(0, gated.secondsPerImage - (saved * cutShare(model, removed)) / ofHalf)
  return sum(subsets.map((removed) => half.secondsToOpen + images * perImage(removed)))
}

const words = { gated: 'blocks gated', cut: 'blocks cut out', shared: 'shared prefixes computed once' }

/** The choice in words, with the estimates that it rests on. */
export function choiceText({ way, gatedSeconds, cutSeconds, sharedSeconds }: LesionChoice): string {
  const others = [
    `${seconds(gatedSeconds)} gated`,
    ...(cutSeconds === null ? [] : [`${seconds(cutSeconds)} cut out`]),
    ...(sharedSeconds === null ? [] : [`${seconds(sharedSeconds)} shared`]),
  ]
  return `${words[way]} (estimated ${others.join(', ')})`
}

const seconds = (value: number) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} s`

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)
