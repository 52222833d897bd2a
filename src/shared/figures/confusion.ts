import type { FigureSpec } from './spec.ts'

/** The column of predictions that are none of the classes shown. */
export const elsewhere = 'none of these'

interface ConfusionMatrix {
  id: string
  model: string
  /** True classes. */
  rows: string[]
  /** Predicted classes, in the same order, perhaps with one more for other outputs. */
  columns: string[]
  /** Row by row; a row sums to one over all classes, and null is a class without images. */
  shares: (number | null)[]
  notes: string[]
  alt: string
}

/** A confusion matrix as a figure: squares with per cent in them, always on the same scale from 0 to 100 %. */
export function confusionSpec({ id, model, rows, columns, shares, notes, alt }: ConfusionMatrix): FigureSpec {
  return {
    id,
    kind: 'heatmap',
    title: `Confusions of ${model}`,
    x: { label: 'Predicted class', unit: 'none', scale: 'category', categories: columns },
    y: { label: 'True class', unit: 'none', scale: 'category', categories: rows },
    series: [],
    references: [],
    spans: [],
    cells: {
      rows,
      columns,
      values: shares,
      map: 'sequential',
      label: 'Share of the true class',
      unit: 'percent',
      square: true,
      range: { min: 0, max: 1 },
    },
    notes,
    alt,
  }
}
