import type { Block, Inspection, Layer } from '#shared/contract/index.ts'

/** stem: before the first block; between: a layer between two blocks; head: after the last block. */
export type PartKind = 'stem' | 'block' | 'between' | 'head'

/** One unit of a block, or all layers of another part. */
export interface PartUnit {
  title: string
  layers: Layer[]
}

/** A part of a model, which the block map shows as one tile. */
export interface Part {
  /** "stem", "block-3" (the fourth, titled "Block 4"), "between-3" (before it), "head"; part of addresses. */
  key: string
  kind: PartKind
  title: string
  /** Stage from 1. The stem has 0, a part between stages belongs to the later stage, the head has none. */
  stage: number | null
  block: Block | null
  units: PartUnit[]
  layers: Layer[]
  parameters: number
  /** Multiply-accumulates for one image; null where a shape is unknown. */
  macs: number | null
}

/**
 * The parts of a model in order of depth: stem, residual blocks, what lies between them, head. Layers without weights
 * directly after a block (its activation) count as part of it. A model without blocks is one part; so is a model whose
 * stored inspection does not say which layers make a block.
 */
export function partsOf({ blocks, layers }: Inspection): Part[] {
  const known = blocks.length > 0 && blocks.every(({ units }) => units.length > 0)
  if (!known) return layers.length > 0 ? [loosePart('head', 'whole', 'All layers', null, layers)] : []
  const ends = blocks.map(({ units }) => units.at(-1)?.layers.at(-1) ?? 0)
  const owned = new Set(blocks.flatMap(({ units }) => units.flatMap((unit) => unit.layers)))
  const loose = Map.groupBy(
    layers.filter(({ index }) => !owned.has(index)),
    ({ index }) => ends.filter((end) => end < index).length,
  )
  const parts: Part[] = []
  for (const [place, block] of blocks.entries()) {
    parts.push(...looseBefore(place, loose.get(place) ?? [], block.stage, parts))
    parts.push(blockPart(block, layers))
  }
  parts.push(...looseBefore(blocks.length, loose.get(blocks.length) ?? [], null, parts, true))
  return parts
}

/** The layers before block `place` that do not belong to the block before it. */
function looseBefore(
  place: number,
  layers: Layer[],
  stage: number | null,
  before: readonly Part[],
  last = false,
): Part[] {
  if (layers.length === 0) return []
  const previous = before.at(-1)
  if (place === 0) return [loosePart('stem', 'stem', 'Stem', 0, layers)]
  if (last) return [loosePart('head', 'head', 'Head', null, layers)]
  const weighs = layers.some(({ parameters, macs }) => parameters > 0 || macs !== 0)
  if (weighs || !previous)
    return [
      loosePart('between', `between-${place}`, `Between blocks ${place} and ${place + 1}`, stage, layers),
    ]
  previous.layers.push(...layers)
  previous.units.at(-1)?.layers.push(...layers)
  return []
}

function loosePart(kind: PartKind, key: string, title: string, stage: number | null, layers: Layer[]): Part {
  return {
    key,
    kind,
    title,
    stage,
    block: null,
    units: [{ title, layers }],
    layers,
    parameters: layers.reduce((sum, layer) => sum + layer.parameters, 0),
    macs: macsOf(layers),
  }
}

function blockPart(block: Block, layers: readonly Layer[]): Part {
  const units = block.units.map(({ layers: places }) => {
    const own = places.flatMap((place) => layers[place] ?? [])
    return { title: unitTitle(own), layers: own }
  })
  return {
    key: `block-${block.index}`,
    kind: 'block',
    title: `Block ${block.index + 1}`,
    stage: block.stage,
    block,
    units,
    layers: units.flatMap((unit) => unit.layers),
    parameters: block.parameters,
    macs: block.macs,
  }
}

function macsOf(layers: readonly Layer[]): number | null {
  let sum = 0
  for (const { macs } of layers) {
    if (macs === null) return null
    sum += macs
  }
  return sum
}

/** Names a unit by its layer that mixes positions: attention, the largest kernel, or none (pointwise). */
export function unitTitle(layers: readonly Layer[]): string {
  if (layers.some(({ op }) => /Softmax|Attention/.test(op))) return 'Attention'
  const side = Math.max(0, ...layers.map(kernelSide))
  if (side > 1) return `${side} × ${side} convolution`
  return layers.some(({ op }) => op === 'Conv' || op === 'MatMul' || op === 'Gemm')
    ? 'Pointwise'
    : 'Elementwise'
}

/** Longest side of a convolution's kernel; 0 for other layers. */
export function kernelSide({ op, weights }: Layer): number {
  const kernel = op === 'Conv' || op === 'ConvTranspose' ? weights[0]?.shape.slice(2) : undefined
  return kernel && kernel.length > 0 ? Math.max(...kernel) : 0
}

/**
 * The weight of a layer in short, "31 × 31 depthwise", "1 × 1" or "256 × 64"; empty for layers without a matrix or
 * kernel.
 */
export function weightText({ weights }: Layer): string {
  const shape = weights[0]?.shape ?? []
  if (shape.length === 4) {
    const [channels = 0, perGroup = 0, height = 0, width = 0] = shape
    const kernel = `${height} × ${width}`
    return perGroup === 1 && channels > 1 ? `${kernel} depthwise` : kernel
  }
  return shape.length >= 2 ? shape.join(' × ') : ''
}

/**
 * Index in `models.kernels` of each depthwise layer, by its node. Only square kernels of 3x3 and more count, in graph
 * order.
 */
export function kernelNumbers({ convolutions }: Inspection): Map<string, number> {
  const shown = convolutions.filter(
    ({ depthwise, kernel: [height, width] }) => depthwise && height >= 3 && height === width,
  )
  return new Map(shown.map(({ node }, number) => [node, number]))
}

/** CSS `flex-grow` of a share of the whole, in per mille: sums below 1 would leave the strip unfilled. */
export const growth = (share: number): number => Math.max(4, 1000 * share)

/** The part that a key leads to: a neighbour, the first part of the next stage, or an end; null for other keys. */
export function partByKey(key: string, parts: readonly Part[], at: number): number | null {
  if (parts.length === 0) return null
  const last = parts.length - 1
  switch (key) {
    case 'ArrowRight':
      return Math.min(last, at + 1)
    case 'ArrowLeft':
      return Math.max(0, at - 1)
    case 'Home':
      return 0
    case 'End':
      return last
    case 'PageDown':
      return stageStart(parts, at, 1)
    case 'PageUp':
      return stageStart(parts, at, -1)
    default:
      return null
  }
}

function stageStart(parts: readonly Part[], at: number, by: 1 | -1): number {
  const starts = parts.flatMap((part, place) => (part.stage !== parts[place - 1]?.stage ? [place] : []))
  const found = by === 1 ? starts.find((place) => place > at) : starts.findLast((place) => place < at)
  return found ?? (by === 1 ? parts.length - 1 : 0)
}
