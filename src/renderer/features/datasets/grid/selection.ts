import type { ImageFilter, ImageSelection } from '#shared/contract/index.ts'

/**
 * Chosen images of a dataset: a list of ids, or everything a filter lets through but some. A million images are chosen
 * by a rule, never by a list of them.
 */
export interface Selection {
  filter: ImageFilter | null
  ids: ReadonlySet<number>
}

export const nothing: Selection = { filter: null, ids: new Set() }

/** Whether an image is chosen; it must be one that the rule lets through, as all that are shown are. */
export const isChosen = ({ filter, ids }: Selection, id: number) => ids.has(id) === (filter === null)

export const isNothing = ({ filter, ids }: Selection) => filter === null && ids.size === 0

/** Chooses or leaves out images. */
export function choose(selection: Selection, ids: Iterable<number>, on: boolean): Selection {
  const next = new Set(selection.ids)
  for (const id of ids) {
    if (on === (selection.filter === null)) next.add(id)
    else next.delete(id)
  }
  return { ...selection, ids: next }
}

export const everything = (filter: ImageFilter): Selection => ({ filter, ids: new Set() })

/** How many are chosen, of a list of `count` images when it is a rule over that list. */
export const sizeOf = ({ filter, ids }: Selection, count: number) =>
  filter === null ? ids.size : Math.max(0, count - ids.size)

export const toContract = ({ filter, ids }: Selection): ImageSelection => ({ filter, ids: [...ids] })

export const sameSelection = (a: Selection, b: Selection) =>
  JSON.stringify(a.filter) === JSON.stringify(b.filter) &&
  a.ids.size === b.ids.size &&
  [...a.ids].every((id) => b.ids.has(id))
