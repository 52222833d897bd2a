import { className, classTitle, withClassNames } from '#shared/classNames.ts'
import type { Confusion, DataTable } from '#shared/contract/index.ts'
import { confusionSpec, elsewhere } from '#shared/figures/confusion.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'

/** The matrix as shares of each true class, row by row. The last column holds outputs that are none of the classes. */
export interface ShareMatrix {
  rows: string[]
  columns: string[]
  counts: readonly number[]
  shares: (number | null)[]
}

export function sharesOf({ matrix, classes }: Confusion): ShareMatrix | null {
  if (!matrix) return null
  const byIndex = new Map(classes.map((c) => [c.index, c]))
  const rows = matrix.order.map((index) => className(byIndex.get(index)?.name ?? `class ${index}`))
  const width = rows.length + 1
  const shares = matrix.counts.map((n, k) => {
    const total = byIndex.get(matrix.order[Math.floor(k / width)] ?? -1)?.n ?? 0
    return total === 0 ? null : n / total
  })
  return { rows, columns: [...rows, elsewhere], counts: matrix.counts, shares }
}

/** The confusion matrix as a figure. Rows are true classes and sum to one. */
export function confusionFigure(confusion: Confusion, model: string, over: string): FigureSpec | null {
  const found = sharesOf(confusion)
  if (!found) return null
  const { rows, columns, shares } = found
  const left = confusion.classes.length - rows.length
  const part = left > 0 ? ` The ${rows.length} most confused of ${confusion.classes.length} classes.` : ''
  return confusionSpec({
    id: `confusion-${model}-${over}`,
    model,
    rows,
    columns,
    shares,
    notes: [`${over}, ${confusion.n} images. Each row sums to one over all classes.${part}`],
    alt: `Confusion matrix of ${model} over ${rows.length} classes; ${confusion.correct} of ${confusion.n} images are right.`,
  })
}

/** Scores class by class, as a table. */
export const classTable = ({ classes }: Confusion, model: string): DataTable =>
  withClassNames(
    {
      id: 'per-class',
      title: `Classes, ${model}`,
      columns: [
        { key: 'name', title: 'Class', kind: 'text' },
        { key: 'n', title: 'Images', kind: 'integer' },
        { key: 'correct', title: 'Right', kind: 'integer' },
        { key: 'recall', title: 'Recall', kind: 'fraction', better: 'higher' },
        { key: 'lo', title: '95 % from', kind: 'fraction' },
        { key: 'hi', title: 'to', kind: 'fraction' },
        { key: 'precision', title: 'Precision', kind: 'fraction', better: 'higher' },
        { key: 'confusedWith', title: 'Taken most for', kind: 'text' },
        { key: 'confusedN', title: 'How often', kind: 'integer' },
      ],
      rows: classes.map(({ name, n, correct, recall, precision, interval, confusedWith, confusedN }) => ({
        name,
        n,
        correct,
        recall,
        lo: interval?.lo ?? null,
        hi: interval?.hi ?? null,
        precision,
        confusedWith: confusedWith === null ? null : classTitle(confusedWith),
        confusedN,
      })),
    },
    'name',
  )

/** The mistakes as a table, most frequent first. */
export const pairTable = ({ pairs }: Confusion, model: string): DataTable =>
  withClassNames(
    {
      id: 'mistakes',
      title: `Mistakes, ${model}`,
      columns: [
        { key: 'truthName', title: 'True class', kind: 'text' },
        { key: 'predictedName', title: 'Taken for', kind: 'text' },
        { key: 'n', title: 'Images', kind: 'integer' },
        { key: 'share', title: 'Share of the class', kind: 'fraction' },
      ],
      rows: pairs.map(({ truthName, predictedName, n, share }) => ({
        truthName,
        predictedName: classTitle(predictedName),
        n,
        share,
      })),
    },
    'truthName',
  )
