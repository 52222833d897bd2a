import { KernelscopeError } from '#shared/errors.ts'
import type { Draws } from '#shared/transforms/index.ts'
import { DrawsPieces, withMasks, type DrawnMask } from '../studies/index.ts'
import { replaysDraws, transformOf } from './conditions.ts'
import { drawsName } from './manifest.ts'
import type { Bundle } from './open.ts'
import { whyNot } from './context.ts'
import type { BundledFact } from './sample.ts'

/** Largest number of characters of the masks that are kept. */
const mostText = 128 * 2 ** 20

/**
 * Reads the masks of sampled facts, or returns the reason why there are none. Reads the draws file, which may be long,
 * only where a condition of these facts replays it.
 *
 * @throws BUNDLE_MALFORMED where the masks of these images have more than 128 Mi characters
 */
export async function drawsOfFacts(
  bundle: Bundle,
  facts: readonly Pick<BundledFact, 'image' | 'condition'>[],
): Promise<Draws | string> {
  const { conditions } = bundle.manifest
  const replays = conditions.map((condition) => replaysDraws(transformOf(condition)))
  const images = facts.filter(({ condition }) => replays[condition]).map(({ image }) => image)
  return images.length === 0 ? 'no masks are replayed' : drawsFor(bundle, new Set(images))
}

/**
 * Reads the masks of some images, given by their digests: all masks of a large study do not fit into one string.
 * Returns the reason where the bundle has no draws file or the file has no masks.
 */
async function drawsFor({ archive }: Bundle, images: ReadonlySet<string>): Promise<Draws | string> {
  if (!archive.entries.has(drawsName)) return `the bundle has no ${drawsName}`
  const file = new DrawsPieces()
  const kept: DrawnMask[] = []
  let length = 0
  try {
    await archive.each(drawsName, (piece) => {
      for (const mask of file.read(piece)) {
        if (!images.has(mask.owner) && !mask.owner.startsWith('group:')) continue
        kept.push(mask)
        length += mask.bits.length + mask.owner.length
        if (length > mostText)
          throw archive.refuse(`${drawsName} has too many masks of the images to be checked`)
      }
    })
    return withMasks(file.head(), kept)
  } catch (error) {
    if (error instanceof KernelscopeError && error.code === 'DRAWS_MALFORMED') return whyNot(error)
    throw error
  }
}
