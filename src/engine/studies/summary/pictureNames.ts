import { createHash } from 'node:crypto'
import { imageNames, keptText, type ImageSource } from '../../facts/index.ts'
import type { Db } from '../../workspace/index.ts'
import { pictureName } from './pictureName.ts'

/** Names of the pictures of a source, by image id. */
export function pictureNames(db: Db, source: ImageSource): Map<number, string> {
  const pictures = new Map<number, string>()
  for (const page of imageNames(db, source))
    for (const [id, name] of page) pictures.set(id, pictureName(name, false))
  return pictures
}

/**
 * The digest of the names of a source's pictures in order of image id: sources with the same digest have the same pictures in the
 * same order. The source is no selection of a study.
 */
export const pictureOrder = (db: Db, source: ImageSource): string =>
  keptText(db, source, 'pictures', () => {
    const hash = createHash('sha256')
    // No path holds a zero byte.
    for (const page of imageNames(db, source))
      hash.update(page.map(([, name]) => `${pictureName(name, false)}\0`).join(''))
    return hash.digest('hex')
  })
