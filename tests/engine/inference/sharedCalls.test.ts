import { expect, it } from 'vitest'
import { compareGates, keptDepths, sharedPrefix } from '#engine/inference/index.ts'

const gates = (...calls: string[]) => calls.map((call) => Float32Array.from(call, Number))

it('orders single removed blocks so that one border at a time is kept for the next', () => {
  const singles = gates('1110', '0111', '1101', '1011').sort(compareGates)
  expect(singles.map((call) => call.join(''))).toEqual(['0111', '1011', '1101', '1110'])
  expect(keptDepths(singles)).toEqual([[], [1], [2], []])
})

it('keeps the borders at which any later call parts, and no others', () => {
  const calls = gates('0001', '0010', '0011', '0101', '0110', '0111', '1000')
  const parts = calls.map(
    (call, at) => new Set(calls.slice(at + 1).map((later) => sharedPrefix(call, later))),
  )
  expect(keptDepths(calls)).toEqual(parts.map((depths) => [...depths].filter((d) => d > 0).sort()))
})
