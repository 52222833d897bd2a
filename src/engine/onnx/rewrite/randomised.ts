import { generator } from '#shared/random.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { piecesOfTensor } from '../file/bytes.ts'
import { elementCount, type Graph, type OnnxModel, type Tensor } from '../graph.ts'
import { inferShapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import { Flow } from '../structure/flow.ts'

/**
 * Which layers have random weights: of `of` stages, stage 1 is the last layer alone, and the last stage all layers; between
 * them their number grows evenly. Draws depend on the seed and the name of a tensor.
 */
export interface Randomised {
  stage: number
  of: number
  seed: number
}

/** Operators of layers with weights. */
const layers = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul'])

/**
 * The stored float32 weights of each layer, and its biases where the layer's operator adds them, by name, in the order of the
 * graph. Weights of normalisations are not among them. A tensor that several layers read belongs to the first.
 */
export function layerWeights(graph: Graph): string[][] {
  const flow = new Flow(graph, inferShapes(graph, inputSizes(graph)))
  const seen = new Set<string>()
  const storedBehind = (name: string): string[] => {
    if (graph.tensors.has(name)) return [name]
    return flow.isConstant(name) ? (flow.producer(name)?.inputs ?? []).flatMap(storedBehind) : []
  }
  const isOwn = (name: string) => {
    const tensor = graph.tensors.get(name)
    if (tensor?.type !== 'float32' || elementCount(tensor.shape) < 2 || seen.has(name)) return false
    seen.add(name)
    return true
  }
  return graph.nodes.flatMap((node) => {
    const names = layers.has(node.op) ? node.inputs.flatMap(storedBehind).filter(isOwn) : []
    return names.length > 0 ? [names] : []
  })
}

/** Number of layers of `count` that a stage randomises. */
export const layersOfStage = (count: number, { stage, of }: Pick<Randomised, 'stage' | 'of'>): number =>
  stage <= 1 || of <= 1 ? Math.min(1, count) : Math.ceil((count * (stage - 1)) / (of - 1))

const redrawn = new WeakMap<OnnxModel, Map<number, ReadonlyMap<string, Tensor>>>()

/** The tensors of all layers with values drawn from a normal distribution, by name. The same objects for the same model and seed. */
export function redrawnTensors(model: OnnxModel, seed: number): ReadonlyMap<string, Tensor> {
  const known = redrawn.get(model) ?? new Map<number, ReadonlyMap<string, Tensor>>()
  redrawn.set(model, known)
  const found = known.get(seed) ?? new Map(allRedrawn(model.graph, seed))
  known.set(seed, found)
  return found
}

const allRedrawn = (graph: Graph, seed: number): [string, Tensor][] =>
  layerWeights(graph)
    .flat()
    .flatMap((name) => {
      const tensor = graph.tensors.get(name)
      return tensor ? [[name, redrawnTensor(tensor, seed)]] : []
    })

/** A tensor of as many values, drawn from a normal distribution with the mean and the standard deviation of its values. */
function redrawnTensor(tensor: Tensor, seed: number): Tensor {
  const length = 4 * elementCount(tensor.shape)
  return { ...tensor, data: { kind: 'made', length, pieces: () => drawnPieces(tensor, seed) } }
}

async function* drawnPieces(tensor: Tensor, seed: number): AsyncGenerator<Uint8Array> {
  let [count, sum, squares] = [0, 0, 0]
  for await (const bytes of piecesOfTensor(tensor)) {
    const values = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; at + 4 <= bytes.byteLength; at += 4) {
      const value = values.getFloat32(at, true)
      count += 1
      sum += value
      squares += value * value
    }
  }
  const mean = sum / count
  const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean))
  const random = generator('randomised', seed, tensor.name)
  for (let done = 0; done < count; done += valuesAtOnce) {
    const normals = random.normals(Math.min(valuesAtOnce, count - done))
    const drawn = Float32Array.from(normals, (normal) => mean + deviation * normal)
    yield new Uint8Array(drawn.buffer)
  }
}

const valuesAtOnce = 2 ** 16

/**
 * A model's graph with the weights of its last layers drawn at random.
 *
 * @throws MODEL_UNSUPPORTED where it has no layer with float32 weights
 */
export function randomised(model: OnnxModel, asked: Randomised): Graph {
  const all = layerWeights(model.graph)
  const chosen = all.slice(all.length - layersOfStage(all.length, asked)).flat()
  if (chosen.length === 0)
    throw new KernelscopeError('MODEL_UNSUPPORTED', 'no layer has float32 weights that could be drawn anew')
  const drawn = redrawnTensors(model, asked.seed)
  const tensors = new Map(model.graph.tensors)
  for (const name of chosen) {
    const tensor = drawn.get(name)
    if (tensor) tensors.set(name, tensor)
  }
  return { ...model.graph, tensors }
}
