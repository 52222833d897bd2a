import type { Convolution, Inspection, Layer } from '#shared/contract/index.ts'
import { shape } from '../../lib/format.ts'
import { partsOf, weightText, type Part } from '../models/parts.ts'
import { align, bagOverlap } from './align.ts'

/** added: only the second model has it; removed: only the first model has it. */
export type Change = 'same' | 'changed' | 'added' | 'removed'

/** One difference between two matched layers. */
export interface Difference {
  what: 'output' | 'weight' | 'groups' | 'stride'
  a: string
  b: string
}

export interface LayerDiff {
  change: Change
  a: Layer | null
  b: Layer | null
  differences: Difference[]
}

export interface PartDiff {
  key: string
  change: Change
  a: Part | null
  b: Part | null
  layers: LayerDiff[]
}

export interface StructureDiff {
  parts: PartDiff[]
  /** Numbers of parts and layers that are the same, changed, added and removed. */
  partCounts: Record<Change, number>
  layerCounts: Record<Change, number>
}

/** Parts with a smaller similarity than this are not matched. */
const leastSimilarity = 0.4

/**
 * Compares the structures of two models. Parts (stem, blocks, what lies between, head) are aligned by the similarity of
 * their operators, weights and stages, then the layers of matched parts are aligned. Names do not matter. Two layers
 * can only be matched where their operators are the same.
 */
export function structureDiff(a: Inspection, b: Inspection): StructureDiff {
  const [partsA, partsB] = [partsOf(a), partsOf(b)]
  const [contentsA, contentsB] = [partsA.map(contentsOf), partsB.map(contentsOf)]
  const pairs = align(partsA.length, partsB.length, (i, j) => {
    const [p, q, own, other] = [partsA[i], partsB[j], contentsA[i], contentsB[j]]
    if (!p || !q || !own || !other || p.kind !== q.kind) return 0
    // Stems match stems and heads match heads, whatever layers they have.
    if (p.kind === 'stem' || p.kind === 'head') return 1
    return partSimilarity(own, other, p.stage === q.stage) - leastSimilarity
  })
  const convolutions = { a: byNode(a.convolutions), b: byNode(b.convolutions) }
  const parts = pairs.map(({ a: i, b: j }) =>
    partDiff(i === null ? null : (partsA[i] ?? null), j === null ? null : (partsB[j] ?? null), convolutions),
  )
  return {
    parts,
    partCounts: counts(parts),
    layerCounts: counts(parts.flatMap(({ layers }) => layers)),
  }
}

interface PartContents {
  operators: string[]
  weights: string[]
}

const contentsOf = ({ layers }: Part): PartContents => ({
  operators: layers.map(({ op }) => op),
  weights: layers.flatMap(({ weights }) => weights.map((weight) => weight.shape.join('x'))),
})

const partSimilarity = (a: PartContents, b: PartContents, sameStage: boolean) =>
  0.5 * bagOverlap(a.operators, b.operators) + 0.3 * bagOverlap(a.weights, b.weights) + (sameStage ? 0.2 : 0)

type Convolutions = ReadonlyMap<string, Convolution>
const byNode = (convolutions: readonly Convolution[]): Convolutions =>
  new Map(convolutions.map((one) => [one.node, one]))

function partDiff(a: Part | null, b: Part | null, known: { a: Convolutions; b: Convolutions }): PartDiff {
  const [own, other] = [a?.layers ?? [], b?.layers ?? []]
  const layers = align(own.length, other.length, (i, j) => layerSimilarity(own[i], other[j])).map(
    ({ a: i, b: j }) =>
      layerDiff(i === null ? null : (own[i] ?? null), j === null ? null : (other[j] ?? null), known),
  )
  const same = layers.every(({ change }) => change === 'same')
  const change = a === null ? 'added' : b === null ? 'removed' : same ? 'same' : 'changed'
  return { key: `${a?.key ?? ''}|${b?.key ?? ''}`, change, a, b, layers }
}

/** Similarity of two layers; 0 for different operators. Equal weight shapes count more than equal output shapes. */
function layerSimilarity(a: Layer | undefined, b: Layer | undefined): number {
  if (!a || !b || a.op !== b.op) return 0
  return 1 + (weightShapes(a) === weightShapes(b) ? 0.5 : 0) + (outputOf(a) === outputOf(b) ? 0.25 : 0)
}

const weightShapes = ({ weights }: Layer) => weights.map((weight) => weight.shape.join('x')).join(' ')
/** The output shape without the batch, which does not belong to the structure. */
const outputOf = ({ outputShape }: Layer) => (outputShape ? shape(outputShape.slice(1)) : '?')

function layerDiff(a: Layer | null, b: Layer | null, known: { a: Convolutions; b: Convolutions }): LayerDiff {
  if (!a || !b) return { change: a ? 'removed' : 'added', a, b, differences: [] }
  const differences = differencesOf(a, b, known.a.get(a.node), known.b.get(b.node))
  return { change: differences.length > 0 ? 'changed' : 'same', a, b, differences }
}

function differencesOf(
  a: Layer,
  b: Layer,
  own: Convolution | undefined,
  other: Convolution | undefined,
): Difference[] {
  const found: Difference[] = []
  const compare = (what: Difference['what'], left: string, right: string) => {
    if (left !== right) found.push({ what, a: left, b: right })
  }
  if (weightShapes(a) !== weightShapes(b)) found.push({ what: 'weight', a: weightName(a), b: weightName(b) })
  compare('output', outputOf(a), outputOf(b))
  compare('groups', String(own?.group ?? 1), String(other?.group ?? 1))
  compare('stride', own?.stride.join(' × ') ?? '', other?.stride.join(' × ') ?? '')
  return found
}

/** Kernel and channels where the layer has them, "3 × 3, 64 → 128"; otherwise the shapes of the weights. */
function weightName(layer: Layer): string {
  const [channels, perGroup, height] = layer.weights[0]?.shape ?? []
  if (height === undefined)
    return layer.weights.map((weight) => weight.shape.join(' × ')).join(', ') || 'none'
  return `${weightText(layer)}, ${perGroup === 1 ? channels : `${perGroup} → ${channels}`} channels`
}

function counts(rows: readonly { change: Change }[]): Record<Change, number> {
  const of = (change: Change) => rows.filter((row) => row.change === change).length
  return { same: of('same'), changed: of('changed'), added: of('added'), removed: of('removed') }
}
