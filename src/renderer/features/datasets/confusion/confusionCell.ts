import type { Confusion } from '#shared/contract/index.ts'

/** What a cell of the matrix is about. Its outputs are null in the last column: all that no column has. */
export interface ConfusionCell {
  /** Class of the dataset. */
  truth: number
  outputs: readonly number[] | null
}

/** Two classes may share a name, never a place: columns are told apart by the output of their class. */
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
 * Outputs a true class is taken for that no column of the matrix has.
 *
 * @param mistakes all mistakes of the class
 */
export function outputsElsewhere(
  { matrix, classes }: Confusion,
  truth: number,
  mistakes: Confusion['pairs'],
): number[] {
  // Where classes share an output, the last one has it: so the matrix was counted.
  const owner = new Map(classes.map(({ index, output }) => [output, index]))
  const shown = new Set(matrix?.order)
  return mistakes
    .filter((pair) => pair.truth === truth && !shown.has(owner.get(pair.predicted) ?? -1))
    .map(({ predicted }) => predicted)
    .sort((a, b) => a - b)
}
