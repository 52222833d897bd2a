import { describe, expect, it } from 'vitest'
import { lut } from '#shared/colour/maps.ts'
import {
  movedCell,
  cellUnder,
  concentration,
  fieldAt,
  meanField,
  paintField,
  peakOf,
  placeWords,
  limitOf,
  rangeOf,
  symmetric,
  type Field,
} from '../../../src/renderer/features/pictures/map/field.ts'
import { fieldCsv, fieldFigure, names } from '../../../src/renderer/features/pictures/map/fieldFigure.ts'

const field = (height: number, width: number, ...values: number[]): Field => ({
  height,
  width,
  values: Float32Array.from(values),
})
const small = field(2, 3, 0, 1, 2, 3, 4, Number.NaN)

describe('a field of values', () => {
  it('is taken from a stack, or averaged over it', () => {
    const stack = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8])
    expect([...fieldAt(stack, 2, 2, 1).values]).toEqual([5, 6, 7, 8])
    expect([...meanField(stack, 2, 2).values]).toEqual([3, 4, 5, 6])
  })

  it('has a range and a peak, without NaN', () => {
    expect(rangeOf(small.values)).toEqual({ min: 0, max: 4 })
    expect(rangeOf(Float32Array.of(Number.NaN))).toEqual({ min: 0, max: 0 })
    expect(peakOf(small)).toEqual({ row: 1, column: 1, value: 4 })
    expect(peakOf(field(1, 1, Number.NaN))).toBeNull()
    expect(symmetric({ min: -1, max: 3 })).toEqual({ min: -3, max: 3 })
    expect(
      limitOf(
        Float32Array.from({ length: 100 }, (_, i) => i + 1),
        0.99,
      ),
    ).toBe(99)
    expect(limitOf(Float32Array.of(5, Number.NaN, 1, 3), 1)).toBe(5)
    expect(limitOf(Float32Array.of(Number.NaN), 0.5)).toBe(0)
  })

  it('is painted over its range, and transparent where it has no value', () => {
    const pixels = paintField(small, 'viridis', { min: 0, max: 4 })
    const at = (cell: number) => [...pixels.slice(4 * cell, 4 * cell + 4)]
    const colour = (place: number) => [...lut('viridis').slice(3 * place, 3 * place + 3), 255]
    expect(at(0)).toEqual(colour(0))
    expect(at(2)).toEqual(colour(128))
    expect(at(4)).toEqual(colour(255))
    expect(at(5)).toEqual([0, 0, 0, 0])
  })

  it('finds the cell under the pointer', () => {
    expect(cellUnder(small, 299, 0, 300, 200)).toEqual({ row: 0, column: 2 })
    expect(cellUnder(small, 100, 199, 300, 200)).toEqual({ row: 1, column: 1 })
    expect(cellUnder(small, 300, 0, 300, 200)).toBeNull()
    expect(cellUnder(small, -1, 0, 300, 200)).toBeNull()
  })

  it('can be traversed by keys, from its middle', () => {
    expect(movedCell('up', null, small)).toEqual({ row: 1, column: 1 })
    expect(movedCell('right', { row: 1, column: 2 }, small)).toEqual({ row: 1, column: 2 })
    expect(movedCell('first', { row: 1, column: 2 }, small)).toEqual({ row: 1, column: 0 })
    expect(movedCell('pageUp', { row: 1, column: 2 }, small)).toEqual({ row: 0, column: 2 })
  })

  it('says how concentrated it is, and where', () => {
    expect(concentration(field(1, 4, 1, 1, 1, 1), 0.25)).toBe(0.25)
    expect(concentration(field(1, 4, 0, 0, 5, 0), 0.25)).toBe(1)
    expect(concentration(field(1, 2, 0, 0), 0.5)).toBe(0)
    expect(placeWords({ row: 0, column: 8 }, field(9, 9))).toBe('top right')
    expect(placeWords({ row: 4, column: 4 }, field(9, 9))).toBe('middle')
    expect(placeWords({ row: 4, column: 0 }, field(9, 9))).toBe('middle left')
  })
})

describe('a field as a figure', () => {
  const spec = fieldFigure(small, {
    id: 'x',
    title: 'T',
    label: 'L',
    cell: 'patch',
    map: 'viridis',
    notes: [],
    alt: 'A',
  })

  it('has a cell for every value, and null for NaN', () => {
    expect(spec.cells).toMatchObject({ values: [0, 1, 2, 3, 4, null], map: 'sequential', label: 'L' })
    expect(spec.cells?.rows).toHaveLength(2)
    expect(spec.cells?.columns).toHaveLength(3)
  })

  it('names few positions of a long axis', () => {
    expect(names(12)).toHaveLength(12)
    expect(names(12).every((name) => name !== '')).toBe(true)
    expect(names(224).filter(Boolean)).toEqual(['0', '32', '64', '96', '128', '160', '192'])
  })

  it('is written as CSV with the position of every value', () => {
    expect(fieldCsv(small).split('\r\n').slice(0, 3)).toEqual(['row,column,value', '0,0,0', '0,1,1'])
    expect(fieldCsv(small)).toContain('1,2,\r\n')
  })
})
