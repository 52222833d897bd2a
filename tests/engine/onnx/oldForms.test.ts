import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { readModel, type Graph } from '#engine/onnx/index.ts'
import { encodeModel } from '#engine/onnx/file/encode.ts'
import { opsetOf, type Attribute } from '#engine/onnx/graph.ts'
import { float, int, ints, type GraphBuilder } from '#engine/onnx/rewrite/build.ts'
import { upgraded } from '#engine/onnx/rewrite/upgrade.ts'
import { AttributeProto_AttributeType, ModelProtoSchema } from '#engine/onnx/schema/onnx_pb.js'
import { inferShapes } from '#engine/onnx/shape/infer.ts'
import { graphOf, noise } from './reference/check.ts'
import { float32, numbers, run, temporaryFolder } from './support.ts'

const shape = [2, 3, 4]

async function outputOf(graph: Graph): Promise<number[]> {
  const session = await ort.InferenceSession.create(encodeModel(graph, new Map()), { logSeverityLevel: 3 })
  const results = await session.run({ x: float32(Float32Array.from(noise(shape).data), shape) })
  await session.release()
  return [...numbers(results[graph.outputs[0]?.name ?? ''])]
}

/** A graph with the operator forms of an old opset. */
const old = (opset: number, make: (b: GraphBuilder) => string) => {
  const graph = graphOf(shape, make, opset)
  return { ...graph, irVersion: 7 }
}

const forms: [string, number, string, Record<string, Attribute>][] = [
  ['axes of Unsqueeze', 11, 'Unsqueeze', { axes: ints([0, 3]) }],
  ['axes of ReduceSum', 11, 'ReduceSum', { axes: ints([1]), keepdims: int(0) }],
  ['axes of ReduceMean', 17, 'ReduceMean', { axes: ints([-1]) }],
  ['axes of ReduceMax', 12, 'ReduceMax', { axes: ints([0, 2]) }],
  ['bounds of Slice', 9, 'Slice', { starts: ints([0, 1]), ends: ints([2, 9]), axes: ints([1, 2]) }],
  ['a slice to the end of int64', 9, 'Slice', { starts: ints([1]), ends: ints([2 ** 63]), axes: ints([2]) }],
  ['pads of Pad', 9, 'Pad', { pads: ints([0, 1, 0, 0, 0, 2]), value: float(0.5) }],
  ['bounds of Clip', 9, 'Clip', { min: float(-0.5), max: float(1) }],
  ['one bound of Clip', 9, 'Clip', { max: float(1) }],
  ['ratio of Dropout', 11, 'Dropout', { ratio: float(0.4) }],
  ['Softmax over the last axis', 11, 'Softmax', { axis: int(2) }],
]

describe('upgraded', () => {
  it.each(forms)('%s of opset %i has the same result in the new form', async (_, opset, op, attributes) => {
    const graph = old(opset, (b) => b.node(op, ['x'], attributes))
    const modern = upgraded(graph, inferShapes(graph, new Map([['x', shape]])))
    expect(opsetOf(modern)).toBe(18)
    expect(await outputOf(modern)).toEqual(await outputOf(graph))
  })

  it.each([11, 13])('Split of opset %i, with sizes and without', async (opset) => {
    const sizes = opset < 13 ? { split: ints([1, 1, 2]) } : {}
    const graph = old(opset, (b) => {
      const inputs = opset < 13 ? ['x'] : ['x', b.int64s([1, 1, 2])]
      const given = b.nodeOf(3, 'Split', inputs, { axis: int(2), ...sizes })
      const even = b.nodeOf(2, 'Split', ['x'], { axis: int(2) })
      return b.node('Concat', [given[2] ?? '', even[1] ?? '', given[0] ?? ''], { axis: int(2) })
    })
    const modern = upgraded(graph, inferShapes(graph, new Map([['x', shape]])))
    expect(await outputOf(modern)).toEqual(await outputOf(graph))
  })

  it('does not change newer graphs', () => {
    const graph = graphOf(shape, (b) => b.node('Relu', ['x']), 20)
    expect(upgraded(graph, new Map())).toBe(graph)
  })

  it.each([
    ['a Softmax over several axes', 11, 'Softmax', { axis: int(1) }, /several axes/],
    ['a graph of opset 6', 6, 'Relu', {}, /opset 6 is too old/],
    ['an Upsample', 9, 'Upsample', {}, /Upsample of opset 9/],
  ] as const)('refuses %s', (_, opset, op, attributes, reason) => {
    const graph = old(opset, (b) => b.node(op, ['x'], attributes))
    expect(() => upgraded(graph, inferShapes(graph, new Map([['x', shape]])))).toThrow(reason)
  })
})

describe("a model's own functions", () => {
  const image = {
    value: {
      case: 'tensorType' as const,
      value: {
        elemType: 1,
        shape: { dim: shape.map((dim) => ({ value: { case: 'dimValue' as const, value: BigInt(dim) } })) },
      },
    },
  }
  const { FLOAT } = AttributeProto_AttributeType
  /** scaled(a; alpha) = LeakyRelu(a + a, alpha); twice(a) = scaled(scaled(a; 0.5)), each tensor called "t" inside. */
  const bytes = toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [
        { domain: '', version: 17n },
        { domain: 'own', version: 1n },
      ],
      functions: [
        {
          name: 'scaled',
          domain: 'own',
          input: ['a'],
          output: ['b'],
          attribute: ['alpha'],
          opsetImport: [{ domain: '', version: 17n }],
          node: [
            { opType: 'Add', input: ['a', 'a'], output: ['t'] },
            {
              opType: 'LeakyRelu',
              input: ['t'],
              output: ['b'],
              attribute: [{ name: 'alpha', refAttrName: 'alpha', type: FLOAT }],
            },
          ],
        },
        {
          name: 'twice',
          domain: 'own',
          input: ['a'],
          output: ['b'],
          opsetImport: [{ domain: 'own', version: 1n }],
          node: [
            {
              opType: 'scaled',
              domain: 'own',
              input: ['a'],
              output: ['t'],
              attribute: [{ name: 'alpha', f: 0.5, type: FLOAT }],
            },
            {
              opType: 'scaled',
              domain: 'own',
              input: ['t'],
              output: ['b'],
              attribute: [{ name: 'alpha', f: 0.5, type: FLOAT }],
            },
          ],
        },
      ],
      graph: {
        name: 'g',
        node: [{ name: 'call', opType: 'twice', domain: 'own', input: ['x'], output: ['y'] }],
        input: [{ name: 'x', type: image }],
        output: [{ name: 'y', type: image }],
      },
    }),
  )

  it('are inlined with nested ones and attributes, and compute the same', async () => {
    const path = join(await temporaryFolder(), 'functions.onnx')
    await writeFile(path, bytes)
    const { graph } = await readModel(path)
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Add', 'LeakyRelu', 'Add', 'LeakyRelu'])
    expect(new Set(graph.nodes.map(({ name }) => name)).size).toBe(4)
    const results = await run(path, { x: float32(Float32Array.from(noise(shape).data), shape) })
    expect(await outputOf(graph)).toEqual([...numbers(results.y)])
  })

  it('are refused where a small file would become a large graph, or they call themselves', async () => {
    const call = (of: string) => ({ opType: of, domain: 'own', input: ['a'], output: ['b'] })
    const functionOf = (name: string, node: object[]) => ({
      name,
      domain: 'own',
      input: ['a'],
      output: ['b'],
      node,
    })
    const read = async (functions: object[]) => {
      const path = join(await temporaryFolder(), 'functions.onnx')
      const graph = {
        node: [{ name: 'call', opType: 'f0', domain: 'own', input: ['x'], output: ['y'] }],
        input: [{ name: 'x', type: image }],
        output: [{ name: 'y', type: image }],
      }
      const opsetImport = [{ domain: '', version: 17n }]
      const model = create(ModelProtoSchema, { irVersion: 8n, opsetImport, functions, graph })
      await writeFile(path, toBinary(ModelProtoSchema, model))
      return readModel(path)
    }
    const tenTimes = Array.from({ length: 8 }, (_, level) =>
      functionOf(
        `f${level}`,
        Array.from({ length: 10 }, () => call(`f${level + 1}`)),
      ),
    )
    await expect(read(tenTimes)).rejects.toMatchObject({
      code: 'MODEL_MALFORMED',
      message: expect.stringContaining('its functions become more than 200000 nodes'),
    })
    const long = { opType: 'Relu', input: ['a'], output: ['b'], docString: 'x'.repeat(2 ** 20) }
    const copied = [
      functionOf(
        'f0',
        Array.from({ length: 1000 }, () => call('f1')),
      ),
      functionOf('f1', [long]),
    ]
    await expect(read(copied)).rejects.toMatchObject({ code: 'MODEL_MALFORMED' })
    await expect(read([functionOf('f0', [call('f0')])])).rejects.toMatchObject({
      code: 'MODEL_MALFORMED',
      message: expect.stringContaining('too deep'),
    })
  })
})
