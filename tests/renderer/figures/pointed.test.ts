import { expect, it } from 'vitest'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { pointedAt } from '../../../src/renderer/features/figures/chart/pointed.ts'

const spec = (symbols: boolean): FigureSpec => ({
  id: 'areas',
  kind: 'lines',
  title: '',
  x: { label: 'x', unit: 'none', scale: 'linear' },
  y: { label: 'y', unit: 'none', scale: 'linear' },
  series: [
    {
      id: '1',
      name: 'one',
      slot: 0,
      origin: 'measured',
      symbols,
      points: [
        { x: 0, y: 0, ref: '1|share=0.1' },
        { x: 1, y: 1, ref: '1|share=0.2' },
        { x: 2, y: 1 },
        { x: 3, y: null, ref: '1|share=0.4' },
      ],
    },
  ],
  references: [],
  spans: [],
  notes: [],
  alt: '',
})
const toPixels = ([x, y]: readonly [number, number]) => [100 * x, 100 - 100 * y] as const

it('a click near a line without symbols means the nearest of its points that can be opened', () => {
  const at = (x: number, y: number) => pointedAt(spec(false), [x, y], toPixels)?.point.ref
  expect([at(103, 4), at(2, 95)]).toEqual(['1|share=0.2', '1|share=0.1'])
  expect([at(50, 50), at(200, 0), at(300, 100)]).toEqual([undefined, undefined, undefined])
})

it('ignores lines with symbols, which can be clicked themselves', () => {
  expect(pointedAt(spec(true), [100, 0], toPixels)).toBeNull()
})

it('ignores series that the legend hides', () => {
  expect(pointedAt(spec(false), [100, 0], toPixels, (key) => key !== 'one')).toBeNull()
  expect(pointedAt(spec(false), [100, 0], toPixels, (key) => key === 'one')?.point.x).toBe(1)
})
