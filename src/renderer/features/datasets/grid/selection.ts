import type { ImageFilter, ImageSelection } from '#shared/contract/index.ts'

/**
 * Chosen images of a dataset: either a list of ids, or everything that a filter lets through except the ids. A million
 * images are chosen by a rule, never by a list.
 */
export interface Selection {
  filter: ImageFilter | null
  ids: ReadonlySet<number>
}

export const nothing: Selection = { filter: null, ids: new Set() }

/** Whether an image is chosen. The image must pass the rule's filter, as all shown images do. */
export const isChosen = ({ filter, ids }: Selection, id: number) => ids.has(id) === (filter === null)

export const isNothing = ({ filter, ids }: Selection) => filter === null && ids.size === 0

/** Adds images to the selection or removes them. */
export function choose(selection: Selection, ids: Iterable<number>, on: boolean): Selection {
  const next = new Set(selection.ids)
  for (const id of ids) {
    if (on === (selection.filter === null)) next.add(id)
    else next.delete(id)
  }
  return { ...selection, ids: next }
}

export const everything = (filter: ImageFilter): Selection => ({ filter, ids: new Set() })

/** Number of chosen images. `count` is the number of images in the list, for a selection by a rule over that list. */
export const sizeOf = ({ filter, ids }: Selection, count: number) =>
  filter === null ? ids.size : Math.max(0, count - ids.size)

export const toContract = ({ filter, ids }: Selection): ImageSelection => ({ filter, ids: [...ids] })

export const sameSelection = (a: Selection, b: Selection) =>
  JSON.stringify(a.filter) === JSON.stringify(b.filter) &&
  a.ids.size === b.ids.size &&
  [...a.ids].every((id) => b.ids.has(id))
