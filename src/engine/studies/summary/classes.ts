import type { DataTable } from '#shared/contract/index.ts'
import type { Grid } from '../definition/index.ts'

/**
 * Accuracy per class, one column per model. Number of images per class: one column for all models, or one for each
 * where they differ.
 */
export function perClassTable(grid: Grid): DataTable {
  const rows = new Map<string, Record<string, string | number | null>>()
  const counts = new Map<string, Set<number>>()
  for (const cell of grid.cells) {
    for (const { name, n, correct } of grid.perClass(cell)) {
      rows.set(name, {
        ...rows.get(name),
        class: name,
        [`n${cell.modelId}`]: n,
        [`m${cell.modelId}`]: n === 0 ? null : correct / n,
      })
      counts.set(name, (counts.get(name) ?? new Set()).add(n))
    }
  }
  const models = grid.models.filter(({ id }) => grid.cells.some((cell) => cell.modelId === id && cell.n > 0))
  const alike = [...counts.values()].every(({ size }) => size === 1)
  return {
    id: 'per-class',
    title: 'Per class',
    columns: [
      { key: 'class', title: 'Class', kind: 'text' },
      ...(alike ? [{ key: 'n', title: 'Images', kind: 'integer' as const }] : []),
      ...grid.models.flatMap(({ id, title }) => [
        ...(alike ? [] : [{ key: `n${id}`, title: `Images, ${title}`, kind: 'integer' as const }]),
        { key: `m${id}`, title, kind: 'fraction' as const },
      ]),
    ],
    rows: [...rows.values()].map((row) => {
      const shown: DataTable['rows'][number] = { class: row['class'] ?? '' }
      if (alike) shown['n'] = models.map(({ id }) => row[`n${id}`]).find((n) => n !== undefined) ?? null
      for (const { id } of grid.models) {
        if (!alike) shown[`n${id}`] = row[`n${id}`] ?? 0
        shown[`m${id}`] = row[`m${id}`] ?? null
      }
      return shown
    }),
  }
}
