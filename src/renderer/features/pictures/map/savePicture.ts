import type { ColourMap } from '#shared/colour/list.ts'
import { paintField, type Field, type FieldRange } from './field.ts'

interface Picture {
  field: Field
  map: ColourMap
  range: FieldRange
  /** Address of the image under the field; null for none. */
  picture: string | null
  layout: 'overlay' | 'beside' | 'map'
  /** Opacity of the field, 0 to 1. */
  opacity: number
  smooth: boolean
}

/** Approximate shorter side of the file in pixels. Cells and pixels are enlarged by whole numbers. */
const wanted = 896

/** The picture as shown, as PNG. An image that cannot be loaded is left out. */
export async function picturePng(shown: Picture): Promise<Blob> {
  const { field, layout } = shown
  const image = layout === 'map' || shown.picture === null ? null : await loadImage(shown.picture)
  const natural = image ?? { width: field.width, height: field.height }
  const scale = Math.max(1, Math.round(wanted / Math.min(natural.width, natural.height)))
  const [width, height] = [natural.width * scale, natural.height * scale]
  const both = layout === 'beside' && image !== null
  const gap = both ? Math.round(width / 40) : 0
  const surface = new OffscreenCanvas(both ? 2 * width + gap : width, height)
  const context = surface.getContext('2d')
  if (!context) throw new Error('the canvas gives no context')
  context.imageSmoothingEnabled = false
  if (image) context.drawImage(image, 0, 0, width, height)
  context.globalAlpha = layout === 'overlay' && image ? shown.opacity : 1
  context.imageSmoothingEnabled = shown.smooth
  context.drawImage(fieldSurface(shown), both ? width + gap : 0, 0, width, height)
  return surface.convertToBlob({ type: 'image/png' })
}

function fieldSurface({ field, map, range }: Picture): OffscreenCanvas {
  const surface = new OffscreenCanvas(field.width, field.height)
  surface
    .getContext('2d')
    ?.putImageData(new ImageData(paintField(field, map, range), field.width, field.height), 0, 0)
  return surface
}

async function loadImage(address: string): Promise<ImageBitmap | null> {
  const response = await fetch(address)
  return response.ok ? createImageBitmap(await response.blob()) : null
}
