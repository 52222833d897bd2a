import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { depthwiseLayers, kernelLayers, type OnnxModel, readKernels, readModel } from '#engine/onnx/index.ts'
import { kernelLayer } from '#shared/contract/models.ts'
import { int, ints } from '#engine/onnx/rewrite/build.ts'
import { graphOf, noise } from './reference/check.ts'
import { evaluate } from './reference/evaluate.ts'
import { netPath, relativeError } from './support.ts'

describe('kernels of a RepLKNet', () => {
  it('are listed in the order of the graph, with those of the stem and the transitions', async () => {
    const layers = depthwiseLayers(await readModel(netPath('replknet')))
    expect(layers.map(({ kernel, stride }) => `${kernel[0]}/${stride[0]}`).join(' ')).toBe(
      '3/1 3/2 13/1 13/1 3/2 7/1 7/1',
    )
  })

  it('list the small parallel kernel of the unmerged form as a layer', async () => {
    const layers = depthwiseLayers(await readModel(netPath('replknet_unmerged')))
    expect(layers.filter(({ kernel }) => kernel[0] === 5)).toHaveLength(4)
  })

  it('are read by index, and their distances agree with the weights', async () => {
    const model = await readModel(netPath('replknet'))
    const layers = await kernelLayers(model, 'normalised')
    for (const layer of layers) {
      expect(kernelLayer.parse(layer)).toEqual(layer)
      const { channels, kernel, weights } = await readKernels(model, layer.index)
      expect(weights).toHaveLength(channels * kernel * kernel)
      expect(layer.max).toBe(Math.max(...weights))
      expect(layer.min).toBe(Math.min(...weights))
      expect(layer.distance).toHaveLength(channels)
      expect(layer.distance).toEqual(layer.distance.toSorted((a, b) => a - b))
      for (const [place, channel] of layer.order.entries()) {
        const one = weights.subarray(channel * kernel * kernel, (channel + 1) * kernel * kernel)
        expect(layer.distance[place]).toBeCloseTo(meanDistance(one, kernel), 10)
      }
    }
  })

  it('are merged like in PyTorch (tools/goldens/onnx_merge.py)', async () => {
    const model = await readModel(netPath('replknet_unmerged'))
    const merged = (await kernelLayers(model, 'normalised', 'merged')).filter(
      ({ beside }) => beside?.kernel === 5,
    )
    expect(merged.map(({ kernel }) => kernel)).toEqual([13, 13, 7, 7])
    const parts = await Promise.all(merged.map(({ index }) => readKernels(model, index, 'merged')))
    const ours = parts.flatMap(({ weights }) => [...weights])
    const bytes = await readFile(join(import.meta.dirname, 'fixtures/replknet_unmerged.merged.bin'))
    const wanted = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
    expect(relativeError(ours, wanted)).toBeLessThan(1e-7)
    // The small kernels are no longer layers, and the distances are those of the sums.
    const raw = await kernelLayers(model, 'normalised')
    expect(raw.length - (await kernelLayers(model, 'normalised', 'merged')).length).toBe(4)
    expect(raw.find(({ index }) => index === merged[0]?.index)?.distance).not.toEqual(merged[0]?.distance)
  })

  it('refuse a missing layer', async () => {
    const model = await readModel(netPath('replknet'))
    await expect(readKernels(model, 7)).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED' })
  })
})

it('merges kernels with separate batch norms so that the outputs stay equal', async () => {
  const channels = 3
  const graph = graphOf([1, channels, 12, 12], (b) => {
    const branch = (kernel: number, seed: number) => {
      const weights = noise([channels, 1, kernel, kernel], seed).data
      const name = b.constant([...weights], 'float32', [channels, 1, kernel, kernel])
      const conv = b.node('Conv', ['x', name], {
        group: int(channels),
        pads: ints(Array(4).fill((kernel - 1) / 2)),
      })
      const [scale, shift, mean, variance] = [1, 2, 3, 4].map((at) =>
        b.constant(
          [...noise([channels], seed + at).data].map((value) => Math.abs(value) + 0.1),
          'float32',
        ),
      )
      return b.node('BatchNormalization', [conv, scale ?? '', shift ?? '', mean ?? '', variance ?? ''])
    }
    return b.node('Add', [branch(5, 10), branch(9, 20)])
  })
  const model: OnnxModel = { path: '', bytes: 0, externalFiles: [], producer: '', metadata: new Map(), graph }
  const [layer] = await kernelLayers(model, 'normalised', 'merged')
  expect(layer).toMatchObject({ kernel: 9, beside: { kernel: 5 } })
  const { weights } = await readKernels(model, layer?.index ?? -1, 'merged')
  const one = graphOf([1, channels, 12, 12], (b) =>
    b.node('Conv', ['x', b.constant([...weights], 'float32', [channels, 1, 9, 9])], {
      group: int(channels),
      pads: ints([4, 4, 4, 4]),
    }),
  )
  const x = noise([1, channels, 12, 12], 1)
  const at = (shifted: boolean) => {
    const input = shifted ? { ...x, data: x.data.map((value, index) => value + (index % 7)) } : x
    return [graph, one].map(
      (each) => evaluate(each, { x: input }).get(each.outputs[0]?.name ?? '')?.data ?? [],
    )
  }
  // The difference of two outputs does not contain the bias.
  const [both, merged] = [0, 1].map((which) => {
    const [from, to] = [at(false)[which] ?? [], at(true)[which] ?? []]
    return Array.from(to, (value, index) => value - (from[index] ?? NaN))
  })
  expect(relativeError(merged ?? [], both ?? [])).toBeLessThan(1e-6)
})

it('a ViT has no kernel layers', async () => {
  expect(await kernelLayers(await readModel(netPath('vit')), 'published')).toEqual([])
})

/** A second implementation of the paper's formula. */
function meanDistance(weights: Float32Array, kernel: number): number {
  const r = (kernel - 1) / 2
  const mass = weights.reduce((sum, w) => sum + Math.abs(w), 0)
  const far = (index: number) =>
    Math.sqrt((Math.floor(index / kernel) - r) ** 2 + ((index % kernel) - r) ** 2)
  return weights.reduce((sum, w, index) => sum + Math.abs(w) * far(index), 0) / mass / (r * Math.sqrt(2))
}
