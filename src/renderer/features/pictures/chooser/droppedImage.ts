import { looksLikeImage } from '#shared/imageFiles.ts'
import { bridge } from '../../../lib/bridge.ts'

/** Path of an image file that is dropped on a view, which claims it; null for all else, which is left to the window. */
export function droppedImage(event: DragEvent): string | null {
  const [file] = event.dataTransfer?.files ?? []
  if (!file || !looksLikeImage(file.name)) return null
  event.preventDefault()
  return bridge.pathOfDropped(file)
}
