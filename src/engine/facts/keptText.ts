import { LruMap } from '../base/lruMap.ts'
import type { Db } from '../workspace/index.ts'
import { sourceKey, type ImageSource } from './images.ts'
import { keptValues } from './keptValues.ts'
import { imageVersion } from './state.ts'

/** Short texts that are kept for a database. */
const mostKept = 2000
const kept = new WeakMap<Db, LruMap<string, string>>()

/**
 * Gives a short text that rests on the images of a source alone. It is made once for the images as they are, and kept for the
 * next start. The source is no selection of a study.
 */
export function keptText(db: Db, source: ImageSource, name: string, make: () => string): string {
  const own = kept.get(db) ?? new LruMap<string, string>(mostKept)
  kept.set(db, own)
  // Read first: what is made is at least as new.
  const version = String(imageVersion(db, source.datasetId))
  const named = `${name} ${sourceKey(source)}`
  const key = `${version} ${named}`
  const known = own.get(key)
  if (known !== undefined) return known
  const values = keptValues(db)
  const before = values.find(source.datasetId, named, version)?.toString()
  const text = before ?? make()
  if (before === undefined) values.put(source.datasetId, named, version, Buffer.from(text))
  own.set(key, text)
  return text
}
