import { fillColours, patchGrid, patchMask, type PatchDrop } from '#shared/transforms/index.ts'
import type { Picture } from '../picture.ts'
import type { TransformContext } from './context.ts'

/** Fills the dropped patches with the fill colour. */
export function applyPatchDrop(picture: Picture, transform: PatchDrop, context: TransformContext): Picture {
  const { height, width } = picture
  const mask = patchMask(transform, context.imageKey, height, width, context.draws)
  const { columns } = patchGrid(transform.patch, height, width)
  const [red, green, blue] = fillColours[transform.fill]
  const pixels = new Uint8Array(picture.pixels)
  mask.forEach((dropped, patch) => {
    if (!dropped) return
    const top = Math.floor(patch / columns) * transform.patch
    const left = (patch % columns) * transform.patch
    const bottom = Math.min(top + transform.patch, height)
    const right = Math.min(left + transform.patch, width)
    for (let y = top; y < bottom; y++) {
      for (let at = 3 * (y * width + left); at < 3 * (y * width + right); at += 3) {
        pixels[at] = red
        pixels[at + 1] = green
        pixels[at + 2] = blue
      }
    }
  })
  return { pixels, height, width }
}
