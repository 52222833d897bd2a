import { Tensor } from 'onnxruntime-node'
import { expect, it } from 'vitest'
import { floatsOf, outputValues } from '#engine/inference/ort.ts'

const refused = (reason: string) =>
  expect.objectContaining({ code: 'MODEL_UNSUPPORTED', message: expect.stringContaining(reason) }) as Error

it('gives the values of a float32 output', () => {
  const logits = new Tensor('float32', Float32Array.of(1, -2, 0.5, 4), [2, 2])
  expect([...outputValues(logits, 'logits')]).toEqual([1, -2, 0.5, 4])
  expect([...floatsOf(logits, 'logits', 4)]).toEqual([1, -2, 0.5, 4])
})

it('refuses an output of another type, a missing one, and another number of values, with the reason', () => {
  const classes = new Tensor('int64', BigInt64Array.of(3n, 1n), [2])
  expect(() => outputValues(classes, 'class')).toThrow(refused('class is int64, not float32'))
  expect(() => outputValues(undefined, 'map')).toThrow(refused('map is missing'))
  const logits = new Tensor('float32', Float32Array.of(1, 2), [1, 2])
  expect(() => floatsOf(logits, 'logits', 3)).toThrow(refused('logits is [1, 2], not of 3 values'))
})
