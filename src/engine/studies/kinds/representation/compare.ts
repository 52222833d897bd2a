import { gramOf, minibatchCka, type Similarity } from '#shared/maths/cka.ts'
import type { StoredModel } from '../../../models/index.ts'
import type { FeaturePoint } from '../../../onnx/index.ts'
import type { Db } from '../../../workspace/index.ts'
import type { StudyImage } from '../../../facts/index.ts'
import { nextTurn } from '../../../base/nextTurn.ts'
import { layersOf, storedBatch, type StoredBatch } from './measure.ts'

/** A model with its layers and the stored batches; null where a batch is not measured. */
export interface Represented {
  model: StoredModel
  layers: FeaturePoint[]
  batches: (StoredBatch | null)[]
}

export const represented = async (
  db: Db,
  model: StoredModel,
  batches: readonly StudyImage[][],
): Promise<Represented> => ({
  model,
  layers: await layersOf(model),
  batches: batches.map((images) => storedBatch(db, model, images)),
})

/** The similarity of all layers of two models. */
export interface Compared {
  a: Represented
  b: Represented
  /** Images in the batches that both models have, without those that one of them has not. */
  images: number
  /** Number of those batches. */
  batches: number
  /** By layer of `a` and of `b`. */
  similar: Similarity[][]
}

/** Batches with fewer images that both models have are left out: the estimator needs four. */
const leastImages = 4

/** Compares two models over the batches that both have; null where there is none. */
export function compare(a: Represented, b: Represented, batches: readonly StudyImage[][]): Compared | null {
  const shared = batches.flatMap((images, at) => {
    const [own, other] = [a.batches[at], b.batches[at]]
    if (!own || !other) return []
    const kept = images.flatMap(({ exampleId }, place) =>
      own.problems.has(exampleId) || other.problems.has(exampleId) ? [] : [place],
    )
    if (kept.length < leastImages) return []
    const some = ({ layers }: StoredBatch) => layers.map((layer) => gramOf(layer, kept))
    return [{ a: some(own), b: some(other), images: kept.length }]
  })
  if (shared.length === 0) return null
  const similar = minibatchCka(
    shared.map((batch) => batch.a),
    shared.map((batch) => batch.b),
  )
  const images = shared.reduce((sum, batch) => sum + batch.images, 0)
  return { a, b, images, batches: shared.length, similar }
}

/** All pairs of models, and each with itself. */
export async function compareAll(
  models: readonly Represented[],
  batches: readonly StudyImage[][],
): Promise<Compared[]> {
  const found: Compared[] = []
  for (const [at, a] of models.entries())
    for (const b of models.slice(at)) {
      const compared = compare(a, b, batches)
      if (compared) found.push(compared)
      await nextTurn()
    }
  return found
}
