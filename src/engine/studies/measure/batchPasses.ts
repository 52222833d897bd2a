import { keptDepths, type Feed, type SharedCall } from '../../inference/index.ts'
import type { PassRow, Want } from './missing.ts'

/** A forward pass of a batch, and the facts that it is to give, by row. */
export interface BatchPass {
  feeds: Feed[]
  wants: Map<number, Want[]>
}

/**
 * The forward passes that rows of a batch need, in the order of their columns. Columns with the same feeds share one: a pass
 * computes all rows, so rows of different conditions need no passes of their own.
 */
export function passesOf(rows: readonly PassRow[]): BatchPass[] {
  const found = new Map<Feed[], BatchPass & { column: number }>()
  for (const [place, { passes }] of rows.entries())
    for (const { column, feeds, wants } of passes) {
      const pass = found.get(feeds) ?? { column, feeds, wants: new Map<number, Want[]>() }
      found.set(feeds, pass)
      pass.column = Math.min(pass.column, column)
      pass.wants.set(place, [...(pass.wants.get(place) ?? []), ...wants])
    }
  return [...found.values()].sort((a, b) => a.column - b.column)
}

/** A number for every set of calls with the same pixels. */
let images = 0

/** What calls with the same pixels and these gates share, in their order. */
export function sharedCalls(feeds: readonly (readonly Feed[])[]): SharedCall[] {
  images++
  return keptDepths(feeds.map(([gates]) => gates?.data ?? new Float32Array())).map((keep) => ({
    images,
    keep,
  }))
}
