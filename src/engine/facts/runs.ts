import { LruMap } from '../base/lruMap.ts'
import type { Db } from '../workspace/index.ts'
import { imagesOf, sourceKey, sqlOf, type ImageSource, type SqlValue } from './images.ts'
import { imageVersion } from './state.ts'

/** Examples with consecutive ids, each the example of one image: from id `first` to id `last`, both included. */
export interface ExampleRun {
  first: number
  last: number
}

/** Sources with more runs are counted image by image. */
const mostRuns = 512

const kept = new WeakMap<Db, LruMap<string, readonly ExampleRun[] | null>>()

/**
 * Splits the examples of a source into runs, kept until its images change. An image with the example of another one is
 * in a run of its own. null where there are many runs, and for the images that were selected for a study.
 */
export function runsOf(db: Db, source: ImageSource): readonly ExampleRun[] | null {
  if (source.selectedFor !== null) return null
  const known = kept.get(db) ?? new LruMap<string, readonly ExampleRun[] | null>(1000)
  kept.set(db, known)
  const key = `${imageVersion(db, source.datasetId)} ${sourceKey(source)}`
  const before = known.get(key)
  if (before !== undefined) return before
  const runs = readRuns(db, source)
  known.set(key, runs)
  return runs
}

function readRuns(db: Db, source: ImageSource): ExampleRun[] | null {
  const images = imagesOf(source)
  const ids = Uint32Array.from(
    db
      .prepare<SqlValue[], number>(`SELECT i.example_id FROM ${sqlOf(images)}`)
      .pluck()
      .all(...images.values),
  ).sort()
  const runs: ExampleRun[] = []
  let run: ExampleRun | undefined
  for (const id of ids) {
    if (run && id === run.last + 1) run.last = id
    else if (runs.length === mostRuns) return null
    else runs.push((run = { first: id, last: id }))
  }
  return runs
}
