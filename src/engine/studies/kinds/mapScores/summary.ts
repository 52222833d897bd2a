import type { Interval } from '#shared/contract/index.ts'
import { wilson } from '#shared/maths/wilson.ts'
import { examplesOf, measured, type StudyImage } from '../../../facts/index.ts'
import type { StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { meanOf, metricIntervals } from '../../summary/intervals.ts'
import { hits, storedBoxes, type InputBox } from './boxVectors.ts'
import { orderersFor, type MapScoreParams, type Orderer } from './params.ts'
import { measuresOf, scoresOf, scoresRewrite, type MapScores } from './stored.ts'

/** A mean over images with its interval; null without images. */
export interface Estimate {
  value: number
  interval: Interval | null
}

/** The scores of the maps of one model in one order, with the images they are of. */
export interface ScoredImages {
  model: StoredModel
  orderer: Orderer
  images: { image: StudyImage; scores: MapScores }[]
  boxes: ReadonlyMap<number, InputBox[]>
}

/** The same, summed up. */
export interface Scored extends ScoredImages {
  deletion: Estimate | null
  insertion: Estimate | null
  /** One for each step. */
  deletionCurve: Estimate[]
  insertionCurve: Estimate[]
  /** One for each randomised network. */
  sanity: Estimate[]
  pointing: (Estimate & { hits: number; of: number }) | null
}

/** Reads what is stored of a model, an entry for each order. */
export function storedScores(
  db: Db,
  model: StoredModel,
  images: readonly StudyImage[],
  chosen: MapScoreParams,
): ScoredImages[] {
  const boxes = storedBoxes(db, model, images, chosen)
  return orderersFor(chosen, model).map((orderer) => {
    const vectors = measured(db, model, scoresRewrite(orderer, chosen)).vectors(examplesOf(images))
    const own = images.flatMap((image) => {
      const vector = vectors.get(image.exampleId)
      return vector ? [{ image, scores: scoresOf(vector, chosen.steps) }] : []
    })
    return { model, orderer, images: own, boxes }
  })
}

/** Reads and sums up what is stored of a model; orders without an image are left out. */
export async function summarised(...asked: Parameters<typeof storedScores>): Promise<Scored[]> {
  const found: Scored[] = []
  for (const one of storedScores(...asked))
    if (one.images.length > 0)
      found.push({ ...one, ...(await estimatesOf(one.images, asked[3])), pointing: pointingOf(one) })
  return found
}

async function estimatesOf(
  images: Scored['images'],
  { steps }: MapScoreParams,
): Promise<Pick<Scored, 'deletion' | 'insertion' | 'deletionCurve' | 'insertionCurve' | 'sanity'>> {
  const areas = images.map(({ scores }) => measuresOf(scores))
  const stages = images[0]?.scores.sanity.length ?? 0
  const at = (of: (scores: MapScores) => Float64Array, place: number) =>
    images.map(({ scores }) => of(scores)[place] ?? NaN)
  const columns = [
    areas.map(({ deletion }) => deletion),
    areas.map(({ insertion }) => insertion),
    ...range(steps + 1).map((step) => at(({ deletion }) => deletion, step)),
    ...range(steps + 1).map((step) => at(({ insertion }) => insertion, step)),
    ...range(stages).map((stage) => at(({ sanity }) => sanity, stage)),
  ]
  const estimates = await estimatesOfColumns(columns)
  const [deletion = null, insertion = null, ...rest] = estimates
  return {
    deletion,
    insertion,
    deletionCurve: rest.slice(0, steps + 1),
    insertionCurve: rest.slice(steps + 1, 2 * (steps + 1)),
    sanity: rest.slice(2 * (steps + 1)),
  }
}

/** Means of columns over the same images, with percentile bootstrap intervals. */
export async function estimatesOfColumns(columns: readonly number[][]): Promise<Estimate[]> {
  const n = columns[0]?.length ?? 0
  if (n === 0) return []
  const intervals = await metricIntervals(n, (indices) => columns.map((column) => meanOf(column, indices)))
  return columns.map((column, at) => ({
    value: column.reduce((sum, value) => sum + value, 0) / n,
    interval: n > 1 ? (intervals[at] ?? null) : null,
  }))
}

const range = (count: number) => Array.from({ length: count }, (_, at) => at)

/** Pixels around a box in which a peak counts as a hit, for a model: 15 of 224, as published. */
export const toleranceOf = ({ preprocessing: { size } }: Pick<StoredModel, 'preprocessing'>): number =>
  (15 * Math.min(...size)) / 224

/** Whether the peak of an image's map hits; null where the image has no box. */
export function hitOf(
  model: StoredModel,
  { image, scores }: Scored['images'][number],
  boxes: Scored['boxes'],
): boolean | null {
  const own = boxes.get(image.exampleId)
  return own ? hits(scores.peak, own, toleranceOf(model)) : null
}

function pointingOf({ model, images, boxes }: ScoredImages): Scored['pointing'] {
  const found = images.flatMap((one) => hitOf(model, one, boxes) ?? [])
  if (found.length === 0) return null
  const count = found.filter(Boolean).length
  const interval = wilson(count, found.length)
  return { value: count / found.length, interval, hits: count, of: found.length }
}
