/**
 * Writes the hostile files beside it: `node tests/corpus/onnx/make.ts`. What each must give stands in expected.json.
 * Files are a few hundred bytes; a small valid model is bent in one place at a time.
 */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  type GraphProto,
  type ModelProto,
} from '../../../src/engine/onnx/schema/onnx_pb.js'

const folder = join(import.meta.dirname, 'files')
type Model = Exclude<MessageInitShape<typeof ModelProtoSchema>, ModelProto>
type Graph = Exclude<NonNullable<Model['graph']>, GraphProto>

const image = { value: { case: 'tensorType' as const, value: { elemType: 1 } } }
const weight = { name: 'w', dataType: 1, dims: [4n], rawData: new Uint8Array(16).fill(1) }
const graph = (change: Graph = {}): Graph => ({
  name: 'g',
  node: [{ name: 'add', opType: 'Add', input: ['x', 'w'], output: ['y'] }],
  initializer: [weight],
  input: [{ name: 'x', type: image }],
  output: [{ name: 'y', type: image }],
  ...change,
})
const model = (change: Model = {}) =>
  toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      producerName: 'corpus',
      opsetImport: [{ domain: '', version: 17n }],
      graph: graph(),
      ...change,
    }),
  )
const external = (entries: Record<string, string>) =>
  model({
    graph: graph({
      initializer: [
        {
          name: 'w',
          dataType: 1,
          dims: [4n],
          dataLocation: TensorProto_DataLocation.EXTERNAL,
          externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
        },
      ],
    }),
  })
const text = (content: string) => new TextEncoder().encode(content)
const large = model({
  graph: graph({ initializer: [{ name: 'w', dataType: 1, dims: [1024n], rawData: new Uint8Array(4096) }] }),
})

rmSync(folder, { recursive: true, force: true })
mkdirSync(join(folder, 'folder.onnx'), { recursive: true })
const write = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes)

write('valid.onnx', model())
write('large.onnx', large)
// Not ONNX at all.
write('empty.onnx', new Uint8Array(0))
write('png.onnx', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13))
write('zip.onnx', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0))
write('text.onnx', text('this is no model\n'))
write('lfs.onnx', text('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'))
write('ort.onnx', Uint8Array.of(0x20, 0, 0, 0, 0x4f, 0x52, 0x54, 0x4d, 0, 0, 0, 0))
write('zeros.onnx', new Uint8Array(64))
write('tensor.onnx', toBinary(TensorProtoSchema, create(TensorProtoSchema, weight)))
write('other-protobuf.onnx', Uint8Array.of(0x0a, 3, 0x61, 0x62, 0x63))
write('no-graph-no-opset.onnx', Uint8Array.of(0x08, 8, 0x12, 1, 0x61))
// Cut off.
write('cut-in-graph.onnx', model().subarray(0, 40))
write('cut-in-weights.onnx', large.subarray(0, large.length - 1000))
write('cut-in-number.onnx', Uint8Array.of(0x08, 0x80))
// Broken inside.
const bent = model()
bent[bent.indexOf(0x3a) + 2] = 0x0f
write('bad-wire-type.onnx', bent)
const overlong = model()
overlong[overlong.indexOf(0x3a) + 3] = 0x7f
write('field-longer-than-message.onnx', overlong)
write('endless-number.onnx', Uint8Array.of(0x08, ...new Array<number>(12).fill(0xff)))
// Whole protobuf, but no graph that can run.
const { graph: _, ...noGraph } = {
  irVersion: 8n,
  opsetImport: [{ domain: '', version: 17n }],
  graph: undefined,
}
write('no-graph.onnx', toBinary(ModelProtoSchema, create(ModelProtoSchema, noGraph)))
write('no-opset.onnx', model({ opsetImport: [] }))
write('no-output.onnx', model({ graph: graph({ output: [] }) }))
write('unknown-input.onnx', model({ graph: graph({ initializer: [] }) }))
write('output-of-nothing.onnx', model({ graph: graph({ output: [{ name: 'z', type: image }] }) }))
write('made-twice.onnx', model({ graph: graph({ node: [node('a'), node('b')] }) }))
write(
  'cycle.onnx',
  model({
    graph: graph({
      node: [
        { name: 'a', opType: 'Add', input: ['x', 'q'], output: ['y'] },
        { name: 'b', opType: 'Relu', input: ['y'], output: ['q'] },
      ],
    }),
  }),
)
write('no-operator.onnx', model({ graph: graph({ node: [{ name: 'a', input: ['x'], output: ['y'] }] }) }))
write('short-tensor.onnx', model({ graph: graph({ initializer: [{ ...weight, dims: [5n] }] }) }))
write('negative-shape.onnx', model({ graph: graph({ initializer: [{ ...weight, dims: [-4n] }] }) }))
write(
  'huge-shape.onnx',
  model({ graph: graph({ initializer: [{ ...weight, dims: [1n << 40n, 1n << 40n] }] }) }),
)
write('unknown-type.onnx', model({ graph: graph({ initializer: [{ ...weight, dataType: 99 }] }) }))
write('twice-an-initializer.onnx', model({ graph: graph({ initializer: [weight, weight] }) }))
write(
  'short-constant.onnx',
  model({
    graph: graph({
      initializer: [],
      node: [
        {
          opType: 'Constant',
          output: ['w'],
          attribute: [
            { name: 'value', type: AttributeProto_AttributeType.TENSOR, t: { dataType: 1, dims: [9n] } },
          ],
        },
        { name: 'add', opType: 'Add', input: ['x', 'w'], output: ['y'] },
      ],
    }),
  }),
)
// External data.
write('data.bin', new Uint8Array(32))
mkdirSync(join(folder, 'inner'))
write('external-valid.onnx', external({ location: 'data.bin', offset: '16', length: '16' }))
write('external-missing.onnx', external({ location: 'gone.bin' }))
write('external-parent.onnx', external({ location: '../make.ts' }))
write('external-hidden-parent.onnx', external({ location: 'inner/../../make.ts' }))
write('external-absolute.onnx', external({ location: '/etc/passwd' }))
write('external-drive.onnx', external({ location: 'C:\\secrets.bin' }))
write('external-folder.onnx', external({ location: 'inner' }))
write('external-beyond-end.onnx', external({ location: 'data.bin', offset: '20', length: '16' }))
write('external-wrong-length.onnx', external({ location: 'data.bin', length: '8' }))
write('external-bad-offset.onnx', external({ location: 'data.bin', offset: '-16' }))
write('external-no-location.onnx', external({ offset: '0' }))
symlinkSync('../../make.ts', join(folder, 'inner', 'outside.bin'))
write('external-link.onnx', external({ location: 'inner/outside.bin' }))
writeFileSync(join(folder, 'inner', 'keep'), '')
writeFileSync(join(folder, 'folder.onnx', 'keep'), '')

function node(name: string) {
  return { name, opType: 'Add', input: ['x', 'w'], output: ['y'] }
}
