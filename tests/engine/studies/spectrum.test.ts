import { expect, it } from 'vitest'
import { runStudy } from './sample.ts'
import { sampleWorkspace } from './workspace.ts'

it('the noise study shows a ring of frequencies for each of its bands', async () => {
  const { client, datasetId, modelIds } = await sampleWorkspace('replk3')
  const { id } = await runStudy(client, {
    kind: 'noise-frequency',
    modelIds,
    datasetId,
    params: { centres: [0, 500], width: 250 },
  })
  const { figures } = await client.studies.result({ id })
  expect(figures.map((figure) => figure.id)).toEqual(['frequency', 'spectrum-0', 'spectrum-500'])
  const ring = figures[2]
  // 96 frequencies per side, two per cell: the band of radius 18 to 30 lies 9 to 15 cells from the middle.
  expect(ring?.notes[0]).toBe('Band from 0.375 π to 0.625 π (square ring, radius 18 to 30 of 48).')
  expect([ring?.cells?.rows.length, ring?.cells?.columns.length]).toEqual([48, 48])
  const filled = (row: number, column: number) => ring?.cells?.values[row * 48 + column] !== null
  for (const [offset, there] of [
    [0, false],
    [8, false],
    [9, true],
    [14, true],
    [16, false],
  ] as const) {
    expect(filled(24, 24 + offset), `${offset} across`).toBe(there)
    expect(filled(24 + offset, 24 + offset), `${offset} both ways`).toBe(there)
  }
  expect(ring?.cells?.rows.flatMap((name, at) => (name === '' ? [] : [[at, name]]))).toEqual([
    [0, '−1'],
    [12, '−0.5'],
    [24, '0'],
    [36, '0.5'],
  ])
})
