import { describe, expect, it } from 'vitest'
import { tableToCsv } from '#shared/figures/csv.ts'
import { structureDiff } from '../../../src/renderer/features/compare/structure.ts'
import {
  diffRows,
  differenceText,
  structureTable,
} from '../../../src/renderer/features/compare/structureTable.ts'
import { inspectionOf, layer, mixing, pointwise, type Piece } from '../models/inspection.ts'

const stem = [layer('Conv', [8, 4, 4], [8, 3, 3, 3])]
const head = [layer('GlobalAveragePool', [8, 1, 1]), layer('Gemm', [10], [10, 8])]
const block = (kernel: number, stage = 1): Piece => ({ stage, units: [mixing(kernel), pointwise()] })
const net = (...blocks: Piece[]) => inspectionOf([stem, ...blocks, head])
const parts = (diff: ReturnType<typeof structureDiff>) =>
  diff.parts.map(({ change, a, b }) => `${change}: ${a?.title ?? '–'} / ${b?.title ?? '–'}`)

describe('the difference of two structures', () => {
  it('is empty between a model and itself', () => {
    const diff = structureDiff(net(block(7), block(7)), net(block(7), block(7)))
    expect(diff.partCounts).toEqual({ same: 4, changed: 0, added: 0, removed: 0 })
    expect(diff.layerCounts).toEqual({ same: 13, changed: 0, added: 0, removed: 0 })
    expect(diffRows(diff, new Set(), true)).toEqual([])
  })

  it('names a changed kernel and nothing else', () => {
    const diff = structureDiff(net(block(31), block(7)), net(block(3), block(7)))
    expect(diff.partCounts).toEqual({ same: 3, changed: 1, added: 0, removed: 0 })
    const [changed] = diff.parts[1]!.layers.filter(({ change }) => change !== 'same')
    expect(differenceText(changed!)).toBe(
      'weight 31 × 31 depthwise, 8 channels → 3 × 3 depthwise, 8 channels',
    )
    expect(diff.layerCounts).toMatchObject({ changed: 1, added: 0, removed: 0 })
  })

  it('finds added blocks at the end of their stage', () => {
    const diff = structureDiff(
      net(block(7), block(7), block(7, 2)),
      net(block(7), block(7), block(7), block(7), block(7, 2)),
    )
    expect(parts(diff)).toEqual([
      'same: Stem / Stem',
      'same: Block 1 / Block 1',
      'same: Block 2 / Block 2',
      'added: – / Block 3',
      'added: – / Block 4',
      'same: Block 3 / Block 5',
      'same: Head / Head',
    ])
  })

  it('is reversed when the models are swapped', () => {
    const [a, b] = [net(block(7), block(5)), net(block(7))]
    const turned = structureDiff(b, a)
    expect(structureDiff(a, b).partCounts).toEqual({
      ...turned.partCounts,
      added: turned.partCounts.removed,
      removed: turned.partCounts.added,
    })
  })

  it('does not match blocks that differ too much', () => {
    const attention: Piece = {
      stage: 1,
      units: [
        [
          layer('LayerNormalization', [16, 64], [64]),
          layer('MatMul', [16, 192], [64, 192]),
          layer('Softmax', [4, 16, 16]),
          layer('Add', [16, 64]),
        ],
      ],
    }
    const diff = structureDiff(net(block(7)), net(attention))
    expect(diff.partCounts).toMatchObject({ added: 1, removed: 1 })
  })

  it('pairs layers of one operator only', () => {
    const relu = inspectionOf([[layer('Conv', [8, 4, 4], [8, 3, 3, 3]), layer('Relu')]])
    const gelu = inspectionOf([[layer('Conv', [8, 4, 4], [8, 3, 3, 3]), layer('Gelu')]])
    expect(structureDiff(relu, gelu).layerCounts).toEqual({ same: 1, changed: 0, added: 1, removed: 1 })
  })

  it('ignores names and the batch', () => {
    const a = net(block(7))
    const b = net(block(7))
    b.layers = b.layers.map((one) => ({
      ...one,
      node: `other/${one.node}`,
      outputShape: [1, ...(one.outputShape ?? []).slice(1)],
    }))
    b.convolutions = b.convolutions.map((one) => ({ ...one, node: `other/${one.node}` }))
    expect(structureDiff(a, b).layerCounts).toMatchObject({ changed: 0, added: 0, removed: 0 })
  })

  it('reports another stride', () => {
    const [a, b] = [net(block(7)), net(block(7))]
    b.convolutions = b.convolutions.map((one, at) => (at === 0 ? { ...one, stride: [2, 2] } : one))
    const changed = structureDiff(a, b)
      .parts.flatMap(({ layers }) => layers)
      .filter((l) => l.change !== 'same')
    expect(changed.map(differenceText)).toEqual(['stride 1 × 1 → 2 × 2'])
  })
})

describe('the difference as rows', () => {
  const diff = structureDiff(net(block(31)), net(block(3)))

  it('opens a part to its layers, and can leave out equal parts', () => {
    expect(diffRows(diff, new Set(), false)).toHaveLength(3)
    const open = new Set(['block-0|block-0'])
    expect(diffRows(diff, open, false)).toHaveLength(3 + 5)
    expect(diffRows(diff, open, true).map(({ kind }) => kind)).toEqual(['part', 'layer'])
  })

  it('becomes a table with a row per layer', () => {
    const table = structureTable(diff, { a: 'RepLK-31', b: 'RepLK-3' })
    expect(table.rows).toHaveLength(8)
    expect(tableToCsv(table)).toContain('[8, 1, 31, 31]')
  })
})
