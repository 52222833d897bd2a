import { fillColours, patchGrid, patchMask, type PatchDrop } from '#shared/transforms/index.ts'
import type { Picture } from '../picture.ts'
import type { TransformContext } from './context.ts'

/** Fills the dropped patches with the fill colour. */
export function applyPatchDrop(picture: Picture, transform: PatchDrop, context: TransformContext): Picture {
  const dropped = { ...picture, pixels: new Uint8Array(picture.pixels) }
  dropPatches(dropped, transform, context)
  return dropped
}

/**
 * Fills the dropped patches of a picture in its own pixels. Neighbouring patches are filled together, row by row.
 *
 * @throws DRAWS_MALFORMED where the draws file does not fit the transform; nothing is filled then
 */
export function dropPatches(
  { pixels, height, width }: Picture,
  transform: PatchDrop,
  context: TransformContext,
): void {
  const mask = patchMask(transform, context.imageKey, height, width, context.draws)
  const { rows, columns } = patchGrid(transform.patch, height, width)
  const { patch } = transform
  const colours = fillColours[transform.fill]
  const filled = new Uint8Array(3 * width)
  for (let at = 0; at < filled.length; at++) filled[at] = colours[at % 3] ?? 0
  for (let row = 0; row < rows; row++) {
    const bottom = Math.min((row + 1) * patch, height)
    for (let column = 0; column < columns;) {
      const first = column
      while (column < columns && mask[row * columns + column] === 1) column++
      if (column === first) {
        column++
        continue
      }
      const left = first * patch
      const run = filled.subarray(0, 3 * (Math.min(column * patch, width) - left))
      for (let y = row * patch; y < bottom; y++) pixels.set(run, 3 * (y * width + left))
    }
  }
}
