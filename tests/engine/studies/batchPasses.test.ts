import { describe, expect, it } from 'vitest'
import { passesOf } from '#engine/studies/measure/batchPasses.ts'
import type { Pass, PassRow } from '#engine/studies/measure/missing.ts'
import type { Feed } from '#engine/inference/index.ts'

const want = (conditionId: number, exampleId: number) => ({
  key: { variantId: 1, conditionId, exampleId },
  readout: 'all',
})

const preprocessing = {
  size: [8, 8] as [number, number],
  resize: 'squash' as const,
  resizeTo: null,
  interpolation: 'bilinear' as const,
  mean: [0, 0, 0] as [number, number, number],
  std: [1, 1, 1] as [number, number, number],
}
const image = { id: 1, exampleId: 1, digest: '', path: '', root: null, className: '' }

const row = (...passes: [Pass, ...Pass[]]): PassRow => ({
  view: { image, preprocessing },
  transform: { op: 'identity' },
  passes,
})

const pass = (column: number, feeds: Feed[], exampleId: number): Pass => ({
  column,
  feeds,
  wants: [want(column, exampleId)],
})

const gates = (...data: number[]): Feed[] => [
  { name: 'gates', data: Float32Array.from(data), shape: [data.length] },
]

describe('the forward passes of a batch', () => {
  it('rows of ten conditions without feeds of their own are one pass', () => {
    const none: Feed[] = []
    const rows = Array.from({ length: 16 }, (_, at) => row(pass(at % 10, none, at)))
    const passes = passesOf(rows)
    expect(passes.map(({ wants }) => [...wants.keys()])).toEqual([rows.map((_, at) => at)])
    expect(passes[0]?.wants.get(12)).toEqual([want(2, 12)])
  })

  it('rows under several gates are a pass for each of them, in the order of their columns', () => {
    const [a, b] = [gates(0, 1), gates(1, 0)]
    const rows = [row(pass(1, b, 1)), row(pass(0, a, 2), pass(1, b, 2))]
    expect(passesOf(rows).map(({ feeds, wants }) => [feeds, [...wants.keys()]])).toEqual([
      [a, [1]],
      [b, [0, 1]],
    ])
  })

  it('a row that has two conditions with the same feeds gets the facts of both', () => {
    const a = gates(1)
    expect(passesOf([row(pass(0, a, 1), pass(1, a, 1))])[0]?.wants.get(0)).toEqual([want(0, 1), want(1, 1)])
  })
})
