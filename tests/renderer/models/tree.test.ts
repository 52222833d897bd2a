import { describe, expect, it } from 'vitest'
import { partsOf } from '../../../src/renderer/features/models/parts.ts'
import {
  allBranches,
  pathTo,
  treeOf,
  treeRows,
  treeStep,
} from '../../../src/renderer/features/models/layers/tree.ts'
import { inspectionOf, layer, mixing, pointwise } from './inspection.ts'

const tree = () =>
  treeOf(
    partsOf(
      inspectionOf([
        [layer('Conv', [8, 4, 4], [8, 3, 3, 3])],
        { stage: 1, units: [mixing(31), pointwise()] },
        { stage: 1, units: [mixing(3)] },
        [layer('Gemm', [10], [10, 8])],
      ]),
    ),
  )
const shown = (expanded: string[], search = '') =>
  treeRows(tree(), new Set(expanded), search).rows.map(
    ({ node, level }) => `${'  '.repeat(level - 1)}${node.key}`,
  )

describe('the layer tree', () => {
  it('shows only its roots while nothing is open', () => {
    expect(shown([])).toEqual(['stem', 'stage-1', 'head'])
  })

  it('has a level for units only where a block has several', () => {
    expect(shown(['stage-1', 'block-0', 'block-1'])).toEqual([
      'stem',
      'stage-1',
      '  block-0',
      '    block-0/0',
      '    block-0/1',
      '  block-1',
      '    layer-6',
      '    layer-7',
      '    layer-8',
      'head',
    ])
  })

  it('sums parameters and MACs upwards', () => {
    const [, stage] = tree()
    expect(stage?.parameters).toBe(stage?.children.reduce((sum, child) => sum + child.parameters, 0))
    expect(stage?.macs).toBe(500)
  })

  it('finds layers by their own text and that of their ancestors, and opens the branches to them', () => {
    expect(shown([], '31x31')).toEqual([
      'stage-1',
      '  block-0',
      '    block-0/0',
      '      layer-1',
      '      layer-2',
      '      layer-3',
    ])
    expect(shown([], 'depthwise 31')).toEqual(['stage-1', '  block-0', '    block-0/0', '      layer-2'])
    expect(shown([], 'GEMM')).toEqual(['head', '  layer-9'])
    expect(treeRows(tree(), new Set(), 'block add').found).toBe(3)
    expect(shown([], 'nothing like it')).toEqual([])
  })

  it('gives the path to a node', () => {
    expect(pathTo(tree(), 'layer-2')).toEqual(['stage-1', 'block-0', 'block-0/0'])
    expect(pathTo(tree(), 'stem')).toEqual([])
    expect(pathTo(tree(), 'nowhere')).toEqual([])
  })

  it('can be traversed by keys', () => {
    const { rows } = treeRows(tree(), new Set(['stage-1']), '')
    expect(treeStep('ArrowRight', rows, 1)).toEqual({ row: 2 })
    expect(treeStep('ArrowRight', rows, 2)).toEqual({ open: 'block-0' })
    expect(treeStep('ArrowLeft', rows, 2)).toEqual({ row: 1 })
    expect(treeStep('ArrowLeft', rows, 1)).toEqual({ close: 'stage-1' })
    expect(treeStep('ArrowLeft', rows, 0)).toBeNull()
    expect(treeStep('End', rows, 0)).toEqual({ row: rows.length - 1 })
    expect(treeStep('PageUp', rows, 3)).toEqual({ row: 0 })
  })

  it('can be opened completely', () => {
    const { rows } = treeRows(tree(), new Set(allBranches(tree())), '')
    expect(rows.filter(({ node }) => node.kind === 'layer')).toHaveLength(10)
  })
})
