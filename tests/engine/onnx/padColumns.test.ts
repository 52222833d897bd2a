import { join } from 'node:path'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import {
  differentiate,
  maskKernel,
  padColumns,
  paddedConvolutions,
  paddingTrial,
  readModel,
  writeVariant,
  type Graph,
  type PaddedConvolution,
} from '#engine/onnx/index.ts'
import { float32, netPath, numbers, ramp, run, temporaryFolder } from './support.ts'

const sample = (name: string) => join(import.meta.dirname, '../../../resources/sample/models', `${name}.onnx`)

const padded = (graph: Graph) => padColumns(graph, paddedConvolutions(graph))
const wideNodes = ({ nodes }: Graph) => nodes.filter(({ name }) => name.startsWith('padded/'))

/** Outputs of a convolution alone, as it is and padded before, on the images of `values`. */
async function both(convolution: PaddedConvolution, values: (count: number) => Float32Array) {
  const { shape, plain, padded: apart } = paddingTrial(convolution)
  const image = float32(values(shape.reduce((a, b) => a * b)), shape)
  const answers: Float32Array[] = []
  for (const bytes of [plain, apart]) {
    const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1 })
    answers.push(numbers((await session.run({ image })).answer).slice())
    await session.release()
  }
  return { before: answers[0], after: answers[1] }
}

const same = { strides: [1, 1], dilations: [1, 1] }
const forms: [string, PaddedConvolution][] = [
  ['a square kernel', form(32, [24, 24], [31, 31], { begin: [15, 15], end: [15, 15] })],
  ['a kernel wider than the image', form(16, [7, 7], [13, 27], { begin: [6, 13], end: [6, 13] })],
  ['a flat kernel', form(16, [9, 20], [3, 15], { begin: [1, 7], end: [1, 7] })],
  ['uneven padding', form(16, [11, 17], [9, 9], { begin: [0, 7], end: [3, 2] })],
  ['padding on one side', form(16, [12, 12], [9, 11], { begin: [4, 0], end: [4, 5] })],
  ['strides', form(32, [23, 21], [9, 11], { strides: [2, 3], begin: [4, 5], end: [4, 5] })],
  ['dilations', form(16, [25, 25], [5, 9], { dilations: [2, 3], begin: [4, 12], end: [4, 12] })],
  ['channels that fill no block', form(20, [12, 12], [13, 13], { begin: [6, 6], end: [6, 6] })],
]

function form(
  channels: number,
  spatial: [number, number],
  kernel: [number, number],
  others: Pick<PaddedConvolution, 'begin' | 'end'> & Partial<PaddedConvolution>,
): PaddedConvolution {
  return { channels, spatial, kernel, ...same, ...others }
}

describe('padColumns', () => {
  it.each(forms)('gives the same to the bit for %s', async (_, convolution) => {
    const { before, after } = await both(convolution, (count) => ramp(count, 2654435761, 4))
    expect(new Set(before).size).toBeGreaterThan(100)
    expect(after).toEqual(before)
  })

  it('keeps zeros, as after a ReLU, and signs of zero', async () => {
    const [[, convolution] = []] = forms
    const sparse = (count: number) =>
      ramp(count, 2654435761, 4).map((value, at) => (at % 5 === 0 ? -0 : Math.max(0, value)))
    if (!convolution) throw new Error('no form')
    const { before, after } = await both(convolution, sparse)
    expect(after).toEqual(before)
  })

  it('counts the pixels that a kernel of ones sees: less at the border', async () => {
    const folder = await temporaryFolder()
    const [channels, side, k] = [16, 12, 9]
    const ones = new Uint8Array(new Float32Array(channels * k * k).fill(1).buffer)
    const graph: Graph = {
      ...{ name: 'sum', irVersion: 8, opsets: new Map([['', 18]]) },
      inputs: [{ name: 'image', type: 'float32', shape: [1, channels, side, side] }],
      outputs: [{ name: 'answer', type: 'float32', shape: null }],
      nodes: [
        {
          ...{ name: 'conv', op: 'Conv', domain: '', inputs: ['image', 'w'], outputs: ['answer'] },
          attributes: {
            group: { kind: 'int', value: channels },
            auto_pad: { kind: 'string', value: 'SAME_UPPER' },
          },
        },
      ],
      tensors: new Map([
        [
          'w',
          { name: 'w', type: 'float32', shape: [channels, 1, k, k], data: { kind: 'inline', bytes: ones } },
        ],
      ]),
    }
    const changed = padded(graph)
    expect(wideNodes(changed)).toHaveLength(1)
    const model = { ...(await readModel(netPath('replknet'))), graph }
    const path = await writeVariant(model, changed, folder, 'sum', { digest: '0' })
    const image = float32(new Float32Array(channels * side * side).fill(1), [1, channels, side, side])
    const { answer } = await run(path, { image })
    // Along one axis pixel i sees those from i - 4 to i + 4 that exist.
    const seen = (i: number) => Math.min(side - 1, i + 4) - Math.max(0, i - 4) + 1
    const wanted = Array.from(
      { length: side * side },
      (_, at) => seen(Math.floor(at / side)) * seen(at % side),
    )
    expect([...numbers(answer).slice(0, side * side)]).toEqual(wanted)
  })

  it('leaves narrow kernels, kernels without padding and dense convolutions as they are', async () => {
    const { graph } = await readModel(netPath('resnet'))
    expect(paddedConvolutions(graph)).toEqual([])
    const { graph: narrow } = await readModel(sample('convnext'))
    expect(narrow.nodes.some(({ op }) => op === 'Conv')).toBe(true)
    expect(paddedConvolutions(narrow)).toEqual([])
    expect(padded(graph)).toEqual(graph)
  })

  it.each(['replk31', 'replk13'])('gives the logits and gradients of %s to the bit', async (name) => {
    const model = await readModel(sample(name))
    const folder = await temporaryFolder()
    const image = float32(ramp(2 * 3 * 96 * 96, 2654435761, 4), [2, 3, 96, 96])
    const cotangent = float32(ramp(2 * 16, 2246822519, 2), [2, 16])
    const backward = differentiate(model.graph)
    const wide = padded(backward)
    // Each wide convolution of the forward pass has one of the backward pass.
    expect(wideNodes(wide)).toHaveLength(2 * wideNodes(padded(model.graph)).length)
    const [input = ''] = model.graph.inputs.map(({ name: own }) => own)
    const answers = []
    for (const graph of [backward, wide]) {
      const path = await writeVariant(model, graph, folder, 'gradient')
      answers.push(await run(path, { [input]: image, cotangent }))
    }
    for (const output of Object.keys(answers[0] ?? {}))
      expect(numbers(answers[1]?.[output])).toEqual(numbers(answers[0]?.[output]))
    expect(Object.keys(answers[0] ?? {})).toHaveLength(2)
  })

  it('comes after other rewrites: a masked kernel is padded as the whole one', async () => {
    const model = await readModel(sample('replk31'))
    const [weight = ''] = model.graph.nodes.flatMap(({ op, inputs }) =>
      op === 'Conv' && model.graph.tensors.get(inputs[1] ?? '')?.shape[2] === 31 ? [inputs[1] ?? ''] : [],
    )
    const masked = maskKernel(model.graph, [{ weight, window: 13 }])
    expect(paddedConvolutions(masked)).toEqual(paddedConvolutions(model.graph))
  })
})
