import { describe, expect, it } from 'vitest'
import {
  attentionMaps,
  attentionReadings,
  noAttentionReason,
  probe,
  readModel,
  writeVariant,
  type AttentionMap,
  type Graph,
} from '#engine/onnx/index.ts'
import { sampleModel } from '../studies/sample.ts'
import { float32, netInput, netPath, numbers, relativeError, run, temporaryFolder } from './support.ts'

/** Attention matrices of image 1 as [heads, T, T], by a probe without a reduction. */
async function matricesOf(path: string, maps: readonly AttentionMap[]): Promise<Float32Array[]> {
  const model = await readModel(path)
  const taps = maps.map(({ tensor, layer }) => ({
    tensor,
    as: `matrix-${layer}`,
    reduce: { kind: 'none' as const },
  }))
  const results = await run(
    await writeVariant(model, probe(model.graph, taps), await temporaryFolder(), 'probe'),
    {
      input: float32(netInput(), [2, 3, 32, 32]),
    },
  )
  return maps.map(({ layer }) => {
    const all = numbers(results[`matrix-${layer}`])
    return all.slice(all.length / 2)
  })
}

describe.each(['vit', 'vit_dino'] as const)('readings of %s', (name) => {
  it('are the row of a query, the mean over queries, and the rollout of Abnar and Zuidema', async () => {
    const model = await readModel(netPath(name))
    const maps = attentionMaps(model.graph)
    const [first] = maps
    const tokens = first?.tokens ?? 0
    const query = 5
    const path = await writeVariant(
      model,
      attentionReadings(model.graph, maps),
      await temporaryFolder(),
      'readings',
    )
    const results = await run(path, {
      input: float32(netInput(), [2, 3, 32, 32]),
      query: float32(Float32Array.of(query), [1]),
    })
    let rollout: Float64Array | undefined
    for (const [layer, matrix] of (await matricesOf(netPath(name), maps)).entries()) {
      const heads = maps[layer]?.heads ?? 0
      const at = (head: number, row: number, column: number) =>
        matrix[(head * tokens + row) * tokens + column] ?? NaN
      const second = (name: string) => {
        const values = numbers(results[`${name}-${layer}`])
        return values.slice(values.length / 2)
      }
      const wanted = { row: new Float64Array(heads * tokens), mean: new Float64Array(heads * tokens) }
      const mixed = new Float64Array(tokens * tokens)
      for (let head = 0; head < heads; head++)
        for (let row = 0; row < tokens; row++)
          for (let column = 0; column < tokens; column++) {
            const value = at(head, row, column)
            if (row === query) wanted.row[head * tokens + column] = value
            wanted.mean[head * tokens + column]! += value / tokens
            mixed[row * tokens + column]! += value / heads / 2 + (head === 0 && row === column ? 0.5 : 0)
          }
      rollout = rollout ? product(mixed, rollout, tokens) : mixed
      expect(relativeError(second('row'), wanted.row)).toBeLessThan(1e-5)
      expect(relativeError(second('mean'), wanted.mean)).toBeLessThan(1e-5)
      const rolled = rollout.slice(query * tokens, (query + 1) * tokens)
      expect(relativeError(second('rollout'), rolled)).toBeLessThan(1e-5)
      expect(rolled.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6)
    }
  })
})

function product(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const result = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++)
      for (let j = 0; j < size; j++) result[i * size + j]! += (a[i * size + k] ?? 0) * (b[k * size + j] ?? 0)
  return result
}

it('finds the patches after a convolutional stem', async () => {
  const maps = attentionMaps((await readModel(sampleModel('vit'))).graph)
  expect(maps.map(({ grid, extraTokens }) => [...grid, extraTokens])).toEqual(Array(4).fill([12, 12, 1]))
})

describe('the reason for no maps', () => {
  it('is given for windows, for models without attention and for a fused operator', async () => {
    const of = async (name: 'swin' | 'resnet') => noAttentionReason((await readModel(netPath(name))).graph)
    expect(await of('swin')).toMatch(/attention runs within \d+ windows of \d+ tokens/)
    expect(await of('resnet')).toContain('no self-attention')
    const { graph } = await readModel(netPath('vit'))
    const fused: Graph = {
      ...graph,
      nodes: graph.nodes.map((node) =>
        node.op === 'Softmax' ? { ...node, op: 'MultiHeadAttention', domain: 'com.microsoft' } : node,
      ),
    }
    expect(noAttentionReason(fused)).toMatch(
      /fused into one operator \(com.microsoft.MultiHeadAttention at node /,
    )
    expect(noAttentionReason(graph)).toBeUndefined()
  })
})
