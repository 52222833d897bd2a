import { errorShape } from '#shared/contract/index.ts'
import type { ErrorShape } from '#shared/errors.ts'
import { storedJson, type Db } from '../workspace/index.ts'
import { imagesOf, type ImageSource } from './images.ts'
import { boundTo, withFailures, type Bound, type FactRange, type FactsOf } from './join.ts'

/** An image that could not be measured, and why. */
export interface FailedImage {
  imageId: number
  problem: ErrorShape
}

const finders = new WeakMap<Db, (of: FactsOf) => boolean>()

/** Whether there are failures of a variant under a condition at all. */
export function hasFailures(db: Db, of: FactsOf): boolean {
  const known = finders.get(db) ?? failureFinder(db)
  finders.set(db, known)
  return known(of)
}

function failureFinder(db: Db): (of: FactsOf) => boolean {
  const find = db
    .prepare<(number | null)[], number>(
      'SELECT 1 FROM failure WHERE variant_id = ? AND condition_id = ? LIMIT 1',
    )
    .pluck()
  return ({ variantId, conditionId }) => find.get(variantId, conditionId) !== undefined
}

/** Yields the images of a source that could not be measured, in order of image id, read one by one. */
export function failedImages(db: Db, source: ImageSource): (range: FactRange) => Iterable<FailedImage> {
  const images = imagesOf(source)
  return function* (range) {
    if (!hasFailures(db, range)) return
    const select = db.prepare<Bound[], { imageId: number; problem: string }>(
      `SELECT i.id AS imageId, p.problem FROM ${withFailures(images, { range: true })} ORDER BY i.id`,
    )
    for (const { imageId, problem } of select.iterate(...images.values, boundTo(range)))
      yield { imageId, problem: storedJson(errorShape, problem, `the failure of image ${imageId}`) }
  }
}

/** An example that could not be measured, and why. */
export interface FailedExample {
  /** sha256 of the file, hex. */
  image: string
  className: string
  problem: ErrorShape
}

/** Lists the examples of a source that could not be measured, each once. */
export function failedExamples(db: Db, source: ImageSource, range: FactRange): FailedExample[] {
  if (!hasFailures(db, range)) return []
  const images = imagesOf(source)
  return db
    .prepare<Bound[], { digest: Buffer; class: string; problem: string }>(
      `SELECT DISTINCT i.example_id, s.digest, s.class, p.problem
       FROM ${withFailures(images, { examples: true, range: true })}`,
    )
    .all(...images.values, boundTo(range))
    .map((row) => ({
      image: row.digest.toString('hex'),
      className: row.class,
      problem: storedJson(errorShape, row.problem, 'a failure'),
    }))
}
