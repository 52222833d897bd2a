import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fieldsOf } from '#shared/params/fields.ts'
import { scaledParams } from '#shared/params/scaled.ts'
import { commonStd, inOtherSpace, toSpace } from '#shared/params/space.ts'

const fields = fieldsOf(
  z.toJSONSchema(
    z.object({ patch: z.int().default(16).meta({ scaledFrom: 224 }), repeats: z.int().default(3) }),
    { io: 'input' },
  ),
)

describe('lengths of presets', () => {
  it.each([
    // 16 px of 224 are a 14th of the side; the nearest divisor, as a ratio, is taken.
    [[224, 224], 16],
    [[32, 32], 2],
    [[96, 96], 6],
    [[128, 128], 8],
    [[256, 256], 16],
    // Both inputs are divided; the smaller one counts.
    [[32, 224], 2],
    // A prime has no other divisor.
    [[29, 29], 1],
  ])('for inputs of %j px', (sides, patch) => expect(scaledParams(fields, {}, sides)).toEqual({ patch }))

  it('scale from the value of the preset, and stay where no model is chosen', () => {
    expect(scaledParams(fields, { patch: 32, repeats: 1 }, [224])).toEqual({ patch: 32 })
    expect(scaledParams(fields, { patch: 32 }, [])).toEqual({})
  })
})

describe('a size in the other space', () => {
  it('is divided by the deviations after normalisation, and multiplied before', () => {
    // 8/255 = 0.031373; over 0.229, 0.224, 0.225.
    expect(inOtherSpace(8 / 255, 'unit', [0.229, 0.224, 0.225])).toBe(
      '8/255 in [0,1] units is 0.137 / 0.14 / 0.139 after normalisation (red / green / blue)',
    )
    expect(inOtherSpace(0.7, 'normalised', [0.5, 0.5, 0.5])).toBe(
      '0.7 after normalisation is 0.35 in [0,1] units',
    )
  })

  it('is converted by the mean deviation of models that have one in common, and back to the same number', () => {
    const std = commonStd([
      [0.229, 0.224, 0.225],
      [0.229, 0.224, 0.225],
    ])
    expect(std).toBeCloseTo(0.226, 12)
    expect(toSpace(0.1, 'normalised', 'unit', 0.226)).toBe(0.0226)
    expect(toSpace(0.0226, 'unit', 'normalised', 0.226)).toBe(0.1)
    expect(toSpace(8 / 255, 'unit', 'unit', 0.226)).toBe(8 / 255)
    expect(
      commonStd([
        [0.229, 0.224, 0.225],
        [0.5, 0.5, 0.5],
      ]),
    ).toBeNull()
    expect(commonStd([])).toBeNull()
  })
})
