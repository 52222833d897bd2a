import { AttributeProto_AttributeType as kinds } from '#engine/onnx/schema/onnx_pb.js'
import { branch, graph, owner, relu, yes, type Body } from './bodies.ts'
import { node, type Change, type Node } from './net.ts'

const own = (name: string, nodes: Node[], more: object = {}) => ({
  name,
  domain: 'own',
  input: ['x'],
  output: ['y'],
  opsetImport: [{ domain: '', version: 17n }],
  node: nodes,
  ...more,
})
const call = (op: string, from: string, to: string): Node => ({ ...node(op, [from], to), domain: 'own' })
const calls = (functions: Change['functions'], middle: Node[] = [call('F', 'c', 'm')]): Change => ({
  functions: functions ?? [],
  middle,
  weights: [yes],
  opsets: [
    { domain: '', version: 17n },
    { domain: 'own', version: 1n },
  ],
})
const pick = graph([relu('c', 'z')], ['z'])
const inside = (then: Body): Node => owner('If', ['x'], ['y'], { then_branch: then, else_branch: then })

/** Functions of a model that are wrong, or lie deep. */
export const functions: readonly [string, Change][] = [
  ['a function that calls a function', calls([own('F', [call('G', 'x', 'y')]), own('G', [relu('x', 'y')])])],
  [
    'a function whose names are those of the graph',
    calls(
      [
        own(
          'F',
          [node('Neg', ['x'], 'c'), owner('If', ['when'], ['y'], { then_branch: pick, else_branch: pick })],
          {
            input: ['x', 'when'],
          },
        ),
      ],
      [{ ...node('F', ['c', 'yes'], 'm'), domain: 'own' }],
    ),
  ],
  ['a function that calls itself', calls([own('F', [call('F', 'x', 'y')])])],
  [
    'functions that call each other',
    calls([own('F', [call('G', 'x', 'y')]), own('G', [call('F', 'x', 'y')])]),
  ],
  [
    'a function that calls itself in a branch',
    calls([own('F', [inside(graph([call('F', 'x', 'z')], ['z']))])]),
  ],
  [
    'ten functions that each call the next ten times',
    calls(
      Array.from({ length: 10 }, (_, at) =>
        own(
          at === 0 ? 'F' : `F${at}`,
          Array.from({ length: 10 }, (_, turn) =>
            call(`F${at + 1}`, turn === 0 ? 'x' : `v${turn}`, turn === 9 ? 'y' : `v${turn + 1}`),
          ),
        ),
      ),
    ),
  ],
  [
    'a function whose branch reads a value of the function',
    calls([own('F', [relu('x', 'inner'), inside(graph([relu('inner', 'z')], ['z']))])]),
  ],
  [
    'a function whose branch reads a value of the graph',
    calls([own('F', [inside(graph([relu('c', 'z')], ['z']))])]),
  ],
  [
    'a function that is called in a branch',
    calls([own('F', [relu('x', 'y')])], [branch(graph([call('F', 'c', 'z')], ['z']))]),
  ],
  ['a function that reads a value of the graph', calls([own('F', [node('Add', ['x', 'c'], 'y')])])],
  ['a function that does not write its output', calls([own('F', [relu('x', 'z')])])],
  ['a function of no nodes', calls([own('F', [])])],
  [
    'a function with two inputs that is given one',
    calls([own('F', [node('Add', ['x', 'z'], 'y')], { input: ['x', 'z'] })]),
  ],
  ['a function that imports nothing', calls([own('F', [relu('x', 'y')], { opsetImport: [] })])],
  [
    'a function that reads another domain, without its import',
    calls([own('F', [{ ...relu('x', 'y'), domain: 'com.example' }])]),
  ],
  [
    'a function that imports opset 2^62',
    calls([own('F', [relu('x', 'y')], { opsetImport: [{ domain: 'far', version: 2n ** 62n }] })]),
  ],
  ['two functions of one name', calls([own('F', [relu('x', 'y')]), own('F', [node('Neg', ['x'], 'y')])])],
  ['a function with the name of an operator', { functions: [own('Relu', [relu('x', 'y')], { domain: '' })] }],
  [
    'a function with an attribute that is not given',
    calls([
      own('F', [
        {
          name: 'y',
          opType: 'LeakyRelu',
          input: ['x'],
          output: ['y'],
          attribute: [{ name: 'alpha', refAttrName: 'no', type: kinds.FLOAT }],
        },
      ]),
    ]),
  ],
]
