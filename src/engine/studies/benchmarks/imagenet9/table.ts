import type { DataTable } from '#shared/contract/index.ts'
import type { imagenet9Variations } from '../../../datasets/index.ts'
import { cellOf } from '../../summary/outcomes.ts'
import type { Gap } from './gap.ts'
import type { Grid } from '../../definition/index.ts'

export const titles: Record<(typeof imagenet9Variations)[number], string> = {
  original: 'Original',
  mixed_same: 'Mixed-Same',
  mixed_rand: 'Mixed-Rand',
  mixed_next: 'Mixed-Next',
  only_fg: 'Only foreground',
  no_fg: 'No foreground',
  only_bg_b: 'Only background (box)',
  only_bg_t: 'Only background (tiled)',
}

/** Table 3: accuracy per variation and the gap, one row per model. */
export function accuracyTable(
  grid: Grid,
  gaps: ReadonlyMap<number, Gap>,
  shown: readonly (typeof imagenet9Variations)[number][],
  keyOf: (name: string) => string,
  id: string,
  title: string,
): DataTable {
  return {
    id,
    title,
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'n', title: 'Images each', kind: 'integer' },
      ...shown.map((key) => ({
        key,
        title: titles[key],
        kind: 'fraction' as const,
        better: 'higher' as const,
      })),
      { key: 'gap', title: 'BG-Gap', kind: 'points', better: 'lower' },
      { key: 'lo', title: '95 % from', kind: 'points' },
      { key: 'hi', title: 'to', kind: 'points' },
    ],
    rows: grid.models.map((model) => {
      const { value = null, interval = null } = gaps.get(model.id) ?? {}
      const cells = shown.map((key) => [key, cellOf(grid, model.id, keyOf(key))] as const)
      return {
        model: model.title,
        n: Math.max(0, ...cells.map(([, cell]) => cell?.n ?? 0)),
        ...Object.fromEntries(cells.map(([key, cell]) => [key, cell?.top1 ?? null])),
        gap: value,
        lo: interval?.lo ?? null,
        hi: interval?.hi ?? null,
      }
    }),
  }
}
