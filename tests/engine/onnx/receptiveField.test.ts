import { describe, expect, it } from 'vitest'
import {
  acceptFloats,
  blockOutputs,
  contributionOutput,
  differentiate,
  probe,
  readModel,
  receptiveField,
  writeVariant,
} from '#engine/onnx/index.ts'
import { ints } from '#engine/onnx/rewrite/build.ts'
import { evaluate } from './reference/evaluate.ts'
import { graphOf, noise } from './reference/check.ts'
import { arr } from './reference/array.ts'
import { float32, netInput, netPath, numbers, relativeError, run, temporaryFolder } from './support.ts'

it('the receptive field of one positive convolution is its kernel around the centre, for every image', () => {
  const kernel = [1, 2, 3, 4, 5, 6, 7, 8, 9]
  const weights = [kernel, kernel, kernel].flat()
  const graph = graphOf([2, 3, 6, 6], (b) =>
    b.node('Conv', ['x', b.constant(weights, 'float32', [1, 3, 3, 3])], { pads: ints([1, 1, 1, 1]) }),
  )
  const tensor = graph.outputs[0]?.name ?? ''
  const field = receptiveField(graph, { tensor, layout: 'map', extraTokens: 0 })
  const bright = arr([2, 3, 6, 6], noise([2, 3, 6, 6]).data.map(Math.abs))
  const map = evaluate(field, { x: bright }).get(contributionOutput)
  expect(map?.shape).toEqual([2, 6, 6])
  const wanted = new Float64Array(36)
  for (const [index, weight] of kernel.entries())
    wanted[(2 + Math.floor(index / 3)) * 6 + 2 + (index % 3)] = 3 * weight
  for (const image of [0, 1]) expect(map?.data.slice(image * 36, (image + 1) * 36)).toEqual(wanted)
})

describe.each(['convnext', 'swin', 'vit'] as const)('the receptive field of %s', (name) => {
  it('is the positive gradient of the rectified centre', async () => {
    const model = await readModel(netPath(name))
    const point = blockOutputs(model.graph).at(-1)
    if (!point) throw new Error('no features')
    const folder = await temporaryFolder()
    const input = { input: float32(netInput(), [2, 3, 32, 32]) }
    const field = await run(
      await writeVariant(model, receptiveField(model.graph, point), folder, 'field'),
      input,
    )
    expect(Object.keys(field)).toEqual([contributionOutput])

    const probed = probe(model.graph, [{ tensor: point.tensor, as: 'features' }])
    const shown = (await run(await writeVariant(model, probed, folder, 'probe'), input)).features
    const [n = 0, a = 0, b = 0, c = 0] = shown?.dims ?? []
    const features = numbers(shown)
    const seed = new Float32Array(features.length)
    const mark = (index: number) => (seed[index] = (features[index] ?? 0) > 0 ? 1 : 0)
    for (let image = 0; image < n; image++) {
      if (point.layout === 'map')
        for (let ch = 0; ch < a; ch++) mark(((image * a + ch) * b + b / 2) * c + c / 2)
      if (point.layout === 'mapLast')
        for (let ch = 0; ch < c; ch++) mark(((image * a + a / 2) * b + b / 2) * c + ch)
      if (point.layout === 'tokens') for (let ch = 0; ch < b; ch++) mark((image * a + 1 + 2 * 4 + 2) * b + ch)
    }
    const outputs = [{ name: 'features', type: 'float32' as const, shape: shown?.dims ?? null }]
    const declared = { ...probed, outputs }
    const gradient = differentiate(declared, { of: 'features' })
    const results = await run(await writeVariant(model, gradient, folder, 'gradient'), {
      ...input,
      cotangent: float32(seed, shown?.dims ?? []),
    })
    const wanted = new Float32Array(2 * 1024)
    for (const [index, value] of numbers(results.gradient).entries()) {
      const at = Math.floor(index / 3072) * 1024 + (index % 1024)
      wanted[at] = (wanted[at] ?? 0) + Math.max(value, 0)
    }
    expect(relativeError(numbers(field[contributionOutput]), wanted)).toBeLessThan(1e-5)
  })
})

it('is summed over the channels for float pixels too', async () => {
  const model = await readModel(netPath('convnext'))
  const point = blockOutputs(model.graph).at(-1)
  if (!point) throw new Error('no features')
  const floats = acceptFloats(model.graph, { mean: [0, 0, 0], std: [1, 1, 1] })
  const path = await writeVariant(model, receptiveField(floats, point), await temporaryFolder(), 'field')
  const result = await run(path, { pixels: float32(new Float32Array(3072).fill(0.5), [1, 32, 32, 3]) })
  expect(result[contributionOutput]?.dims).toEqual([1, 32, 32])
})
