import { readdirSync } from 'node:fs'
import { copyFile, open, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { readModel, readWeights } from '#engine/onnx/index.ts'
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  TensorProto_DataType,
  type TensorProto,
} from '#engine/onnx/schema/onnx_pb.js'
import { KernelscopeError } from '#shared/errors.ts'
import expected from '../../corpus/onnx/expected.json' with { type: 'json' }
import { netPath, temporaryFolder } from './support.ts'

const corpus = join(import.meta.dirname, '..', '..', 'corpus', 'onnx', 'files')

const problemOf = async (path: string) => {
  try {
    await readModel(path)
  } catch (error) {
    if (error instanceof KernelscopeError)
      return { code: error.code, message: error.message.replaceAll(path, '{path}') }
    throw error
  }
  return null
}

describe('hostile files', () => {
  it.each(Object.entries(expected))('%s gives its error', async (name, problem) => {
    expect(await problemOf(join(corpus, name))).toEqual(problem)
  })

  it('all have an expected error', () => {
    const valid = ['valid.onnx', 'large.onnx', 'external-valid.onnx']
    const files = readdirSync(corpus).filter((name) => name.endsWith('.onnx') && !valid.includes(name))
    expect([...files, 'absent.onnx'].sort()).toEqual(Object.keys(expected).sort())
  })

  it('are refused if a model is cut at any byte', async () => {
    const whole = netPath('densenet')
    const folder = await temporaryFolder()
    const { size } = await stat(whole)
    for (let part = 1; part < 40; part++) {
      const path = join(folder, `${part}.onnx`)
      await copyFile(whole, path)
      const file = await open(path, 'r+')
      await file.truncate(Math.floor((size * part) / 40))
      await file.close()
      const problem = await problemOf(path)
      expect(problem?.code, `cut at ${part}/40`).toMatch(/MODEL_(TRUNCATED|MALFORMED|NOT_ONNX)/)
    }
  })

  it('are read or refused if any single byte of a model is changed', async () => {
    const bytes = new Uint8Array(await readBytes(join(corpus, 'valid.onnx')))
    const path = join(await temporaryFolder(), 'bent.onnx')
    for (let at = 0; at < bytes.length; at++) {
      await writeFile(path, bytes.with(at, (bytes[at] ?? 0) ^ 0xff))
      const problem = await problemOf(path)
      if (problem) expect(problem.code).toMatch(/^MODEL_/)
    }
  })
})

describe('weights', () => {
  const values = [1, -2, 0.5, 0]
  const typed: [string, Partial<TensorProto>][] = [
    ['float32 raw', { dataType: TensorProto_DataType.FLOAT, rawData: raw(Float32Array.from(values)) }],
    ['float32 typed', { dataType: TensorProto_DataType.FLOAT, floatData: values }],
    ['float64 raw', { dataType: TensorProto_DataType.DOUBLE, rawData: raw(Float64Array.from(values)) }],
    ['float64 typed', { dataType: TensorProto_DataType.DOUBLE, doubleData: values }],
    [
      'float16 raw',
      { dataType: TensorProto_DataType.FLOAT16, rawData: raw(Uint16Array.of(0x3c00, 0xc000, 0x3800, 0)) },
    ],
    ['float16 typed', { dataType: TensorProto_DataType.FLOAT16, int32Data: [0x3c00, 0xc000, 0x3800, 0] }],
    [
      'bfloat16 raw',
      { dataType: TensorProto_DataType.BFLOAT16, rawData: raw(Uint16Array.of(0x3f80, 0xc000, 0x3f00, 0)) },
    ],
    ['bfloat16 typed', { dataType: TensorProto_DataType.BFLOAT16, int32Data: [0x3f80, 0xc000, 0x3f00, 0] }],
  ]

  it.each(typed)('are read as %s, as initializer and as Constant, small and large', async (_, tensor) => {
    const folder = await temporaryFolder()
    for (const repeat of [1, 1000])
      for (const constant of [false, true]) {
        const path = join(folder, `${repeat}-${constant}.onnx`)
        await writeFile(path, modelWith(repeated(tensor, repeat), constant))
        const weights = await readWeights(await readModel(path), 'w')
        expect(weights).toEqual(Float32Array.from({ length: 4 * repeat }, (_, at) => values[at % 4] ?? NaN))
      }
  })

  it('are not read with the model, which gives their offsets', async () => {
    const model = await readModel(join(corpus, 'large.onnx'))
    expect(model.graph.tensors.get('w')?.data).toMatchObject({ kind: 'file', length: 4096 })
    expect(await readWeights(model, 'w')).toEqual(new Float32Array(1024))
  })

  it('are found in external files, at their offset', async () => {
    const model = await readModel(join(corpus, 'external-valid.onnx'))
    expect(model.externalFiles).toEqual([join(corpus, 'data.bin')])
    expect(await readWeights(model, 'w')).toEqual(new Float32Array(4))
  })

  it('that are computed are refused by name', async () => {
    const model = await readModel(join(corpus, 'valid.onnx'))
    await expect(readWeights(model, 'y')).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED' })
  })
})

function raw(array: Float32Array | Float64Array | Uint16Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(array.slice().buffer)
}

function repeated(tensor: Partial<TensorProto>, times: number): Partial<TensorProto> {
  const many = <T>(list: T[] | undefined) => Array.from({ length: times }, () => list ?? []).flat()
  return {
    ...tensor,
    dims: [BigInt(4 * times)],
    floatData: many(tensor.floatData),
    doubleData: many(tensor.doubleData),
    int32Data: many(tensor.int32Data),
    rawData: Uint8Array.from(many(tensor.rawData && [...tensor.rawData])),
  }
}

function modelWith(tensor: Partial<TensorProto>, constant: boolean): Uint8Array {
  const image = { value: { case: 'tensorType' as const, value: { elemType: 1 } } }
  const { $typeName: _, $unknown: __, ...init } = { $typeName: undefined, $unknown: undefined, ...tensor }
  const attribute = [{ name: 'value', type: AttributeProto_AttributeType.TENSOR, t: init }]
  const add = { opType: 'Add', input: ['x', 'w'], output: ['y'] }
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ version: 17n }],
      graph: {
        node: constant ? [{ opType: 'Constant', output: ['w'], attribute }, add] : [add],
        initializer: constant ? [] : [{ ...init, name: 'w' }],
        input: [{ name: 'x', type: image }],
        output: [{ name: 'y', type: image }],
      },
    }),
  )
}

async function readBytes(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  const bytes = await file.readFile()
  await file.close()
  return bytes
}
