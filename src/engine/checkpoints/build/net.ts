import { KernelscopeError } from '#shared/errors.ts'
import { GraphBuilder, type Attribute, type Graph } from '../../onnx/index.ts'
import { count, reshaped, storedNames, transposed, type Expression } from './expression.ts'
import type { NamedTensors } from './naming.ts'

/** A tensor that the network computes. */
export interface Value {
  name: string
  /** For one image: without the batch, which is the first axis of every value. */
  shape: readonly number[]
}

/** A weight of the graph: its name and shape. */
type Weight = Value

/** Opset and IR version as tools/export writes them. */
const opset = 17
const irVersion = 8

/**
 * Builds the graph of a network from input to output. Each node is added under the path of its module in the family's
 * names (`layer1.0.conv1` gives `/layer1/0/conv1/Conv`), as PyTorch's exporter names nodes. Weights are taken by the
 * names of their tensors; their values are not read here.
 */
export class Net {
  readonly tensors: NamedTensors
  readonly input: Value
  readonly title: string
  readonly #build: GraphBuilder
  readonly #weights = new Map<string, Expression>()

  /** @param size [height, width] of the input in pixels */
  constructor(title: string, tensors: NamedTensors, size: readonly [number, number]) {
    this.title = title
    this.tensors = tensors
    this.input = { name: 'input', shape: [3, ...size] }
    this.#build = new GraphBuilder(
      {
        name: title,
        irVersion,
        opsets: new Map([['', opset]]),
        inputs: [{ name: 'input', type: 'float32', shape: ['batch', 3, ...size] }],
        outputs: [],
        nodes: [],
        tensors: new Map(),
      },
      '',
    )
  }

  has(tensor: string): boolean {
    return this.tensors.has(tensor)
  }

  /**
   * A weight by the name of its tensor, as it is stored, or in another shape with the same elements.
   *
   * @param order axes in the order in which the graph wants them, after `shape`
   * @throws MODEL_UNSUPPORTED where the checkpoint has no such tensor, or not with these elements
   */
  weight(
    tensor: string,
    { shape, order }: { shape?: readonly number[]; order?: readonly number[] } = {},
  ): Weight {
    const found = this.expression(tensor)
    if (shape && count(shape) !== count(found.shape)) throw this.misfit(tensor, shape)
    const whole = shape ? reshaped(found, shape) : found
    return this.add(tensor, order ? transposed(whole, order) : whole)
  }

  /** A weight that is made of several tensors, under a name of its own. */
  add(name: string, expression: Expression): Weight {
    const { shape } = expression
    const known = this.#weights.get(name)
    // One tensor may be wanted in two forms.
    if (known && JSON.stringify(known) !== JSON.stringify(expression))
      return this.add(`${name}.again`, expression)
    this.#weights.set(name, expression)
    return { name, shape }
  }

  /** @throws MODEL_UNSUPPORTED where the checkpoint has no such tensor */
  expression(tensor: string): Expression {
    const found = this.tensors.expression(tensor)
    if (found) return found
    throw new KernelscopeError(
      'MODEL_UNSUPPORTED',
      `the checkpoint has no tensor ${this.tensors.storedNames(tensor)}, which ${this.title} needs`,
      { hint },
    )
  }

  /** The error for a tensor that has not the shape which the network needs. */
  misfit(tensor: string, wanted: readonly number[]): KernelscopeError {
    const shape = this.tensors.shape(tensor)?.join() ?? ''
    return new KernelscopeError(
      'MODEL_UNSUPPORTED',
      `tensor ${this.tensors.storedNames(tensor)} is [${shape}], ${this.title} needs [${wanted.join()}]`,
      { hint },
    )
  }

  /**
   * Adds a node with one output of a known shape.
   *
   * @param inputs values, weights or constants
   * @param shape of the output for one image
   */
  node(
    path: string,
    op: string,
    inputs: readonly (Value | string)[],
    shape: readonly number[],
    attributes: Record<string, Attribute> = {},
  ): Value {
    const names = inputs.map((one) => (typeof one === 'string' ? one : one.name))
    const [name = ''] = this.#build.nodeAt(this.#path(path, op), op, names, attributes)
    return { name, shape }
  }

  /** Adds a node with an output for each shape. */
  nodeOf(
    path: string,
    op: string,
    inputs: readonly (Value | string)[],
    shapes: readonly (readonly number[])[],
    attributes: Record<string, Attribute> = {},
  ): Value[] {
    const names = inputs.map((one) => (typeof one === 'string' ? one : one.name))
    const outputs = this.#build.nodeAt(this.#path(path, op), op, names, attributes, shapes.length)
    return outputs.map((name, index) => ({ name, shape: shapes[index] ?? [] }))
  }

  /** Name of a constant of 64-bit integers. */
  int64s(values: readonly number[]): string {
    return this.#build.int64s(values)
  }

  /** Name of an integer without a shape, as an index. */
  int64(value: number): string {
    return this.#build.scalar(value, 'int64')
  }

  /** Name of a float32 constant; one number without a shape is a scalar. */
  floats(
    values: readonly number[],
    shape: readonly number[] = values.length === 1 ? [] : [values.length],
  ): string {
    return this.#build.constant(values, 'float32', shape)
  }

  /** The graph that ends with `output`, which is named `logits`, and the weights that it reads. */
  finish(output: Value): { graph: Graph; weights: Map<string, Expression>; used: Set<string> } {
    const outputs = [{ name: output.name, type: 'float32' as const, shape: ['batch', ...output.shape] }]
    const graph = renamed(this.#build.finish({ outputs }), output.name, 'logits')
    const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs))
    const weights = new Map([...this.#weights].filter(([name]) => read.has(name)))
    return { graph, weights, used: new Set([...weights.values()].flatMap(storedNames)) }
  }

  #path = (path: string, op: string) => [...path.split('.'), op].filter((part) => part !== '').join('/')
}

const hint = 'It may be of another architecture than its names say, or only a part of a network.'

function renamed(graph: Graph, from: string, to: string): Graph {
  const name = (one: string) => (one === from ? to : one)
  return {
    ...graph,
    outputs: graph.outputs.map((output) => ({ ...output, name: name(output.name) })),
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(name),
      outputs: node.outputs.map(name),
    })),
  }
}
