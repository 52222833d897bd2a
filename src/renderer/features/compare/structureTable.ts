import type { DataTable, Layer } from '#shared/contract/index.ts'
import { shape } from '../../lib/format.ts'
import type { Change, LayerDiff, PartDiff, StructureDiff } from './structure.ts'

/** A row of the list: a part, or a layer under it. */
export type DiffRow =
  | { kind: 'part'; key: string; diff: PartDiff; open: boolean }
  | { kind: 'layer'; key: string; diff: LayerDiff; part: PartDiff }

/** The parts, and the layers of opened parts. `onlyChanges` leaves out equal ones. */
export function diffRows(
  { parts }: StructureDiff,
  open: ReadonlySet<string>,
  onlyChanges: boolean,
): DiffRow[] {
  const shown = <T extends { change: Change }>(diff: T) => !onlyChanges || diff.change !== 'same'
  return parts.filter(shown).flatMap((diff): DiffRow[] => {
    const opened = open.has(diff.key)
    const row: DiffRow = { kind: 'part', key: diff.key, diff, open: opened }
    if (!opened) return [row]
    const layers = diff.layers.filter(shown).map((layer): DiffRow => ({
      kind: 'layer',
      key: `${diff.key}|${layer.a?.index ?? ''}|${layer.b?.index ?? ''}`,
      diff: layer,
      part: diff,
    }))
    return [row, ...layers]
  })
}

/** The differences in words: "output [64, 56, 56] → [96, 56, 56]; weight …". */
export const differenceText = ({ differences }: LayerDiff): string =>
  differences.map(({ what, a, b }) => `${what} ${a || 'none'} → ${b || 'none'}`).join('; ')

/** The whole comparison as a table for a file, one row per layer. */
export function structureTable(diff: StructureDiff, titles: { a: string; b: string }): DataTable {
  const side = (layer: Layer | null, prefix: 'a' | 'b') => ({
    [`${prefix}_node`]: layer?.node ?? null,
    [`${prefix}_output`]: layer ? shape(layer.outputShape) : null,
    [`${prefix}_weights`]: layer
      ? layer.weights.map((weight) => `[${weight.shape.join(', ')}]`).join(' ')
      : null,
    [`${prefix}_parameters`]: layer?.parameters ?? null,
    [`${prefix}_macs`]: layer?.macs ?? null,
  })
  const columns = (prefix: 'a' | 'b'): DataTable['columns'] => [
    { key: `${prefix}_node`, title: `Node of ${titles[prefix]}`, kind: 'text' },
    { key: `${prefix}_output`, title: 'Output', kind: 'text' },
    { key: `${prefix}_weights`, title: 'Weights', kind: 'text' },
    { key: `${prefix}_parameters`, title: 'Parameters', kind: 'integer' },
    { key: `${prefix}_macs`, title: 'MACs', kind: 'integer' },
  ]
  return {
    id: 'structure',
    title: `From ${titles.a} to ${titles.b}`,
    columns: [
      { key: 'part_a', title: 'Part of the first', kind: 'text' },
      { key: 'part_b', title: 'Part of the second', kind: 'text' },
      { key: 'change', title: 'Change', kind: 'text' },
      { key: 'operator', title: 'Operator', kind: 'text' },
      ...columns('a'),
      ...columns('b'),
      { key: 'differences', title: 'Differences', kind: 'text' },
    ],
    rows: diff.parts.flatMap((part) =>
      part.layers.map((layer) => ({
        part_a: part.a?.title ?? null,
        part_b: part.b?.title ?? null,
        change: layer.change,
        operator: (layer.a ?? layer.b)?.op ?? null,
        ...side(layer.a, 'a'),
        ...side(layer.b, 'b'),
        differences: differenceText(layer),
      })),
    ),
  }
}
