import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTensors, type TensorSession } from '#engine/inference/index.ts'
import { acceptFloats, crossEntropyGradient, readModel, writeVariant } from '#engine/onnx/index.ts'
import { attribution, logitGradient, saliencyMap, type GradientOf } from '#engine/saliency/index.ts'
import { netPath, ramp } from '../onnx/support.ts'

const explained = { classIndex: 3, classes: 10, height: 32, width: 32 }
const image = ramp(3072, 2654435761, 1).map((value) => value + 0.5)
let folder = ''
let session: TensorSession

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kernelscope-saliency-'))
  const model = await readModel(netPath('convnext'))
  const floats = acceptFloats(model.graph, { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] })
  const path = await writeVariant(model, crossEntropyGradient(floats), folder, 'gradient')
  session = await openTensors({ path, provider: 'cpu', threads: 1 })
})

afterAll(async () => {
  await session.close()
  await rm(folder, { recursive: true, force: true })
})

async function logit(pixels: Float32Array): Promise<number> {
  const feeds = [
    { name: 'pixels', data: pixels, shape: [1, 32, 32, 3] },
    { name: 'labels', data: new Float32Array(10), shape: [1, 10] },
    { name: 'weight', data: new Float32Array(1), shape: [1] },
  ]
  const { outputs } = await session.run(feeds, ['logits'])
  return outputs[0]?.data[explained.classIndex] ?? NaN
}

describe('on a network', () => {
  it('the gradient foretells a small step', async () => {
    const gradient = await attribution(logitGradient(session, explained), image, 'a', { method: 'gradient' })
    const norm = Math.hypot(...gradient)
    const step = (by: number) => logit(image.map((value, at) => value + (by * (gradient[at] ?? 0)) / norm))
    const slope = ((await step(0.05)) - (await step(-0.05))) / 0.1
    expect(slope / norm).toBeCloseTo(1, 2)
  })

  it('integrated gradients sum to what the image adds to the logit of a black one', async () => {
    const method = { method: 'integratedGradients', steps: 300 } as const
    const parts = await attribution(logitGradient(session, explained), image, 'a', method)
    const difference = (await logit(image)) - (await logit(new Float32Array(3072)))
    expect(parts.reduce((sum, part) => sum + part, 0) / difference).toBeCloseTo(1, 2)
  })
})

describe('SmoothGrad', () => {
  /** Gradient of sum(x^2)/2, which is x, and a count of the calls. */
  const counted = () => {
    const sizes: number[] = []
    const gradientOf: GradientOf = (images, count) => {
      sizes.push(count)
      return Promise.resolve(images.slice())
    }
    return { sizes, gradientOf }
  }
  const smooth = { method: 'smoothGrad', copies: 20, noise: 0.1, seed: 1 } as const

  it('is the gradient itself without noise, in calls of at most eight copies', async () => {
    const { sizes, gradientOf } = counted()
    const result = await attribution(gradientOf, image, 'a', { ...smooth, noise: 0 })
    for (const [at, value] of result.entries()) expect(value).toBeCloseTo(image[at] ?? NaN, 6)
    expect(sizes).toEqual([8, 8, 4])
  })

  it('depends on seed and image alone, and its noise averages out', async () => {
    const of = (key: string, seed: number) =>
      attribution(counted().gradientOf, image, key, { ...smooth, seed })
    const first = await of('a', 1)
    expect(await of('a', 1)).toEqual(first)
    expect(await of('b', 1)).not.toEqual(first)
    expect(await of('a', 2)).not.toEqual(first)
    const noise = first.map((value, at) => value - (image[at] ?? 0))
    const deviation = Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0) / noise.length)
    expect(deviation / (0.1 / Math.sqrt(20))).toBeCloseTo(1, 1)
  })
})

it('shows magnitudes, summed over the channels', () => {
  expect([...saliencyMap(Float32Array.of(1, -2, 3, 0, 0, -1))]).toEqual([6, 1])
})
