import type { Convolution, Inspection, Layer } from '#shared/contract/index.ts'
import { shape } from '../../lib/format.ts'
import { partsOf, weightText, type Part } from '../models/parts.ts'
import { align, bagOverlap } from './align.ts'

/** added: only the second model has it; removed: only the first. */
export type Change = 'same' | 'changed' | 'added' | 'removed'

/** One thing that differs between two layers that stand for each other. */
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
  /** How many parts and layers are the same, changed, added, removed. */
  partCounts: Record<Change, number>
  layerCounts: Record<Change, number>
}

/** Parts that are less alike than this stand for different things. */
const likeness = 0.4

/**
 * How the structure of one model becomes that of another: parts (stem, blocks, what lies between, head) are aligned by
 * how alike their operators, weights and stages are, then the layers of parts that stand for each other. Names play no
 * role. Two layers can only stand for each other where they are the same operator.
 */
export function structureDiff(a: Inspection, b: Inspection): StructureDiff {
  const [partsA, partsB] = [partsOf(a), partsOf(b)]
  const [bagsA, bagsB] = [partsA.map(bagsOf), partsB.map(bagsOf)]
  const pairs = align(partsA.length, partsB.length, (i, j) => {
    const [p, q, own, other] = [partsA[i], partsB[j], bagsA[i], bagsB[j]]
    if (!p || !q || !own || !other || p.kind !== q.kind) return 0
    // The ends of a model are its ends, whatever they are made of.
    if (p.kind === 'stem' || p.kind === 'head') return 1
    return partLikeness(own, other, p.stage === q.stage) - likeness
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

interface Bags {
  operators: string[]
  weights: string[]
}

const bagsOf = ({ layers }: Part): Bags => ({
  operators: layers.map(({ op }) => op),
  weights: layers.flatMap(({ weights }) => weights.map((weight) => weight.shape.join('x'))),
})

const partLikeness = (a: Bags, b: Bags, sameStage: boolean) =>
  0.5 * bagOverlap(a.operators, b.operators) + 0.3 * bagOverlap(a.weights, b.weights) + (sameStage ? 0.2 : 0)

type Convolutions = ReadonlyMap<string, Convolution>
const byNode = (convolutions: readonly Convolution[]): Convolutions =>
  new Map(convolutions.map((one) => [one.node, one]))

function partDiff(a: Part | null, b: Part | null, known: { a: Convolutions; b: Convolutions }): PartDiff {
  const [own, other] = [a?.layers ?? [], b?.layers ?? []]
  const layers = align(own.length, other.length, (i, j) => layerLikeness(own[i], other[j])).map(
    ({ a: i, b: j }) =>
      layerDiff(i === null ? null : (own[i] ?? null), j === null ? null : (other[j] ?? null), known),
  )
  const same = layers.every(({ change }) => change === 'same')
  const change = a === null ? 'added' : b === null ? 'removed' : same ? 'same' : 'changed'
  return { key: `${a?.key ?? ''}|${b?.key ?? ''}`, change, a, b, layers }
}

/** 0 for different operators; equal weights weigh more than equal outputs. */
function layerLikeness(a: Layer | undefined, b: Layer | undefined): number {
  if (!a || !b || a.op !== b.op) return 0
  return 1 + (weightShapes(a) === weightShapes(b) ? 0.5 : 0) + (outputOf(a) === outputOf(b) ? 0.25 : 0)
}

const weightShapes = ({ weights }: Layer) => weights.map((weight) => weight.shape.join('x')).join(' ')
/** Without the batch, which is no matter of structure. */
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

/** Kernel and channels where there are any: "3 × 3, 64 → 128"; the bare shapes otherwise. */
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
