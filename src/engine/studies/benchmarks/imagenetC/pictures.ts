import { imagenetC19 } from '#shared/transforms/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { nextTurn } from '../../../base/nextTurn.ts'
import { cellOf, measured, picturesUnder, verdicts } from '../../summary/outcomes.ts'
import { cleanKey, keyOf, severities } from './conditions.ts'
import type { Grid, GridModel } from '../../definition/index.ts'

/** Whether a model is wrong on each picture. All conditions have the same pictures in the same order. */
export interface PictureErrors {
  pictures: number
  /** By key of a whole cell: one byte per picture, 1 = wrong. */
  wrong: Map<string, Uint8Array>
}

export const allKeys: readonly string[] = [
  cleanKey,
  ...imagenetC19.flatMap((name) => severities.map((severity) => keyOf(name, severity))),
]

/**
 * Reads every whole cell of a model picture by picture. The clean cell is left out where it has other
 * pictures. null where two corrupted cells have different pictures: they cannot be resampled together.
 */
export async function pictureErrors(db: Db, grid: Grid, model: GridModel): Promise<PictureErrors | null> {
  const places = new Map<string | number, number>()
  const wrong = new Map<string, Uint8Array>()
  // The clean cell comes last: it may come from another dataset and must not decide which pictures there are.
  for (const key of [...allKeys].reverse()) {
    const cell = cellOf(grid, model.id, key)
    if (!cell || !grid.whole(cell)) continue
    const outcome = wrongIn(db, model, key, places)
    await nextTurn()
    if (outcome) wrong.set(key, outcome)
    else if (key !== cleanKey) return null
  }
  return places.size === 0 ? null : { pictures: places.size, wrong }
}

/**
 * Reads which pictures of a cell are wrong. The first cell defines the pictures; null where a later cell has
 * others.
 */
function wrongIn(
  db: Db,
  model: GridModel,
  key: string,
  places: Map<string | number, number>,
): Uint8Array | null {
  const first = places.size === 0
  const parted = measured(model, key)?.stored.source.part !== undefined
  // Parts and their clean images share picture names. Corruptions made here share the images themselves.
  const byName = parted || (key === cleanKey && isParted(model))
  const { ids, right } = verdicts(db, model, key)
  const names = byName ? picturesUnder(db, model, key) : null
  const wrong = new Uint8Array(first ? ids.length : places.size).fill(unknown)
  let known = 0
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at] ?? 0
    const name = names ? (names.get(id) ?? '') : id
    if (first) {
      if (places.has(name)) return null
      places.set(name, places.size)
    }
    const place = places.get(name)
    if (place === undefined) {
      if (key === cleanKey) continue
      return null
    }
    if (wrong[place] === unknown) known++
    wrong[place] = right[at] === 1 ? 0 : 1
  }
  return known === places.size ? wrong : null
}

/** Stands where a picture was not met yet. */
const unknown = 255

const isParted = ({ conditions }: GridModel) =>
  conditions.some(({ condition, source }) => condition.key !== cleanKey && source.part !== undefined)
