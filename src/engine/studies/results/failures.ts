import type { StudyFailure } from '#shared/contract/index.ts'
import type { ErrorShape } from '#shared/errors.ts'
import type { Db } from '../../workspace/index.ts'
import type { GridModel } from '../definition/index.ts'
import { failedImages } from '../../facts/index.ts'

const shown = 10

/** Reads why images of a study could not be measured, by model and error code, the most frequent first. */
export function readFailures(db: Db, models: GridModel[]): StudyFailure[] {
  const found = new Map<string, StudyFailure>()
  for (const model of models) {
    for (const stored of model.conditions) {
      const variantId = model.variantOf(stored)
      if (variantId === null) continue
      const failed = failedImages(db, stored.source)
      for (const part of stored.parts)
        for (const { imageId, problem } of failed({ variantId, ...part }))
          count(found, model.id, imageId, problem)
    }
  }
  return [...found.values()].sort((a, b) => b.n - a.n)
}

function count(
  found: Map<string, StudyFailure>,
  modelId: number,
  imageId: number,
  { code, message, hint }: ErrorShape,
): void {
  const key = `${modelId} ${code}`
  const entry = found.get(key) ?? { modelId, code, message, hint, n: 0, imageIds: [] }
  entry.n++
  if (entry.imageIds.length < shown && !entry.imageIds.includes(imageId)) entry.imageIds.push(imageId)
  found.set(key, entry)
}
