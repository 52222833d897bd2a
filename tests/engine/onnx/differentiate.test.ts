import { describe, expect, it } from 'vitest'
import {
  crossEntropyGradient,
  differentiate,
  possibleRewrites,
  readModel,
  writeVariant,
} from '#engine/onnx/index.ts'
import {
  float32,
  goldenGradient,
  goldens,
  netCotangent,
  netInput,
  netNames,
  netPath,
  numbers,
  relativeError,
  run,
  temporaryFolder,
} from './support.ts'

describe.each(netNames)('the gradient of %s', (name) => {
  it('is that of PyTorch, and the logits are unchanged', async () => {
    const model = await readModel(netPath(name))
    const path = await writeVariant(model, differentiate(model.graph), await temporaryFolder(), 'gradient')
    const results = await run(path, {
      input: float32(netInput(), [2, 3, 32, 32]),
      cotangent: float32(netCotangent(), [2, 10]),
    })
    expect(relativeError(numbers(results.gradient), await goldenGradient(name))).toBeLessThan(1e-4)
    expect(relativeError(numbers(results.logits), goldens[name].logits)).toBeLessThan(2e-5)
  })
})

it('of the cross entropy in one run equals that of two runs: logits, then the gradient for softmax - labels', async () => {
  const model = await readModel(netPath('replknet'))
  const folder = await temporaryFolder()
  const input = float32(netInput(), [2, 3, 32, 32])
  const labels = new Float32Array(20)
  labels[3] = labels[10 + 7] = 1
  const cotangent = labels.map((label, index) => {
    const row = goldens.replknet.logits.slice(index - (index % 10), index - (index % 10) + 10)
    const top = Math.max(...row)
    const share =
      Math.exp((row[index % 10] ?? NaN) - top) / row.reduce((sum, z) => sum + Math.exp(z - top), 0)
    return share - label
  })
  const two = await run(await writeVariant(model, differentiate(model.graph), folder, 'two'), {
    input,
    cotangent: float32(cotangent, [2, 10]),
  })
  const one = await run(await writeVariant(model, crossEntropyGradient(model.graph), folder, 'one'), {
    input,
    labels: float32(labels, [2, 10]),
    weight: float32(Float32Array.of(1), [1]),
  })
  expect(relativeError(numbers(one.gradient), numbers(two.gradient))).toBeLessThan(1e-3)
})

describe('possibleRewrites', () => {
  const shown = async (name: (typeof netNames)[number]) =>
    possibleRewrites((await readModel(netPath(name))).graph)
      .map(({ rewrite, possible }) => (possible ? rewrite : `no ${rewrite}`))
      .join(', ')

  it.each([
    ['replknet', 'pixels, probe, gate, bypass, maskKernel, differentiate, no attention'],
    ['vit', 'pixels, probe, gate, bypass, no maskKernel, differentiate, attention'],
    ['densenet', 'pixels, probe, no gate, no bypass, no maskKernel, differentiate, no attention'],
  ] as const)('of %s', async (name, wanted) => {
    expect(await shown(name)).toBe(wanted)
  })

  it('gives the reason where a rewrite is impossible', async () => {
    const { graph } = await readModel(netPath('densenet'))
    const odd = {
      ...graph,
      nodes: graph.nodes.map((node) => (node.op === 'Flatten' ? { ...node, op: 'Odd' } : node)),
    }
    const reasons = new Map(possibleRewrites(odd).map(({ rewrite, reason }) => [rewrite, reason]))
    expect(reasons.get('gate')).toContain('concatenates')
    expect(reasons.get('attention')).toContain('no Softmax runs over pairs of tokens')
    expect(reasons.get('differentiate')).toMatch(/\(Odd\) cannot be differentiated: there is no rule/)
  })
})
