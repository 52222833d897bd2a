import type { Grid } from '../definition/index.ts'

/**
 * Says how many images a study's numbers are of, and why some are of fewer. Stands under every figure and in every
 * caption.
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
  const { least, most } = measured
  return `n = ${least === most ? least : `${least} to ${most}`} of ${all}: ${why}.`
}
