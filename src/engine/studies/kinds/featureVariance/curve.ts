import type { ErrorShape } from '#shared/errors.ts'
import type { StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import type { VarianceParams } from './params.ts'
import { batchesOf } from './images.ts'
import { perImage, storedBatchMean } from './measure.ts'
import { measured, type Stored, storedOf, type StudyImage, examplesOf } from '../../../facts/index.ts'

/** Mean over images and its standard error, layer by layer. */
export interface VarianceCurve {
  images: number
  mean: number[]
  error: number[]
}

/** The stored curve of a model. */
export interface StoredCurve {
  /** Over the images that were measured; null while there is none. */
  curve: VarianceCurve | null
  /** Why images were left out. */
  problems: ErrorShape[]
  stored: Stored
}

/** Reads the stored curve of a model over images. */
export function storedCurve(
  db: Db,
  model: StoredModel,
  images: StudyImage[],
  chosen: Pick<VarianceParams, 'order' | 'batch'>,
): StoredCurve {
  if (chosen.order === 'batch-mean') return ofBatches(db, model, images, chosen)
  const found = measured(db, model, perImage.rewrite)
  const examples = examplesOf(images)
  const stored = found.vectors(examples)
  const vectors = examples.flatMap((example) => stored.get(example) ?? [])
  return {
    curve: vectors.length === 0 ? null : summed(vectors),
    problems: [...found.problems(examples).values()],
    stored: storedOf(found, images),
  }
}

/** The mean over the batches that are stored; the error is over batches, 0 with one. */
function ofBatches(
  db: Db,
  model: StoredModel,
  images: StudyImage[],
  chosen: Pick<VarianceParams, 'batch'>,
): StoredCurve {
  const found = batchesOf(images, chosen).flatMap((batch) => {
    const stored = storedBatchMean(db, model, batch)
    return stored ? [{ ...stored, images: batch.length - stored.problems.length }] : []
  })
  const problems = found.flatMap((batch) => batch.problems)
  const counted = found.reduce((sum, batch) => sum + batch.images, 0)
  return {
    curve: found.length === 0 ? null : { ...summed(found.map(({ vector }) => vector)), images: counted },
    problems,
    stored: { measured: counted, failed: problems.length, of: images.length },
  }
}

/** The value that a curve is divided by: its maximum with `normalise`, else 1. */
export const scaleOf = ({ mean }: VarianceCurve, normalise: boolean): number =>
  normalise ? Math.max(...mean) || 1 : 1

function summed(vectors: Float64Array[]): VarianceCurve {
  const n = vectors.length
  const mean = Array.from(
    vectors[0] ?? [],
    (_, layer) => vectors.reduce((sum, vector) => sum + (vector[layer] ?? 0), 0) / n,
  )
  const error = mean.map((average, layer) => {
    const squares = vectors.reduce((sum, vector) => sum + ((vector[layer] ?? 0) - average) ** 2, 0)
    return n < 2 ? 0 : Math.sqrt(squares / (n - 1) / n)
  })
  return { images: n, mean, error }
}
