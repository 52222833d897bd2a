import { className } from '#shared/classNames.ts'
import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import { confusionSpec } from '#shared/figures/confusion.ts'
import { firstName, namesIn } from '#shared/labelWords.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Grid } from '../definition/index.ts'

/** A confusion matrix of more classes cannot be read as a picture; the table has them all. */
const largestMatrix = 40

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

/**
 * The share of images of each true class (row) that were predicted as each class (column), by their names. With many
 * classes: the most confused ones only.
 */
export function confusionFigure(grid: Grid, cell: StudyCondition): FigureSpec {
  const labels = grid.models.find(({ id }) => id === cell.modelId)?.classes ?? []
  const ownName = new Map(
    labels.flatMap((label) => namesIn(label).map((name) => [name, firstName(label)] as const)),
  )
  const counts = grid.confusion(cell).map(({ truth, predicted, n }) => ({
    truth: className(ownName.get(truth) ?? truth),
    predicted: className(firstName(labels[predicted] ?? 'not finite')),
    n,
  }))
  const totals = new Map<string, number>()
  const wrong = new Map<string, number>()
  for (const { truth, predicted, n } of counts) {
    totals.set(truth, (totals.get(truth) ?? 0) + n)
    if (truth !== predicted)
      for (const name of [truth, predicted]) wrong.set(name, (wrong.get(name) ?? 0) + n)
  }
  const names = [...new Set(counts.flatMap(({ truth, predicted }) => [truth, predicted]))]
  const chosen = names
    .sort((a, b) => (wrong.get(b) ?? 0) - (wrong.get(a) ?? 0))
    .slice(0, largestMatrix)
    .sort()
  const place = new Map(chosen.map((name, index) => [name, index]))
  const values: (number | null)[] = chosen.flatMap((truth) =>
    chosen.map(() => (totals.has(truth) ? 0 : null)),
  )
  for (const { truth, predicted, n } of counts) {
    const row = place.get(truth)
    const column = place.get(predicted)
    if (row !== undefined && column !== undefined)
      values[row * chosen.length + column] = n / (totals.get(truth) ?? 1)
  }
  const part =
    names.length > chosen.length ? ` The ${chosen.length} most confused of ${names.length} classes.` : ''
  return confusionSpec({
    id: `confusion-${cell.modelId}`,
    model: cell.model,
    rows: chosen,
    columns: chosen,
    shares: values,
    notes: [
      `Each row sums to one over all classes.${part}`,
      ...(cell.missing > 0 ? [`Of ${cell.n} of ${cell.n + cell.missing} images.`] : []),
    ],
    alt: `Confusion matrix of ${cell.model} over ${chosen.length} classes; the diagonal is the accuracy per class.`,
  })
}
