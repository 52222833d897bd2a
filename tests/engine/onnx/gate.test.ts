import { describe, expect, it } from 'vitest'
import {
  acceptPixels,
  gate,
  inspect,
  maskKernel,
  readModel,
  readWeights,
  segments,
  writeVariant,
  type Graph,
  type OnnxModel,
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
} from './support.ts'

const shape = [2, 3, 32, 32]
const logitsOf = async (model: OnnxModel, graph: Graph, folder: string, gates?: number[]) => {
  const path = await writeVariant(model, graph, folder, 'variant')
  const extra = gates ? { gates: float32(Float32Array.from(gates), [gates.length]) } : {}
  return numbers((await run(path, { input: float32(netInput(), shape), ...extra })).logits)
}

const withBlocks = netNames.filter((name) => name !== 'densenet')

describe.each(withBlocks)('%s', (name) => {
  it('equals the original with all gates on', async () => {
    const model = await readModel(netPath(name))
    const blocks = inspect(model).blocks.filter(({ removable }) => removable)
    const folder = await temporaryFolder()
    const gated = await logitsOf(
      model,
      gate(model.graph, blocks),
      folder,
      blocks.map(() => 1),
    )
    expect(relativeError(gated, await logitsOf(model, model.graph, folder))).toBeLessThan(1e-6)
  })

  it('gives the same to the bit with gates off as with the blocks cut out: each one, neighbours, and all', async () => {
    const model = await readModel(netPath(name))
    const blocks = inspect(model).blocks.filter(({ removable }) => removable)
    const folder = await temporaryFolder()
    const gated = gate(model.graph, blocks)
    const whole = await logitsOf(model, model.graph, folder)
    const subsets = [...blocks.map((block) => [block]), blocks.slice(0, 2), blocks]
    for (const removed of subsets) {
      const gates = blocks.map((block) => (removed.includes(block) ? 0 : 1))
      const off = await logitsOf(model, gated, folder, gates)
      const places = removed.map((block) => blocks.indexOf(block))
      const cut = gate(model.graph, blocks, places)
      // To the bit: what is removed must not depend on how.
      expect(await logitsOf(model, cut, folder, gates)).toEqual(off)
      expect(relativeError(off, whole)).toBeGreaterThan(1e-4)
      expect(cut.nodes.length).toBeLessThan(gated.nodes.length)
    }
  })

  it('gives the same to the bit in segments, one after another, with any blocks removed', async () => {
    const model = await readModel(netPath(name))
    const blocks = inspect(model).blocks.filter(({ removable }) => removable)
    const folder = await temporaryFolder()
    const gated = gate(model.graph, blocks)
    const parts = segments(model.graph, blocks)
    expect(parts).toHaveLength(blocks.length)
    const inSegments = async (gates: number[]) => {
      let alive: Awaited<ReturnType<typeof run>> = { input: float32(netInput(), shape) }
      const given = float32(Float32Array.from(gates), [gates.length])
      for (const [place, { kept, removed, same, alive: after }] of parts.entries()) {
        const graph = gates[place] === 0 ? removed : kept
        const feeds = Object.fromEntries(
          graph?.inputs.map((input) => [input.name, alive[input.name] ?? given]) ?? [],
        )
        const made = graph ? await run(await writeVariant(model, graph, folder, 'segment'), feeds) : {}
        const from = (output: string) => made[output] ?? alive[graph ? output : (same.get(output) ?? output)]
        alive = Object.fromEntries(after.map((output) => [output, from(output) ?? given]))
      }
      return numbers(alive.logits)
    }
    const few = new Set([0, Math.floor(blocks.length / 2), blocks.length - 1])
    for (const off of [[], ...[...few].map((place) => [place]), [...blocks.keys()]]) {
      const gates = blocks.map((_, place) => (off.includes(place) ? 0 : 1))
      const [found, wanted] = [await inSegments(gates), await logitsOf(model, gated, folder, gates)]
      // Here ONNX Runtime fuses the attention of a segment in another way: a trial finds that before a study.
      if (name === 'vit_dino') expect(relativeError(found, wanted)).toBeLessThan(1e-6)
      else expect(found).toEqual(wanted)
    }
  })

  it('accepts gates and pixels, in either order of the rewrites', async () => {
    const model = await readModel(netPath(name))
    const blocks = inspect(model).blocks.filter(({ removable }) => removable)
    const normalisation = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const
    const names = (graph: Graph) => graph.inputs.map((input) => input.name)
    expect(names(gate(acceptPixels(model.graph, normalisation), blocks))).toEqual(['pixels', 'gates'])
  })
})

it('scales a branch by a gate between 0 and 1', async () => {
  const model = await readModel(netPath('convnext'))
  const block = inspect(model).blocks.at(-1)
  if (!block) throw new Error('no block')
  const folder = await temporaryFolder()
  const graph = gate(model.graph, [block])
  const [on, half] = [await logitsOf(model, graph, folder, [1]), await logitsOf(model, graph, folder, [0.5])]
  expect(relativeError(half, on)).toBeGreaterThan(1e-3)
})

describe('refusals', () => {
  it('name a block that is a projection or is not in the graph', async () => {
    const { graph } = await readModel(netPath('resnet'))
    const [projection] = inspect(await readModel(netPath('resnet'))).blocks
    expect(projection?.removable).toBe(false)
    expect(() => gate(graph, [projection ?? { adds: [] }])).toThrow(/skip path is a projection/)
    expect(() => gate(graph, [{ adds: ['nowhere'] }])).toThrow(/block nowhere is not a residual addition/)
  })

  it('prevent a second input of the same name', async () => {
    const model = await readModel(netPath('convnext'))
    const { blocks } = inspect(model)
    expect(() => gate(gate(model.graph, blocks.slice(0, 1)), blocks.slice(1))).toThrow(/gates/)
  })
})

describe('maskKernel', () => {
  it('equals the model with its kernels masked in the file', async () => {
    const model = await readModel(netPath('replknet'))
    const large = inspect(model).convolutions.filter(({ depthwise, kernel }) => depthwise && kernel[0] === 13)
    const folder = await temporaryFolder()
    const masked = maskKernel(
      model.graph,
      large.map(({ weight }) => ({ weight, window: 5 })),
    )
    const tensors = new Map(model.graph.tensors)
    for (const { weight, channels } of large) {
      const values = (await readWeights(model, weight)).map((value, index) => {
        const [row, column] = [Math.floor((index % 169) / 13), index % 13]
        return Math.abs(row - 6) <= 2 && Math.abs(column - 6) <= 2 ? value : 0
      })
      const bytes = new Uint8Array(values.buffer)
      tensors.set(weight, {
        name: weight,
        type: 'float32',
        shape: [channels, 1, 13, 13],
        data: { kind: 'inline', bytes },
      })
    }
    const wanted = await logitsOf(model, { ...model.graph, tensors }, folder)
    expect(relativeError(await logitsOf(model, masked, folder), wanted)).toBeLessThan(1e-6)
    expect(relativeError(wanted, await logitsOf(model, model.graph, folder))).toBeGreaterThan(1e-3)
  })

  it('changes nothing for a window of the whole kernel', async () => {
    const model = await readModel(netPath('convnext'))
    const windows = inspect(model).convolutions.filter(({ depthwise }) => depthwise)
    const folder = await temporaryFolder()
    const masked = maskKernel(
      model.graph,
      windows.map(({ weight }) => ({ weight, window: 7 })),
    )
    const plain = await logitsOf(model, model.graph, folder)
    expect(relativeError(await logitsOf(model, masked, folder), plain)).toBeLessThan(1e-6)
  })

  it.each([
    ['an even window in an odd kernel', 4],
    ['an empty window', 0],
  ])('refuses %s', async (_, window) => {
    const { graph } = await readModel(netPath('convnext'))
    const weight = [...graph.tensors.values()].find((tensor) => tensor.shape.at(-1) === 7)?.name ?? ''
    expect(() => maskKernel(graph, [{ weight, window }])).toThrow(/cannot have the centre/)
  })
})
