import { expect, it } from 'vitest'
import { autoPgd } from '#engine/inference/attacks/strong/apgd.ts'
import type { Network } from '#engine/inference/attacks/strong/network.ts'
import { crossEntropy } from '#engine/inference/attacks/strong/objectives.ts'
import { generator } from '#shared/random.ts'

/** A network of two classes that is always right: the first output is 5 + the squares of x - 0.3. Keeps the values it saw. */
function bowl() {
  const seen: number[] = []
  const outputs = (x: Float32Array) =>
    Float32Array.of(5 + x.reduce((sum, value) => sum + (value - 0.3) ** 2, 0), 0)
  const network: Network = {
    outputs: (images) => Promise.resolve(images.map(outputs)),
    crossEntropy(images) {
      seen.push(...images.map(([value = NaN]) => value))
      return Promise.resolve({
        outputs: images.map(outputs),
        // The loss falls with the first output.
        gradients: images.map((x) => x.map((value) => -2 * (value - 0.3))),
      })
    },
    weighted: () => Promise.reject(new Error('not asked for')),
  }
  return { seen, network }
}

const attacked = (steps: number) => {
  const { seen, network } = bowl()
  const image = { x0: Float32Array.of(0.5), y: 0, epsilon: 0.4, random: generator('autoPgd') }
  return autoPgd([image], [crossEntropy], { steps, norm: 'linf' }, network).then(([found]) => ({
    found,
    seen,
  }))
}

it('steps are halved at checkpoints where too few of them raised the loss, so that the best place is found', async () => {
  const { found, seen } = await attacked(100)
  expect(seen).toHaveLength(101)
  expect(found?.wrong).toBe(false)
  // Steps of 2 epsilon that are never halved go from edge to edge of [0.1, 0.9].
  expect(Math.abs((found?.x[0] ?? NaN) - 0.3)).toBeLessThan(0.001)
  // Checkpoints are after 22, 41, 57, 70, 80, 87, 93 and 99 steps.
  const longest = (from: number, to: number) =>
    Math.max(
      ...Array.from({ length: to - from }, (_, at) =>
        Math.abs((seen[from + at + 1] ?? 0) - (seen[from + at] ?? 0)),
      ),
    )
  const lengths = [longest(3, 22), longest(44, 57), longest(73, 80), longest(95, 100)]
  expect(lengths).toEqual(lengths.toSorted((a, b) => b - a))
  expect(lengths[0]).toBeGreaterThan(0.1)
  expect(lengths[3]).toBeLessThan(0.02)
})
