import { expect, it } from 'vitest'
import { logitsRatio, logitsRatioTo } from '#engine/inference/attacks/strong/objectives.ts'
import { checkStop } from '#engine/inference/attacks/strong/network.ts'
import { stopFlag } from '#engine/studies/kinds/attacks/adversarial/stopFlag.ts'

it.each([
  ['difference of logits ratio', logitsRatio, 1],
  ['the same, wrong already', logitsRatio, 3],
  ['targeted', logitsRatioTo(4), 1],
  ['targeted at the likeliest', logitsRatioTo(1), 0],
] as const)('derivatives of the %s are those of its values', (_, objective, y) => {
  const z = Float64Array.of(1.5, 3, -0.5, 0.25, 2.125)
  const valueAt = (k: number, by: number) =>
    objective.value(
      Float32Array.from(z, (value, at) => value + (at === k ? by : 0)),
      y,
    )
  const found = objective.weights?.(Float32Array.from(z), y) ?? new Float32Array(0)
  const step = 2 ** -8
  for (const k of z.keys())
    expect(found[k]).toBeCloseTo((valueAt(k, step) - valueAt(k, -step)) / (2 * step), 4)
})

it('an attack ends once its signal is aborted, and nothing else is taken for that', async () => {
  const abort = new AbortController()
  const { stop, unlessStopped, close } = stopFlag(abort.signal)
  const work = () => Promise.resolve().then(() => checkStop(stop))
  await expect(unlessStopped('stopped', () => work().then(() => 'done'))).resolves.toBe('done')
  abort.abort()
  await expect(unlessStopped('stopped', () => work().then(() => 'done'))).resolves.toBe('stopped')
  await expect(unlessStopped('stopped', () => Promise.reject(new RangeError('other')))).rejects.toThrow(
    'other',
  )
  close()
})
