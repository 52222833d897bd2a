import { describe, expect, it } from 'vitest'
import {
  acceptPixels,
  attentionMaps,
  blockOutputs,
  probe,
  readModel,
  rowWeightsInput,
  writeVariant,
  type Tap,
} from '#engine/onnx/index.ts'
import {
  float32,
  netInput,
  netNames,
  netPath,
  numbers,
  relativeError,
  run,
  temporaryFolder,
  type NetName,
} from './support.ts'

const input = () => ({ input: float32(netInput(), [2, 3, 32, 32]) })

async function probed(name: NetName, taps: Tap[], feeds: Partial<ReturnType<typeof feedsOf>> = {}) {
  const model = await readModel(netPath(name))
  const path = await writeVariant(model, probe(model.graph, taps), await temporaryFolder(), 'probe')
  return run(path, { ...input(), ...feeds })
}

const feedsOf = (name: string, values: number[]) => ({
  [name]: float32(Float32Array.from(values), [values.length]),
})

/** Stem s, block b or transition t, with stage and number of class tokens. */
const points: Partial<Record<NetName, string>> = {
  resnet: 's0 s0 b1 b1 b2 b2',
  convnext: 's0 s0 b1 b1 t2 b2 b2',
  vit: 's0+1 b1+1 b1+1 b1+1 b1+1 b1+1 b1+1',
  vit_dino: 's0+1 b1+1 b1+1 b1+1 b1+1 b1+1 b1+1',
  swin: 's0 s0 b1 b1 b1 b1 t2 b2 b2 b2 b2',
  replknet: 's0 s0 s0 s0 b1 b1 b1 b1 t2 t2 b2 b2 b2 b2',
  bit: 's0 s0 b1 b1 b2 b2',
}

describe('blockOutputs', () => {
  it.each(Object.entries(points) as [NetName, string][])('of %s are in order', async (name, wanted) => {
    const { graph } = await readModel(netPath(name))
    const shown = blockOutputs(graph).map(
      ({ kind, stage, extraTokens }) =>
        `${kind.charAt(0)}${stage}${extraTokens > 0 ? `+${extraTokens}` : ''}`,
    )
    expect(shown.join(' ')).toBe(wanted)
  })

  it('read a ResNet block after its Relu', async () => {
    const { graph } = await readModel(netPath('resnet'))
    const last = blockOutputs(graph).at(-1)
    expect(graph.nodes.find(({ outputs }) => outputs.includes(last?.tensor ?? ''))?.op).toBe('Relu')
  })
})

/** Elements of one image and channel at all positions, without class tokens. */
function* channels(data: Float32Array, dims: readonly number[], layout: string, extra: number) {
  const [batch = 1, a = 1, b = 1, c = 1] = dims
  const [count, positions] = layout === 'map' ? [a, b * c] : layout === 'mapLast' ? [c, a * b] : [b, a]
  for (let image = 0; image < batch; image++)
    for (let channel = 0; channel < count; channel++) {
      const from = image * count * positions
      const at = (position: number) =>
        layout === 'map' ? channel * positions + position : position * count + channel
      yield Array.from({ length: positions - extra }, (_, index) => data[from + at(index + extra)] ?? NaN)
    }
}

const unbiased = (values: number[]) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
}

describe.each(netNames)('the variance of %s', (name) => {
  it('that the graph computes is that of the tensors', async () => {
    const { graph } = await readModel(netPath(name))
    const features = blockOutputs(graph).slice(0, 12)
    const results = await probed(
      name,
      features.flatMap((of, index): Tap[] => [
        { tensor: of.tensor, as: `raw${index}` },
        { tensor: of.tensor, as: `variance${index}`, reduce: { kind: 'variance', of } },
      ]),
    )
    for (const [index, { layout, extraTokens }] of features.entries()) {
      const raw = results[`raw${index}`]
      const wanted = [...channels(numbers(raw), raw?.dims ?? [], layout, extraTokens)]
      if ((wanted[0]?.length ?? 0) < 2) continue
      expect(results[`variance${index}`]?.dims[0]).toBe(2)
      expect(relativeError(numbers(results[`variance${index}`]), wanted.map(unbiased))).toBeLessThan(1e-5)
    }
  })
})

it('weighted sums add up the features of images', async () => {
  const { graph } = await readModel(netPath('convnext'))
  const of = blockOutputs(graph).at(-1)
  if (!of) throw new Error('no features')
  const results = await probed(
    'convnext',
    [
      { tensor: of.tensor, as: 'raw' },
      { tensor: of.tensor, as: 'sum', reduce: { kind: 'weightedSum', of } },
    ],
    feedsOf(rowWeightsInput, [3, 0.5]),
  )
  const raw = numbers(results.raw)
  const half = raw.length / 2
  const wanted = Float32Array.from(
    { length: half },
    (_, index) => 3 * (raw[index] ?? 0) + 0.5 * (raw[index + half] ?? 0),
  )
  expect(results.sum?.dims).toEqual([1, ...(results.raw?.dims.slice(1) ?? [])])
  expect(relativeError(numbers(results.sum), wanted)).toBeLessThan(1e-5)
})

describe('attention', () => {
  it.each([
    ['vit', 2],
    ['vit_dino', 4],
  ] as const)('of %s is found in every layer, with its class token', async (name, heads) => {
    const { graph } = await readModel(netPath(name))
    const maps = attentionMaps(graph)
    expect(maps.map(({ layer }) => layer)).toEqual([0, 1, 2])
    for (const map of maps)
      expect(map).toMatchObject({ heads, tokens: 17, extraTokens: 1, hasClassToken: true, grid: [4, 4] })
  })

  it.each(['swin', 'convnext', 'resnet'] as const)('of %s is not over all tokens', async (name) => {
    expect(attentionMaps((await readModel(netPath(name))).graph)).toEqual([])
  })

  it.each(['vit', 'vit_dino'] as const)('of %s has the rows and distances of its matrix', async (name) => {
    const [map] = attentionMaps((await readModel(netPath(name))).graph)
    if (!map) throw new Error('no attention')
    const results = await probed(name, [
      { tensor: map.tensor, as: 'matrix' },
      { tensor: map.tensor, as: 'row', reduce: { kind: 'classRow', of: map } },
      { tensor: map.tensor, as: 'distance', reduce: { kind: 'attentionDistance', of: map, patch: 8 } },
    ])
    const matrix = numbers(results.matrix)
    const rows: number[] = []
    const distances: number[] = []
    for (let head = 0; head < 2 * map.heads; head++) {
      const at = (query: number, key: number) => matrix[(head * 17 + query) * 17 + key] ?? NaN
      let sum = 0
      for (let key = 1; key < 17; key++) rows.push(at(0, key))
      for (let query = 1; query < 17; query++)
        for (let key = 1; key < 17; key++) {
          const [q, k] = [query - 1, key - 1]
          sum += at(query, key) * 8 * Math.hypot(Math.floor(q / 4) - Math.floor(k / 4), (q % 4) - (k % 4))
        }
      distances.push(sum / 16)
    }
    expect(results.row?.dims).toEqual([2, map.heads, 16])
    expect(relativeError(numbers(results.row), rows)).toBeLessThan(1e-6)
    expect(results.distance?.dims).toEqual([2, map.heads])
    expect(relativeError(numbers(results.distance), distances)).toBeLessThan(1e-5)
  })
})

describe('probe', () => {
  it('keeps the existing outputs, and works with other rewrites', async () => {
    const { graph } = await readModel(netPath('resnet'))
    const tensor = blockOutputs(graph)[0]?.tensor ?? ''
    const pixels = acceptPixels(graph, { mean: [0, 0, 0], std: [1, 1, 1] })
    expect(probe(pixels, [{ tensor, as: 'first' }]).outputs.map(({ name }) => name)).toEqual([
      'logits',
      'first',
    ])
  })

  it('refuses missing tensors and taken names', async () => {
    const { graph } = await readModel(netPath('resnet'))
    expect(() => probe(graph, [{ tensor: 'nowhere', as: 'x' }])).toThrow(/tensor nowhere/)
    expect(() => probe(graph, [{ tensor: 'input', as: 'logits' }])).toThrow(/logits: the name is taken/)
  })
})
