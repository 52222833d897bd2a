import { looksLikeImage } from '#shared/imageFiles.ts'
import { bridge } from '../../../lib/bridge.ts'

/**
 * Path of a single image file that is dropped on a view, which then handles the drop; null for anything else, which the
 * window handles.
 */
export function droppedImage(event: DragEvent): string | null {
  const [file] = event.dataTransfer?.files ?? []
  if (!file || !looksLikeImage(file.name)) return null
  event.preventDefault()
  return bridge.pathOfDropped(file)
}
