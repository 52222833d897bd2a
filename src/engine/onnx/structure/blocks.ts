import type { Block, ModelFamily } from '#shared/contract/models.ts'
import type { Node } from '../graph.ts'
import type { Flow } from './flow.ts'
import { layerNodes, macsOf, parametersOf } from './layers.ts'
import { residualsOf, type Residual } from './residual.ts'

/** A block, counted as in the paper: one residual unit, or a mixing unit with the pointwise unit after it. */
export interface ResidualBlock {
  units: readonly Residual[]
  /** Stage from 1. A stage ends where the shape of the features changes. */
  stage: number
  removable: boolean
  reason?: string
}

/** Residual blocks in order. Attention and MLP units (ViT, Swin) form one block, as do RepLK and ConvFFN units. */
export function residualBlocks(flow: Flow): ResidualBlock[] {
  const units = residualsOf(flow)
  const blocks: ResidualBlock[] = []
  let stage = 0
  let shape: string | undefined
  for (let index = 0; index < units.length; index++) {
    const unit = units[index]
    const next = units[index + 1]
    if (!unit) break
    const own = flow.shape(unit.branch)?.slice(1).join()
    if (own !== shape) stage++
    shape = own
    const paired = next && pairs(unit, next, flow)
    if (paired) index++
    const reason =
      unit.skip === 'projection' ? 'its skip path is a projection, so input and output differ' : undefined
    blocks.push({
      units: paired ? [unit, next] : [unit],
      stage,
      removable: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
    })
  }
  return blocks
}

/** Whether two units form one block: the first mixes positions (attention, or a depthwise kernel without Gelu), the second does not. */
function pairs(first: Residual, second: Residual, flow: Flow): boolean {
  if (first.skip !== 'identity' || second.skip !== 'identity') return false
  const follows = beforeQuantisers(second.input, flow) === first.add.outputs[0]
  return (
    follows &&
    mixes(first, flow) &&
    ![...second.nodes].some((node) => isSpatial(node, flow)) &&
    hasWeights(second, flow)
  )
}

/** The tensor that quantisers (and what dequantises) before `name` were given. */
function beforeQuantisers(name: string, flow: Flow): string {
  const node = flow.producer(name)
  const quantises = node?.op === 'QuantizeLinear' || node?.op === 'DequantizeLinear'
  return node && quantises ? beforeQuantisers(node.inputs[0] ?? '', flow) : name
}

const mixes = ({ nodes }: Residual, flow: Flow) => {
  const attends = [...nodes].some(({ op }) => ['Softmax', 'Attention', 'MultiHeadAttention'].includes(op))
  const gelu = [...nodes].some(({ op }) => op === 'Erf' || op === 'Gelu')
  return attends || (!gelu && [...nodes].some((node) => isSpatial(node, flow)))
}

function isSpatial(node: Node, flow: Flow): boolean {
  if (node.op === 'Softmax' || node.op === 'AveragePool' || node.op === 'MaxPool') return true
  const kernel = node.op === 'Conv' ? flow.weight(node.inputs[1])?.shape.slice(2) : undefined
  return kernel?.some((side) => side > 1) ?? false
}

const hasWeights = ({ nodes }: Residual, flow: Flow) =>
  [...nodes].filter(({ op, inputs }) => ['Conv', 'MatMul', 'Gemm'].includes(op) && flow.weight(inputs[1]))
    .length >= 2

/** The blocks in the form of the contract. `layers` of their units are indices in `layerNodes`. */
export function describeBlocks(blocks: readonly ResidualBlock[], flow: Flow): Block[] {
  const places = new Map(layerNodes(flow).map((node, place) => [node, place]))
  return blocks.map(({ units, stage, removable, reason }, index) => {
    const nodes = new Set(units.flatMap(({ add, nodes }) => [...nodes, add]))
    return {
      index,
      stage,
      adds: units.map(({ add }) => add.name),
      removable,
      ...(reason === undefined ? {} : { reason }),
      parameters: parametersOf(nodes, flow),
      macs: macsOfAll(nodes, flow),
      units: units.map(({ add, skip, nodes }) => ({
        add: add.name,
        skip,
        layers: [...nodes, add].flatMap((node) => places.get(node) ?? []).sort((a, b) => a - b),
      })),
    }
  })
}

function macsOfAll(nodes: ReadonlySet<Node>, flow: Flow): number | null {
  let sum = 0
  for (const node of nodes) {
    const macs = macsOf(node, flow)
    if (macs === null) return null
    sum += macs
  }
  return sum
}

/** Why no block can be removed; undefined where one can. */
export function noBlocksReason(blocks: readonly ResidualBlock[], family: ModelFamily): string | undefined {
  if (blocks.some(({ removable }) => removable)) return undefined
  if (blocks.length > 0) return 'no removable blocks found, because every skip path is a projection'
  if (family === 'DenseNet')
    return 'no removable blocks found, because DenseNet concatenates its layers instead of adding them'
  return 'no removable blocks found, because no addition joins a tensor with something computed from it'
}
