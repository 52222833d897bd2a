import { looksLikeImage } from '#shared/imageFiles.ts'
import { useChoosingPaths } from '../../../lib/useChoosingPaths.ts'

/**
 * Takes a single image file that is dropped on a view, which then handles the drop; anything else is left to the window. The
 * path comes once the engine can read the file, and is null where it was not uploaded.
 */
export function useDroppedImage() {
  const { dropped } = useChoosingPaths()
  return (event: DragEvent): Promise<string | null> | null => {
    const [file] = event.dataTransfer?.files ?? []
    if (!event.dataTransfer || !file || !looksLikeImage(file.name)) return null
    event.preventDefault()
    return dropped(event.dataTransfer).then(([path]) => path ?? null)
  }
}
