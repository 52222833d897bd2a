import { className } from '#shared/classNames.ts'
import type { StudyCondition } from '#shared/contract/index.ts'
import { confusionSpec, elsewhere } from '#shared/figures/confusion.ts'
import { firstName } from '#shared/labelWords.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Grid } from '../definition/index.ts'

/** A confusion matrix of more classes cannot be read as a picture; the table has them all. */
const largestMatrix = 40

/** Classes that a note names. */
const named = 5

/**
 * The share of images of each true class (row) that were predicted as each class (column), by their names. With many
 * classes: the most confused ones only, and a column of all others.
 *
 * @param outputOf the model's output that stands for a class of the dataset; -1 where none does
 */
export function confusionFigure(
  grid: Grid,
  cell: StudyCondition,
  outputOf: (truth: string) => number,
): FigureSpec {
  const labels = grid.models.find(({ id }) => id === cell.modelId)?.classes ?? []
  const titleOf = (output: number) => className(firstName(labels[output] ?? 'not finite'))
  const unknown = new Set<string>()
  const counts = grid.confusion(cell).map(({ truth, predicted, n }) => {
    const output = outputOf(truth)
    if (output < 0) unknown.add(className(truth))
    return { truth: output < 0 ? className(truth) : titleOf(output), predicted: titleOf(predicted), n }
  })
  const totals = new Map<string, number>()
  const wrong = new Map<string, number>()
  for (const { truth, predicted, n } of counts) {
    totals.set(truth, (totals.get(truth) ?? 0) + n)
    if (truth !== predicted)
      for (const name of [truth, predicted]) wrong.set(name, (wrong.get(name) ?? 0) + n)
  }
  const names = [...new Set(counts.flatMap(({ truth, predicted }) => [truth, predicted]))]
  const rows = names
    .sort((a, b) => (wrong.get(b) ?? 0) - (wrong.get(a) ?? 0))
    .slice(0, largestMatrix)
    .sort()
  const isPart = names.length > rows.length
  const columns = isPart ? [...rows, elsewhere] : rows
  const place = new Map(rows.map((name, index) => [name, index]))
  const sums = rows.map(() => new Array<number>(columns.length).fill(0))
  for (const { truth, predicted, n } of counts) {
    const row = sums[place.get(truth) ?? -1]
    const column = place.get(predicted) ?? columns.length - 1
    if (row) row[column] = (row[column] ?? 0) + n
  }
  const empty = rows.some((name) => !totals.has(name))
  const shown = rows.filter((name) => unknown.has(name))
  return confusionSpec({
    id: `confusion-${cell.modelId}`,
    model: cell.model,
    rows,
    columns,
    shares: sums.flatMap((row, at) => {
      const total = totals.get(rows[at] ?? '')
      return row.map((n) => (total === undefined ? null : n / total))
    }),
    notes: [
      `Each row ${empty ? 'of a class with images ' : ''}sums to one over all classes.${isPart ? ` The ${rows.length} most confused of ${names.length} classes.` : ''}`,
      ...(empty ? ['Empty rows are classes without images.'] : []),
      ...(shown.length > 0
        ? [
            `No output stands for ${shown.slice(0, named).join(', ')}${shown.length > named ? ' and others' : ''}: no answer to their images is right.`,
          ]
        : []),
      ...(cell.missing > 0 ? [`Of ${cell.n} of ${cell.n + cell.missing} images.`] : []),
    ],
    alt: `Confusion matrix of ${cell.model} over ${rows.length} classes; the diagonal is the accuracy per class.`,
  })
}
