import type { StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { StudyImage } from '../images.ts'
import { storedVectors } from '../measurements.ts'
import type { VarianceParams } from './index.ts'
import { batchMeanRewrite, perImage } from './measure.ts'

/** Mean and its standard error over images, layer by layer. */
export interface Curve {
  images: number
  mean: number[]
  error: number[]
}

/** The curve of a model from stored vectors; null while an image of the draw is missing. */
export function curveOf(
  db: Db,
  model: StoredModel,
  images: StudyImage[],
  { order }: VarianceParams,
): Curve | null {
  if (order === 'batch-mean') {
    const [first] = images
    const vector = first ? storedVectors(db, model, batchMeanRewrite(images)).get(first.subjectId) : undefined
    return vector ? { images: images.length, mean: [...vector], error: [...vector].map(() => 0) } : null
  }
  const stored = storedVectors(db, model, perImage.rewrite)
  const vectors = images.flatMap(({ subjectId }) => stored.get(subjectId) ?? [])
  return vectors.length === 0 || vectors.length < images.length ? null : summed(vectors)
}

function summed(vectors: Float64Array[]): Curve {
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
