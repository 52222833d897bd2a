import { compareGates, sharedPrefix } from '../../../inference/index.ts'
import type { StoredModel } from '../../../models/index.ts'

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

/** Blocks that can be removed, in order of depth. */
export const removableOf = ({ inspection: { blocks } }: StoredModel) =>
  blocks.filter(({ removable }) => removable)

/** A gate for each removable block: 1 = stays, 0 = removed. */
export const gatesOf = (model: StoredModel, removed: readonly number[]): Float32Array =>
  Float32Array.from(removableOf(model), ({ index }) => (removed.includes(index) ? 0 : 1))

/**
 * The work of each segment of a model, one per removable block: of its block, and of the other layers in it, as shares of
 * the work of the whole model. Work is counted as in `cutShare`.
 */
export function segmentWork(model: StoredModel): { block: number; rest: number }[] {
  const { layers } = model.inspection
  const known = layers.every(({ macs }) => macs !== null)
  const work = layers.map(({ macs, parameters }) => (known ? (macs ?? 0) : parameters))
  const total = sum(work) || 1
  const blocks = removableOf(model)
  let end = 0
  return blocks.map(({ units }, place) => {
    const own = new Set(units.flatMap((unit) => unit.layers))
    const start = end
    end = place === blocks.length - 1 ? layers.length : Math.max(end, ...[...own].map((index) => index + 1))
    const inside = work.slice(start, end)
    const block = sum(inside.filter((_, at) => own.has(start + at)))
    return { block: block / total, rest: (sum(inside) - block) / total }
  })
}

/**
 * Forward passes of the whole model that all subsets of blocks cost together for one image, where what comes before the
 * first difference is shared and removed blocks are not computed.
 */
export function sharedForwards(model: StoredModel, subsets: readonly (readonly number[])[]): number {
  const work = segmentWork(model)
  const calls = subsets.map((removed) => gatesOf(model, removed)).sort(compareGates)
  return sum(
    calls.map((gates, call) => {
      const before = calls[call - 1]
      const shared = before ? sharedPrefix(before, gates) : 0
      return sum(work.slice(shared).map(({ block, rest }, at) => rest + block * (gates[shared + at] ?? 1)))
    }),
  )
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
