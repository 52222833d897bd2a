import { create, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType as kinds,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  TensorProto_DataType as types,
} from '#engine/onnx/schema/onnx_pb.js'
import { floats, integers, node, type Change, type Node } from './net.ts'

/** A value of float32 whose shape is not said. */
const unshaped = (name: string) => ({
  name,
  type: { value: { case: 'tensorType' as const, value: { elemType: types.FLOAT } } },
})

/** A graph within a node. */
export const graph = (nodes: Node[], outputs: string[], inputs: string[] = []) => ({
  name: 'body',
  node: nodes,
  input: inputs.map(unshaped),
  output: outputs.map(unshaped),
})
export type Body = ReturnType<typeof graph>

/** A node with graphs within it, by the names of their attributes. */
export const owner = (op: string, input: string[], output: string[], bodies: Record<string, Body>): Node => ({
  name: op,
  opType: op,
  input,
  output,
  attribute: Object.entries(bodies).map(([name, g]) => ({ name, type: kinds.GRAPH, g })),
})
export const yes = { ...integers('yes', [1n]), dataType: 9, dims: [], rawData: new Uint8Array([1]) }
export const branch = (then: Body, other: Body = then): Node =>
  owner('If', ['yes'], ['m'], { then_branch: then, else_branch: other })
const given = (...middle: Node[]): Change => ({ middle, weights: [yes] })
export const relu = (from: string, to: string) => node('Relu', [from], to)

const loop = (body: Body, outputs = ['m']): Change => ({
  middle: [owner('Loop', ['often', 'yes', 'c'], outputs, { body })],
  weights: [yes, { ...integers('often', [2n ** 62n]), dims: [] }],
})

/**
 * A branch within a branch, and so on; written byte by byte, because a message is not made so deep, and from the inside out,
 * because each length is that of what is within.
 */
function nested(depth: number): Uint8Array {
  const parts: Uint8Array[] = []
  let length = 0
  const before = (bytes: Uint8Array) => {
    parts.push(bytes)
    length += bytes.length
  }
  /** What stands before the bytes of a field. */
  const headOf = (field: number, bytes: number) => {
    const head = [field * 8 + 2]
    let rest = bytes
    for (; rest >= 128; rest = Math.floor(rest / 128)) head.push((rest % 128) + 128)
    return Uint8Array.from([...head, rest])
  }
  const within = (field: number) => before(headOf(field, length))
  const text = (field: number, value: string) =>
    before(Buffer.concat([headOf(field, value.length), Buffer.from(value)]))
  const attribute = toBinary(
    AttributeProtoSchema,
    create(AttributeProtoSchema, { name: 'then_branch', type: kinds.GRAPH }),
  )
  before(toBinary(GraphProtoSchema, create(GraphProtoSchema, graph([relu('c', 'x')], ['x']))))
  for (let level = 0; level < depth; level++) {
    within(6)
    before(attribute)
    within(5)
    text(1, 'yes')
    text(4, 'If')
    within(1)
  }
  within(7)
  before(
    toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ domain: '', version: 17n }] }),
    ),
  )
  return Buffer.concat(parts.toReversed())
}

/** Branches, loops and scans whose graphs are wrong. */
export const bodies: readonly [string, Change][] = [
  ['If whose branches read outer values', given(branch(graph([relu('c', 'x')], ['x'])))],
  ['If whose branch gives an outer value', given(branch(graph([], ['c'])))],
  ['If whose branch reads what nobody writes', given(branch(graph([relu('nothing', 'x')], ['x'])))],
  [
    'If whose branch reads what is written later',
    given(branch(graph([relu('later', 'x')], ['x'])), relu('m', 'later')),
  ],
  ['If whose branch reads its own result', given(branch(graph([relu('m', 'x')], ['x'])))],
  ['If whose branch hides an outer name', given(branch(graph([relu('c', 'c')], ['c'])))],
  ['If with one branch of no output', given(branch(graph([], [])))],
  [
    'If with branches of one and two outputs',
    given(branch(graph([relu('c', 'x')], ['x']), graph([relu('c', 'x')], ['x', 'x']))),
  ],
  ['If with one branch', given(owner('If', ['yes'], ['m'], { then_branch: graph([relu('c', 'x')], ['x']) }))],
  ['If 50 deep', { bytes: () => nested(50) }],
  ['If 10,000 deep', { bytes: () => nested(10_000) }],
  ['Loop with a body of too few outputs', loop(graph([relu('v', 'w')], ['w'], ['i', 'go', 'v']))],
  [
    'Loop with a body of too many outputs',
    loop(graph([relu('v', 'w')], ['go', 'w', 'w', 'w'], ['i', 'go', 'v'])),
  ],
  ['Loop of 2^62 turns', loop(graph([relu('v', 'w')], ['go', 'w'], ['i', 'go', 'v']))],
  [
    'Loop with a body that reads the result of the loop',
    loop(graph([node('Add', ['v', 'm'], 'w')], ['go', 'w'], ['i', 'go', 'v'])),
  ],
  [
    'Loop with two outputs of one name',
    loop(graph([relu('v', 'w')], ['go', 'w', 'w'], ['i', 'go', 'v']), ['m', 'm']),
  ],
  [
    'Scan with a body of no inputs',
    { middle: [owner('Scan', ['c'], ['m'], { body: graph([relu('c', 'x')], ['x']) })] },
  ],
  [
    'Constant with the name of weights',
    { middle: [node('Constant', [], 'kernels', { value_float: 1 }), relu('c', 'm')] },
  ],
  [
    'Constant with the name of the input',
    { middle: [node('Constant', [], 'input', { value_float: 1 }), relu('c', 'm')] },
  ],
  [
    'two Constants of one name',
    {
      middle: [
        node('Constant', [], 'k', { value_float: 1 }),
        node('Constant', [], 'k', { value_float: 2 }),
        node('Mul', ['c', 'k'], 'm'),
      ],
    },
  ],
  [
    'sparse weights',
    { sparse: [{ values: floats('s', [1n], [1]), indices: integers('at', [0n]), dims: [4n] }] },
  ],
  [
    'sparse weights with places beyond their shape',
    { sparse: [{ values: floats('s', [1n], [1]), indices: integers('at', [2n ** 62n]), dims: [-1n] }] },
  ],
]
