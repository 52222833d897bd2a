import { expect, it } from 'vitest'
import { canonicalJson } from '#shared/canonical.ts'

it('gives equal text for equal values, whatever the order of members', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'é"' }], a: -0.5, gone: undefined })).toBe(
    '{"a":-0.5,"b":[1,{"c":"é\\"","d":null}]}',
  )
  expect(canonicalJson({ x: 1, y: 2 })).toBe(canonicalJson({ y: 2, x: 1 }))
})

it('refuses what JSON cannot hold', () => {
  expect(() => canonicalJson({ a: Number.NaN })).toThrow('invalid number')
  expect(() => canonicalJson(new Map())).toThrow('invalid value')
  expect(() => canonicalJson([1n])).toThrow('invalid value')
})
