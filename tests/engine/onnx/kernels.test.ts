import { describe, expect, it } from 'vitest'
import { depthwiseLayers, kernelLayers, readKernels, readModel } from '#engine/onnx/index.ts'
import { kernelLayer } from '#shared/contract/models.ts'
import { netPath } from './support.ts'

describe('kernels of a RepLKNet', () => {
  it('are listed in the order of the graph, stem and transitions among them', async () => {
    const layers = depthwiseLayers(await readModel(netPath('replknet')))
    expect(layers.map(({ kernel, stride }) => `${kernel[0]}/${stride[0]}`).join(' ')).toBe(
      '3/1 3/2 13/1 13/1 3/2 7/1 7/1',
    )
  })

  it('keep the small parallel kernel of the unmerged form as a layer of its own', async () => {
    const layers = depthwiseLayers(await readModel(netPath('replknet_unmerged')))
    expect(layers.filter(({ kernel }) => kernel[0] === 5)).toHaveLength(4)
  })

  it('are read by their place, and their distances agree with the weights', async () => {
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

  it('refuse a layer that is not there', async () => {
    const model = await readModel(netPath('replknet'))
    await expect(readKernels(model, 7)).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED' })
  })
})

it('gives no kernel layers for a ViT', async () => {
  expect(await kernelLayers(await readModel(netPath('vit')), 'published')).toEqual([])
})

/** The paper's formula, written out once more. */
function meanDistance(weights: Float32Array, kernel: number): number {
  const r = (kernel - 1) / 2
  const mass = weights.reduce((sum, w) => sum + Math.abs(w), 0)
  const far = (index: number) =>
    Math.sqrt((Math.floor(index / kernel) - r) ** 2 + ((index % kernel) - r) ** 2)
  return weights.reduce((sum, w, index) => sum + Math.abs(w) * far(index), 0) / mass / (r * Math.sqrt(2))
}
