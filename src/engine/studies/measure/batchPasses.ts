import { keptDepths, type Feed, type SharedCall } from '../../inference/index.ts'
import type { PassRow, Want } from './missing.ts'

/** A forward pass of a batch, and the facts that it is to give, by row. */
export interface BatchPass {
  feeds: Feed[]
  wants: Map<number, Want[]>
}

/** The forward passes that rows of a batch need, in the order of their columns. */
export function passesOf(rows: readonly PassRow[]): BatchPass[] {
  const found = new Map<number, BatchPass>()
  for (const [place, { passes }] of rows.entries())
    for (const { column, feeds, wants } of passes) {
      const pass = found.get(column) ?? { feeds, wants: new Map() }
      found.set(column, pass)
      pass.wants.set(place, wants)
    }
  return [...found].sort(([a], [b]) => a - b).map(([, pass]) => pass)
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
