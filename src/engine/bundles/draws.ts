import { KernelscopeError } from '#shared/errors.ts'
import type { Draws } from '#shared/transforms/index.ts'
import { DrawsPieces, withMasks, type DrawnMask } from '../studies/index.ts'
import { drawsName } from './manifest.ts'
import type { Bundle } from './open.ts'

/** Characters of the masks that are kept at most. */
const mostText = 128 * 2 ** 20

/**
 * The draws of a bundle for some images alone, by their digests: a file of all masks of a large study is longer than a text
 * can be. Null where a bundle has none, or where they are no masks (subsets of a lesion study, which are in its rewrites).
 *
 * @throws BUNDLE_MALFORMED where the masks of these images alone are too many
 */
export async function drawsFor({ archive }: Bundle, images: ReadonlySet<string>): Promise<Draws | null> {
  if (!archive.entries.has(drawsName)) return null
  const file = new DrawsPieces()
  const kept: DrawnMask[] = []
  let length = 0
  try {
    await archive.each(drawsName, (piece) => {
      for (const mask of file.read(piece)) {
        if (!images.has(mask.subject) && !mask.subject.startsWith('group:')) continue
        kept.push(mask)
        length += mask.bits.length + mask.subject.length
        if (length > mostText)
          throw archive.refuse(`${drawsName} has too many masks of the images to be checked`)
      }
    })
    return withMasks(file.head(), kept)
  } catch (error) {
    if (error instanceof KernelscopeError && error.code === 'DRAWS_MALFORMED') return null
    throw error
  }
}
