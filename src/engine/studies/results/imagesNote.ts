import type { Grid } from '../definition/index.ts'

/**
 * What a study's numbers stand on: "n = 600 images of val." where everything was measured, else the range over its cells
 * and why it is no more. Written under every figure and into every caption.
 */
export function imagesNote(
  { images, complete, cells, measured }: Pick<Grid, 'images' | 'complete' | 'cells' | 'measured'>,
  dataset: string,
): string {
  const failed = Math.max(0, ...cells.map((cell) => cell.failed))
  if (complete && failed === 0) return `n = ${images} images of ${dataset}.`
  const { least, most } = measured
  const range = least === most ? `${least}` : `${least} to ${most}`
  const why = complete
    ? `at most ${failed} could not be measured under one condition`
    : 'the study is not complete'
  return `n = ${range} of ${images} images of ${dataset}: ${why}.`
}
