import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import type { Grid } from '../../definition/index.ts'
import { differenceInterval } from '../../summary/differences.ts'
import { cellOf } from '../../summary/outcomes.ts'
import { ordinaryKey } from './keys.ts'

/** A version of a set: the key of its condition and its name. */
export interface Version {
  key: string
  name: string
}

/** Accuracy on each version of a set, a row per model and version, beside that on ordinary images. */
export function accuracyTable(grid: Grid, title: string, versions: readonly Version[]): DataTable {
  return {
    id: 'accuracy',
    title,
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      ...(versions.length > 1 ? [{ key: 'version', title: 'Version', kind: 'text' as const }] : []),
      { key: 'n', title: 'Images', kind: 'integer' },
      { key: 'top1', title: 'Top-1', kind: 'fraction', better: 'higher' },
      { key: 'lo', title: '95 % from', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'top5', title: 'Top-5', kind: 'fraction', better: 'higher' },
      { key: 'macro', title: 'Mean of classes', kind: 'fraction', better: 'higher' },
      { key: 'ordinary', title: 'Ordinary images', kind: 'fraction', better: 'higher' },
      { key: 'gap', title: 'Gap', kind: 'points', better: 'lower' },
      { key: 'gapLo', title: '95 % from', kind: 'points' },
      { key: 'gapHi', title: 'to', kind: 'points' },
    ],
    rows: grid.models.flatMap((model) =>
      versions.flatMap(({ key, name }) => {
        const cell = cellOf(grid, model.id, key)
        if (!cell) return []
        const ordinary = cellOf(grid, model.id, ordinaryKey)
        const gap = gapOf(grid, ordinary, cell)
        return [
          {
            model: model.title,
            ...(versions.length > 1 ? { version: name } : {}),
            n: cell.n,
            top1: cell.top1,
            lo: cell.interval?.lo ?? null,
            hi: cell.interval?.hi ?? null,
            top5: cell.top5,
            macro: meanOfClasses(grid, cell),
            ordinary: ordinary?.top1 ?? null,
            gap: gap?.value ?? null,
            gapLo: gap?.interval?.lo ?? null,
            gapHi: gap?.interval?.hi ?? null,
          },
        ]
      }),
    ),
  }
}

/** Top-1 on ordinary images minus that on a version; null unless all images of both were measured. */
function gapOf(grid: Grid, ordinary: StudyCondition | null, cell: StudyCondition) {
  if (ordinary?.top1 == null || cell.top1 === null || !grid.whole(ordinary) || !grid.whole(cell)) return null
  return { value: ordinary.top1 - cell.top1, interval: differenceInterval(ordinary, cell) }
}

/** Mean accuracy of the classes that have images, in [0, 1]; null without images. */
function meanOfClasses(grid: Grid, cell: StudyCondition): number | null {
  const classes = grid.perClass(cell).filter(({ n }) => n > 0)
  return classes.length === 0
    ? null
    : classes.reduce((sum, { n, correct }) => sum + correct / n, 0) / classes.length
}
