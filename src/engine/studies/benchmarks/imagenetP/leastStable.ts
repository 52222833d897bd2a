import type { DataTable } from '#shared/contract/index.ts'
import type { SequenceStability } from './scores.ts'
import type { ResultsByModel } from './view.ts'
import type { Grid } from '../../definition/index.ts'

const listed = 20

interface FlippingSequence extends Omit<SequenceStability, 'picture'> {
  perturbation: string
}

/** The sequences whose prediction flips most often and whose five most probable classes change most. */
export function mostFlippingTable(grid: Grid, found: ResultsByModel): DataTable {
  return {
    id: 'worst',
    title: 'Sequences that flip most',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'image', title: 'Image', kind: 'text' },
      { key: 'imageId', title: 'Image id', kind: 'integer' },
      { key: 'class', title: 'Class', kind: 'text' },
      { key: 'perturbation', title: 'Perturbation', kind: 'text' },
      { key: 'flips', title: 'Flip probability', kind: 'fraction' },
      { key: 'distance', title: 'Top-5 distance', kind: 'number' },
    ],
    rows: grid.models.flatMap((model) =>
      [...(found.get(model.id)?.own ?? [])]
        .flatMap(([perturbation, { sequences }]): FlippingSequence[] =>
          sequences.map((sequence) => ({ ...sequence, perturbation })),
        )
        .sort((a, b) => b.flips - a.flips || b.distance - a.distance || a.imageId - b.imageId)
        .slice(0, listed)
        .map(({ name, imageId, className, perturbation, flips, distance }) => ({
          model: model.title,
          image: name,
          imageId,
          class: className,
          perturbation,
          flips,
          distance,
        })),
    ),
  }
}

/** Mean flip probability over all sequences of a class. */
export function flipsPerClass(grid: Grid, found: ResultsByModel): DataTable {
  const rows = new Map<string, DataTable['rows'][number]>()
  for (const { id } of grid.models) {
    const all = [...(found.get(id)?.own.values() ?? [])].flatMap(({ sequences }) => sequences)
    for (const [name, sequences] of Map.groupBy(all, ({ className }) => className))
      rows.set(name, {
        ...rows.get(name),
        class: name,
        n: sequences.length,
        [`m${id}`]: sequences.reduce((sum, { flips }) => sum + flips, 0) / sequences.length,
      })
  }
  return {
    id: 'per-class',
    title: 'Flip probability per class',
    columns: [
      { key: 'class', title: 'Class', kind: 'text' },
      { key: 'n', title: 'Sequences', kind: 'integer' },
      ...grid.models.map(({ id, title }) => ({
        key: `m${id}`,
        title,
        kind: 'fraction' as const,
        better: 'lower' as const,
      })),
    ],
    rows: [...rows.values()].sort((a, b) => (String(a['class']) < String(b['class']) ? -1 : 1)),
  }
}
