import { z } from 'zod'
import type { Rewrite } from './rewrites.ts'

/**
 * Name of a changed model in filters, in addresses and on the command line, the same in every workspace. "without-3-7"
 * has residual blocks 3 and 7 removed (counted from 1, as in figures). "kernels-5" has its depthwise kernels cut to
 * their central 5 x 5 window.
 */
export const changeName = z.string().refine((name) => {
  const rewrite = rewriteOfChange(name)
  return rewrite !== null && changeNameOf(rewrite) === name
}, 'must be without-BLOCK-BLOCK, ascending from 1, or kernels-SIDE')

const shape = /^(?:without((?:-[1-9]\d{0,3})+)|kernels-([1-9]\d{0,3}))$/

/** The rewrite that a name stands for; null where the text is not such a name. */
export function rewriteOfChange(name: string): Rewrite | null {
  const [, blocks, side] = shape.exec(name) ?? []
  if (blocks !== undefined) return { op: 'lesion', blocks: blocksOf(blocks).map((place) => place - 1) }
  return side === undefined ? null : { op: 'maskKernel', size: Number(side) }
}

const blocksOf = (text: string) =>
  [...new Set(text.split('-').filter(Boolean).map(Number))].sort((a, b) => a - b)

/**
 * The name of a rewrite. Null where users cannot browse by it: no rewrite, or a rewrite that only reads inner tensors.
 */
export function changeNameOf(rewrite: Rewrite): string | null {
  if (rewrite.op === 'lesion') return `without-${rewrite.blocks.map((index) => index + 1).join('-')}`
  return rewrite.op === 'maskKernel' ? `kernels-${rewrite.size}` : null
}

/** Says a name in words that follow a model's title: "with blocks 3, 7 removed", "with kernels cut to 5×5". */
export function changeTitle(name: string): string {
  const rewrite = rewriteOfChange(name)
  if (rewrite?.op === 'maskKernel') return `with kernels cut to ${rewrite.size}×${rewrite.size}`
  if (rewrite?.op !== 'lesion') return `changed by ${name}`
  const places = rewrite.blocks.map((index) => index + 1)
  return `with ${places.length === 1 ? 'block' : 'blocks'} ${runs(places).join(', ')} removed`
}

/** Writes ascending numbers; three or more in a row become "3 to 7". */
function runs(places: readonly number[]): string[] {
  const found: number[][] = []
  for (const place of places) {
    const last = found.at(-1)
    if (last?.at(-1) === place - 1) last.push(place)
    else found.push([place])
  }
  return found.flatMap((run) => (run.length < 3 ? run.map(String) : [`${run[0]} to ${run.at(-1)}`]))
}
