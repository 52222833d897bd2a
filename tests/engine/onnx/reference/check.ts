import * as ort from 'onnxruntime-node'
import { expect } from 'vitest'
import { differentiate, type Graph } from '#engine/onnx/index.ts'
import { encodeModel } from '#engine/onnx/file/encode.ts'
import { GraphBuilder } from '#engine/onnx/rewrite/build.ts'
import { inferShapes } from '#engine/onnx/shape/infer.ts'
import { ramp } from '../support.ts'
import { arr, count, type Arr } from './array.ts'
import { evaluate } from './evaluate.ts'

/** Builds the graph y = f(x) for an x of a shape. `make` gives the name of y. */
export function graphOf(shape: readonly number[], make: (build: GraphBuilder) => string, opset = 20): Graph {
  const empty: Graph = {
    name: 'test',
    irVersion: 8,
    opsets: new Map([['', opset]]),
    inputs: [{ name: 'x', type: 'float32', shape }],
    outputs: [],
    nodes: [],
    tensors: new Map(),
  }
  const build = new GraphBuilder(empty, 'f')
  const y = make(build)
  return build.finish({ outputs: [{ name: y, type: 'float32', shape: null }] })
}

/** Different numbers of both signs, with magnitudes from 0.1 to about 2, so away from zeros and kinks and without ties. */
export function noise(shape: readonly number[], seed = 1): Arr {
  const values = ramp(count(shape), (2654435761 + 2 * seed * 40503) >>> 0, 4)
  return arr(
    shape,
    values.map((value, index) => value + Math.sign(value || 1) * 0.1 + index * 1e-5),
  )
}

/** The same numbers, positive. */
export const positive = (shape: readonly number[]) =>
  arr(
    shape,
    noise(shape).data.map((value) => Math.abs(value) + 0.05),
  )

const yOf = (graph: Graph, x: Arr) => {
  const y = evaluate(graph, { x }).get(graph.outputs[0]?.name ?? '')
  if (!y) throw new Error('no output')
  return y
}

/**
 * Compares the gradient graph, evaluated in float64, with central differences of the plain graph at up to `samples`
 * elements, and checks its shape. `x` must be farther than `h` from kinks.
 */
export function expectGradient(graph: Graph, x: Arr, { samples = 24, h = 1e-5 } = {}): void {
  const gradientGraph = differentiate(graph)
  const y = yOf(graph, x)
  const cotangent = noise(y.shape, 5)
  const gradient = evaluate(gradientGraph, { x, cotangent }).get('gradient')
  expect(gradient?.shape).toEqual(x.shape)
  const value = (index: number, by: number) => {
    const moved = arr(x.shape, x.data.with(index, (x.data[index] ?? 0) + by))
    return yOf(graph, moved).data.reduce((sum, one, at) => sum + one * (cotangent.data[at] ?? 0), 0)
  }
  const step = Math.max(1, Math.floor(x.data.length / samples))
  const scale = Math.max(1, ...(gradient?.data.map(Math.abs) ?? []))
  for (let index = 0; index < x.data.length; index += step) {
    const difference = (value(index, h) - value(index, -h)) / (2 * h)
    expect(Math.abs((gradient?.data[index] ?? NaN) - difference) / scale, `place ${index}`).toBeLessThan(2e-6)
  }
}

/** Compares ONNX Runtime, in float32, with the reference, for the graph and its gradient. Checks the inferred shapes. */
export async function expectRuntimeAgrees(graph: Graph, x: Arr): Promise<void> {
  const y = yOf(graph, x)
  const cotangent = noise(y.shape, 5)
  const gradientGraph = differentiate(graph)
  const wanted = evaluate(gradientGraph, { x, cotangent })
  const session = await ort.InferenceSession.create(encodeModel(gradientGraph, new Map()), {
    intraOpNumThreads: 1,
  })
  const tensor = ({ shape, data }: Arr) => new ort.Tensor('float32', Float32Array.from(data), shape)
  const results = await session.run({ x: tensor(x), cotangent: tensor(cotangent) })
  await session.release()
  expect(inferShapes(graph, new Map([['x', x.shape]])).get(graph.outputs[0]?.name ?? '')?.shape).toEqual(
    y.shape,
  )
  for (const { name } of gradientGraph.outputs) {
    const one = results[name]
    const reference = wanted.get(name)
    const scale = Math.max(1e-3, ...(reference?.data.map(Math.abs) ?? []))
    expect(one?.dims).toEqual(reference?.shape)
    for (const [index, value] of (reference?.data ?? []).entries())
      expect(Math.abs(Number(one?.data[index]) - value) / scale, `${name}[${index}]`).toBeLessThan(2e-5)
  }
}
