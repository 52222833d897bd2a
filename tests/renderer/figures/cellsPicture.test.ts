import { describe, expect, it } from 'vitest'
import { cellWords, isPicture } from '../../../src/renderer/features/figures/chart/cellsPicture.ts'
import { matrix } from '../../shared/figures/specs.ts'

const spec = matrix('sequential', [0.25, null, 0.5, 1, 0, 0.125])
const cells = spec.cells ?? expect.fail('no cells')

describe('the text about the cell under the pointer', () => {
  it('has its row, its column and its value', () => {
    expect(cellWords(cells, 0, 0)).toBe('cat, cat: 0.25')
    expect(cellWords(cells, 1, 2)).toBe('dog, ship: 0.125')
  })

  it('is null outside the cells and where there is no value', () => {
    expect(cellWords(cells, 0, 1)).toBeNull()
    expect(cellWords(cells, -1, 0)).toBeNull()
    expect(cellWords(cells, 0, 3)).toBeNull()
    expect(cellWords(cells, 2, 0)).toBeNull()
  })

  it('names a cell without a name after the nearest named one', () => {
    const sparse = { ...cells, columns: ['', 'cat', ''] }
    expect(cellWords(sparse, 0, 0)).toBe('cat, cat (1): 0.25')
    expect(cellWords(sparse, 0, 2)).toBe('cat, cat (3): 0.5')
    expect(cellWords({ ...cells, rows: ['', ''] }, 1, 0)).toBe('2, cat: 1')
  })
})

describe('a heatmap as one picture', () => {
  it('is used with photographs, or with many cells', () => {
    expect(isPicture(spec)).toBe(false)
    expect(isPicture({ ...spec, cells: { ...cells, pictures: [] } })).toBe(true)
    expect(isPicture({ ...spec, cells: { ...cells, values: new Array<number>(2501).fill(0) } })).toBe(true)
  })
})
