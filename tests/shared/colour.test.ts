import { expect, it } from 'vitest'
import { colourMapIds, colourMaps, isDiverging, sequentialMaps } from '#shared/colour/list.ts'
import { lut } from '#shared/colour/maps.ts'
import { tables } from '#shared/colour/tables.ts'
import { figureStyle } from '#shared/figures/compose/index.ts'

it('offers every map, with the default first', () => {
  expect([...colourMapIds].sort()).toEqual(colourMaps.map(({ id }) => id).sort())
  expect(sequentialMaps[0]).toBe(colourMapIds[0])
  expect(sequentialMaps.some(isDiverging)).toBe(false)
  for (const sequential of sequentialMaps)
    expect(figureStyle.parse({ sequential }).sequential).toBe(sequential)
  expect(figureStyle.parse({}).sequential).toBe('viridis')
  expect(figureStyle.safeParse({ sequential: 'diverging' }).success).toBe(false)
})

it.each(colourMaps)(
  'spreads the colours of $id over 256 entries, from its first to its last',
  ({ id, stops }) => {
    const hex = Buffer.from(lut(id)).toString('hex')
    expect(hex.slice(0, 6)).toBe(stops.slice(0, 6))
    expect(hex.slice(-6)).toBe(stops.slice(-6))
  },
)

it('leaves tables of 256 colours unchanged', () => {
  expect(Buffer.from(lut('viridis')).toString('hex')).toBe(tables.viridis)
  expect(Buffer.from(lut('cividis')).toString('hex')).toBe(tables.cividis)
  expect(Buffer.from(lut('diverging')).toString('hex')).toBe(tables.rdbu)
})
