import type { Confusion } from '#shared/contract/index.ts'

/**
 * A cell of the matrix: a true class and outputs of the model. In the last column the outputs are null: all those
 * without a column.
 */
export interface ConfusionCell {
  /** Class of the dataset. */
  truth: number
  outputs: readonly number[] | null
}

/**
 * The cell of a row and a column. Columns are identified by the output of their class, because two classes may share a
 * name.
 */
export function confusionCell(
  { matrix, classes }: Confusion,
  row: number,
  column: number,
): ConfusionCell | null {
  const truth = matrix?.order[row]
  if (!matrix || truth === undefined) return null
  if (column === matrix.order.length) return { truth, outputs: null }
  const output = classes.find(({ index }) => index === matrix.order[column])?.output
  return output == null ? null : { truth, outputs: [output] }
}

/**
 * Outputs that a true class is predicted as and that have no column in the matrix.
 *
 * @param mistakes all mistakes of the class
 */
export function outputsElsewhere(
  { matrix, classes }: Confusion,
  truth: number,
  mistakes: Confusion['pairs'],
): number[] {
  // Where classes share an output, it belongs to the last one, as when the matrix was counted.
  const owner = new Map(classes.map(({ index, output }) => [output, index]))
  const shown = new Set(matrix?.order)
  return mistakes
    .filter((pair) => pair.truth === truth && !shown.has(owner.get(pair.predicted) ?? -1))
    .map(({ predicted }) => predicted)
    .sort((a, b) => a - b)
}
