import type { Db } from '../../../workspace/index.ts'
import { nextTurn } from '../../../base/nextTurn.ts'
import { listsAll, type ImageSource } from '../../../facts/index.ts'
import { cellOf, measured, verdicts } from '../../summary/outcomes.ts'
import { pictureNames, pictureOrder } from '../../summary/pictureNames.ts'
import { cleanKey } from './corruptionKeys.ts'
import type { Grid, GridModel } from '../../definition/index.ts'

/**
 * Whether a model is wrong on each picture of a class that it knows. All conditions have the same pictures in the same order.
 */
export interface PictureErrors {
  pictures: number
  /** The pictures, by image id or by name. */
  list: readonly (number | string)[]
  /** By key of a whole cell: one byte per picture, 1 = wrong. */
  wrong: Map<string, Uint8Array>
}

/**
 * Reads every whole cell of a model picture by picture. The clean cell is left out where it has other
 * pictures. null where two corrupted cells have different pictures: they cannot be resampled together.
 *
 * @param keys of the conditions; that of the clean images may be among them, and only first
 */
export async function pictureErrors(
  db: Db,
  grid: Grid,
  model: GridModel,
  keys: readonly string[],
): Promise<PictureErrors | null> {
  const pictures = new Pictures()
  const wrong = new Map<string, Uint8Array>()
  // The clean cell comes last: it may come from another dataset and must not decide which pictures there are.
  for (const key of [...keys].reverse()) {
    const cell = cellOf(grid, model.id, key)
    if (!cell || !grid.whole(cell)) continue
    const outcome = wrongIn(db, model, key, pictures)
    await nextTurn()
    if (outcome) wrong.set(key, outcome)
    else if (key !== cleanKey) return null
  }
  return pictures.count === 0 ? null : { pictures: pictures.count, list: pictures.list, wrong }
}

/** Whether two models were measured on the same pictures of classes that they know. */
export const samePictures = (one: PictureErrors, other: PictureErrors): boolean =>
  one.pictures === other.pictures && one.list.every((picture, at) => picture === other.list[at])

/** The pictures of the first cell, by name or by image id in ascending order. */
class Pictures {
  readonly #names = new Map<string, number>()
  #ids: Float64Array = new Float64Array(0)
  /** As `orderOf` gives it. */
  #order: string | null = null

  get count(): number {
    return this.#names.size + this.#ids.length
  }

  get list(): (number | string)[] {
    return this.#ids.length > 0 ? [...this.#ids] : [...this.#names.keys()]
  }

  /** Takes the pictures of the first cell. Returns false where two have the same name. */
  take(ids: Float64Array, names: readonly string[] | null, order: string | null): boolean {
    this.#order = order
    if (names === null) this.#ids = ids
    else for (const name of names) this.#names.set(name, this.#names.size)
    return this.count === ids.length
  }

  /** Whether a cell of this order has the same pictures in the same order. */
  isOrder(order: string | null): boolean {
    return order !== null && order === this.#order
  }

  /** Places of the pictures of a cell among those of the first; -1 for others. null: the same ones in the same order. */
  placesOf(ids: Float64Array, names: readonly string[] | null): Int32Array | null {
    if (names !== null) return Int32Array.from(names, (name) => this.#names.get(name) ?? -1)
    const own = this.#ids
    if (ids === own || (ids.length === own.length && ids.every((id, at) => id === own[at]))) return null
    let place = 0
    return Int32Array.from(ids, (id) => {
      while (place < own.length && (own[place] ?? 0) < id) place++
      return own[place] === id ? place : -1
    })
  }
}

/**
 * Reads which pictures of a cell are wrong. The first cell defines the pictures; null where a later cell has
 * others.
 */
function wrongIn(db: Db, model: GridModel, key: string, pictures: Pictures): Uint8Array | null {
  const source = measured(model, key)?.stored.source
  if (!source) return null
  // Parts and their clean images share picture names. Corruptions made here share the images themselves.
  const byName = source.part !== undefined || (key === cleanKey && isParted(model))
  const { ids, right } = verdicts(db, model, key)
  const order = byName ? orderOf(db, source, ids) : null
  const named = byName && !pictures.isOrder(order) ? pictureNames(db, source) : null
  const names = named && Array.from(ids, (id) => named.get(id) ?? '')
  if (pictures.count === 0 && !pictures.take(ids, names, order)) return null
  const places = pictures.isOrder(order) ? null : pictures.placesOf(ids, names)
  const wrong = new Uint8Array(pictures.count)
  if (places === null) {
    for (let at = 0; at < right.length; at++) wrong[at] = 1 - (right[at] ?? 0)
    return wrong
  }
  if (key !== cleanKey && places.includes(-1)) return null
  const known = new Set<number>()
  for (const [at, place] of places.entries()) {
    if (place < 0) continue
    known.add(place)
    wrong[place] = 1 - (right[at] ?? 0)
  }
  return known.size === pictures.count ? wrong : null
}

/** The order of a cell's pictures by name; null where it lacks images, or they were selected for the study. */
const orderOf = (db: Db, source: ImageSource, ids: Float64Array): string | null =>
  source.selectedFor === null && listsAll(db, source, ids) ? pictureOrder(db, source) : null

const isParted = ({ conditions }: GridModel) =>
  conditions.some(({ condition, source }) => condition.key !== cleanKey && source.part !== undefined)
