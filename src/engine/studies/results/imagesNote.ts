import type { Grid } from '../definition/index.ts'

/**
 * Says how many images a study's numbers are of, model by model where that differs, and why some are of fewer. Stands
 * under every figure and in every caption.
 */
export function imagesNote(
  {
    images,
    complete,
    cells,
    measured,
    missing,
  }: Pick<Grid, 'images' | 'complete' | 'cells' | 'measured' | 'missing'>,
  dataset: string,
): string {
  const failed = Math.max(0, ...cells.map((cell) => cell.failed))
  const all = `${images} images of ${dataset}`
  if (complete && failed === 0) return `n = ${all}.`
  const why = complete
    ? `at most ${failed} could not be measured under one condition`
    : 'the study is not complete'
  if (measured === null)
    return complete
      ? `n = ${all}; ${why}.`
      : `n = ${all}, of which up to ${missing} are missing under one condition: ${why}.`
  return `n = ${countsOf(measured)} of ${all}: ${why}.`
}

type Measured = NonNullable<Grid['measured']>

/** "50", "0 to 50", or with models of unequal counts "50 (A), 20 to 30 (B and C)", the most first. */
function countsOf(measured: Measured): string {
  const text = ({ least, most }: Measured[number]) => (least === most ? `${least}` : `${least} to ${most}`)
  const groups = [
    ...Map.groupBy(
      measured.toSorted((a, b) => b.most - a.most || b.least - a.least),
      text,
    ),
  ]
  return groups
    .map(([counts, models]) =>
      groups.length === 1 ? counts : `${counts} (${listed(models.map(({ model }) => model))})`,
    )
    .join(', ')
}

const listed = (names: readonly string[]) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
