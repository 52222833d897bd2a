import type { PointImages, ViewContext } from '../../definition/index.ts'
import type { StoredModel } from '../../../models/index.ts'
import { pointKey, stageTitle } from './figures.ts'
import { scoredImages } from './measure.ts'
import { orderersFor, titleOf, type MapScoreParams, type Orderer } from './params.ts'
import { measuresOf } from './stored.ts'
import { hitOf, storedScores, type ScoredImages } from './summary.ts'

type Part = Pick<PointImages, 'title' | 'unit' | 'note'> & {
  value: (one: ScoredImages['images'][number]) => number | null
}

/** Finds the images behind a bar or a point of a curve, each with its own value. */
export async function scorePoint(
  key: string,
  chosen: MapScoreParams,
  model: StoredModel,
  { workspace: { db }, source }: ViewContext,
): Promise<PointImages | null> {
  const orderer = orderersFor(chosen, model).find((one) => key.split('/')[1] === one)
  if (orderer === undefined) return null
  const images = await scoredImages(db, source, chosen)
  const scored = storedScores(db, model, images, chosen).find((one) => one.orderer === orderer)
  const part = scored && partOf(key, orderer, chosen, scored)
  if (!part) return null
  const { value, ...words } = part
  return {
    ...words,
    images: scored.images.flatMap((one) => {
      const own = value(one)
      return own === null ? [] : [{ id: one.image.id, value: own }]
    }),
  }
}

function partOf(
  key: string,
  orderer: Orderer,
  { cascade, steps }: MapScoreParams,
  scored: ScoredImages,
): Part | null {
  const title = titleOf(orderer)
  const [what = '', , last] = key.split('/')
  const place = Number(last)
  if (key === pointKey('pointing', orderer)) {
    const note = 'Each image that has a box: 1 where the peak of its map lies in one, or near it, else 0.'
    const value: Part['value'] = (one) => {
      const hit = hitOf(scored.model, one, scored.boxes)
      return hit === null ? null : Number(hit)
    }
    return { title: `Pointing, ${title}`, unit: 'none', note, value }
  }
  if (what === 'deletion' || what === 'insertion') {
    if (last === undefined)
      return {
        title: `Area under the ${what} curve, ${title}`,
        unit: 'none',
        note: 'Each image with the area under its own curve.',
        value: ({ scores }) => measuresOf(scores)[what],
      }
    if (!Number.isInteger(place) || place < 0 || place > steps) return null
    return {
      title: `${Math.round((100 * place) / steps)} % of the pixels ${what === 'deletion' ? 'removed' : 'inserted'}, ${title}`,
      unit: 'percent',
      note: 'Each image with the probability of its class there.',
      value: ({ scores }) => scores[what][place] ?? null,
    }
  }
  if (what !== 'sanity' || !Number.isInteger(place) || place < 1 || place > cascade) return null
  return {
    title: `Random weights: ${stageTitle(place, cascade)}, ${title}`,
    unit: 'none',
    note: 'Each image with the rank correlation of its map with that of the randomised network.',
    value: ({ scores }) => scores.sanity[place - 1] ?? null,
  }
}
