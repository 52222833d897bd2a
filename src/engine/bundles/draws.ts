import { parseDraws, type Draws } from '#shared/transforms/index.ts'
import { drawsName } from './manifest.ts'
import type { Bundle } from './open.ts'

/** Text that is left of a draws file at most. */
const mostText = 128 * 2 ** 20

/** The mask of an image: digest and bitset. Masks of groups have other names and stay. */
const mask = /"([0-9a-f]{64})"\s*:\s*"[0-9a-f]*"\s*,?/g

/**
 * The draws of a bundle for some images alone, by their digests: a file of all masks of a large study is longer than a text
 * can be. Null where a bundle has none, or where they are no masks (subsets of a lesion study, which are in its rewrites).
 *
 * @throws BUNDLE_MALFORMED where the masks of these images alone are too many
 */
export async function drawsFor({ archive }: Bundle, images: ReadonlySet<string>): Promise<Draws | null> {
  if (!archive.entries.has(drawsName)) return null
  let [kept, rest] = ['', '']
  const take = (text: string) => {
    kept += text.replace(mask, (whole, digest: string) => (images.has(digest) ? whole : ''))
    if (kept.length > mostText)
      throw archive.refuse(`${drawsName} has too many masks of the images to be checked`)
  }
  await archive.each(drawsName, (piece) => {
    rest += piece.toString('latin1')
    // No mask has a comma inside, so nothing is cut in two behind the last one.
    const end = rest.lastIndexOf(',') + 1
    take(rest.slice(0, end))
    rest = rest.slice(end)
    if (rest.length > mostText) throw archive.refuse(`${drawsName} is not a file of masks`)
  })
  take(rest)
  try {
    return parseDraws(kept.replace(/,(\s*})/g, '$1'))
  } catch {
    return null
  }
}
