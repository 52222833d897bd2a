import { setImmediate as nextTurn } from 'node:timers/promises'
import { KernelscopeError, toErrorShape, type ErrorShape } from '#shared/errors.ts'
import type { Draws, Transform } from '#shared/transforms/index.ts'
import type { ImagePool } from '../images/index.ts'
import type { Feed } from '../inference/index.ts'
import { internVariant, setVariantBatch, targetsOf, variantKey, type Classifier } from '../models/index.ts'
import type { Db } from '../workspace/index.ts'
import { partFor, type StoredCondition } from './conditions.ts'
import { factStore, type FactKey, type FactStore } from './facts.ts'
import type { Lane } from './lanes.ts'
import { imageChunks, type ImageSource, type StudyImage } from './images.ts'
import { prefetch } from './prefetch.ts'

/** What of a study is measured in one session. */
export interface Measurement {
  db: Db
  pool: ImagePool
  classifier: Classifier
  source: ImageSource
  lane: Lane
  draws: Draws | null
  signal: AbortSignal
  /** Deaths of the engine at the place where this begins; its first rows are then tried in smaller calls. */
  crashes: number
  enterNative(): void
  /** Called after every batch and every chunk with what came since the last call. */
  onProgress(step: { computed: number; cached: number; failed: number }): void
}

interface Row extends FactKey {
  image: StudyImage
  transform: Transform
  /** Rows of different feeds never share a call. */
  feeds: Feed[]
}

interface Batch {
  pixels: SharedArrayBuffer
  rows: Row[]
  /** Rows whose image could not be made. */
  problems: (ErrorShape | null)[]
}

const chunkSize = 256
/** Batches that are being decoded while one is computed. */
const ahead = 2

/**
 * Measures every image under every condition that has no fact yet. Rows go image by image, so that an image is decoded
 * once for all its conditions; batches of rows are filled by the image workers while the session computes. Stops
 * between batches when `signal` is aborted, with everything computed so far stored.
 */
export async function measure(measurement: Measurement): Promise<void> {
  const { db, classifier, signal, onProgress } = measurement
  const facts = factStore(db)
  const targets = targetLookup(measurement)
  let crashes = measurement.crashes
  for await (const batch of prefetch(batches(measurement, facts), ahead)) {
    measurement.enterNative()
    const failed = await compute(measurement, facts, batch, targets, callSize(classifier, crashes))
    crashes = 0
    onProgress({ computed: batch.rows.length - failed, cached: 0, failed })
    if (signal.aborted) return
  }
}

/** Deaths at one place that are put down to chance. */
const patience = 2

/** Images per call after `crashes` deaths: halved with each one beyond chance; 0 once a single image brought it down. */
function callSize({ batch, fixedBatch }: Classifier, crashes: number): number {
  if (crashes <= patience) return batch
  const halvings = crashes - patience
  if (fixedBatch || batch >> (halvings - 1) <= 1) return 0
  return batch >> halvings
}

function targetLookup({ classifier }: Measurement): (className: string) => number {
  const known = new Map<string, number>()
  const list = { set: classifier.model.labelSet, names: classifier.model.labels }
  return (className) => {
    const found = known.get(className) ?? targetsOf([className], list).get(className) ?? -1
    known.set(className, found)
    return found
  }
}

/** A condition of the lane with the variant its facts belong to. */
interface Column {
  stored: StoredCondition
  variantId: number
  feeds: Feed[]
}

const noFeeds: Feed[] = []

function columnsOf({ db, classifier, lane }: Measurement): Column[] {
  const { model, provider } = classifier
  return lane.conditions.map((stored) => ({
    stored,
    variantId: internVariant(db, variantKey(model, provider.name, stored.condition.rewrite)).id,
    feeds: lane.feedsOf?.(stored) ?? noFeeds,
  }))
}

/** Rows without a fact: image by image, or condition by condition where their feeds differ. */
async function* missingRows(
  measurement: Measurement,
  facts: FactStore,
): AsyncGenerator<Row, void, undefined> {
  const columns = columnsOf(measurement)
  if (measurement.lane.feedsOf === null) yield* missingRowsOf(measurement, facts, columns)
  else for (const column of columns) yield* missingRowsOf(measurement, facts, [column])
}

async function* missingRowsOf(
  { db, source, signal, onProgress }: Measurement,
  facts: FactStore,
  columns: Column[],
): AsyncGenerator<Row, void, undefined> {
  for (const chunk of imageChunks(db, source, chunkSize)) {
    if (signal.aborted) return
    const subjectIds = chunk.map(({ subjectId }) => subjectId)
    const known = new Map<string, Set<number>>()
    const rows: Row[] = []
    let cached = 0
    for (const image of chunk) {
      for (const { stored, variantId, feeds } of columns) {
        const { conditionId, transform } = partFor(stored, image.id)
        const key = `${variantId}/${conditionId}`
        const done = known.get(key) ?? facts.known(variantId, conditionId, subjectIds)
        known.set(key, done)
        if (done.has(image.subjectId)) cached++
        else rows.push({ variantId, conditionId, subjectId: image.subjectId, transform, image, feeds })
      }
    }
    onProgress({ computed: 0, cached, failed: 0 })
    yield* rows
    await nextTurn()
  }
}

async function* batches(measurement: Measurement, facts: FactStore): AsyncGenerator<Batch, void, undefined> {
  const { classifier, signal } = measurement
  // Half as much again, so that a call at half the size may start at any row.
  const bytes = Math.ceil(classifier.batch * 1.5) * classifier.height * classifier.width * 3
  // One batch is computed, `ahead` are filled, one is held by the consumer between two calls.
  const buffers = Array.from({ length: ahead + 2 }, () => new SharedArrayBuffer(bytes))
  const capacity = classifier.batch
  let turn = 0
  let rows: Row[] = []
  const fill = async (): Promise<Batch> => {
    const pixels = buffers[turn++ % buffers.length] ?? new SharedArrayBuffer(bytes)
    const batch = { pixels, rows, problems: await load(measurement, rows, pixels) }
    rows = []
    return batch
  }
  for await (const row of missingRows(measurement, facts)) {
    if (rows.length === capacity || (rows[0] && rows[0].feeds !== row.feeds)) {
      if (signal.aborted) return
      yield await fill()
    }
    rows.push(row)
  }
  if (rows.length > 0 && !signal.aborted) yield await fill()
}

/** Fills slot i of `pixels` with row i; neighbouring rows of one image are one request. */
async function load(
  { pool, classifier, draws }: Measurement,
  rows: Row[],
  pixels: SharedArrayBuffer,
): Promise<(ErrorShape | null)[]> {
  const problems: (ErrorShape | null)[] = rows.map(() => null)
  const groups = Map.groupBy(rows.entries(), ([, row]) => row.image)
  await Promise.all(
    [...groups].map(async ([image, entries]) => {
      const transforms = entries.map(([slot, row]) => ({ slot, transform: row.transform }))
      try {
        await pool.load(
          {
            path: image.path,
            imageKey: image.digest,
            preprocessing: classifier.model.preprocessing,
            transforms,
            ...(draws ? { draws } : {}),
          },
          pixels,
        )
      } catch (error) {
        for (const [slot] of entries) problems[slot] = toErrorShape(error)
      }
    }),
  )
  return problems
}

/** Runs the session over a batch and stores what it says. Returns how many rows failed. */
async function compute(
  measurement: Measurement,
  facts: FactStore,
  batch: Batch,
  targetOf: (className: string) => number,
  size: number,
): Promise<number> {
  const targets = Int32Array.from(batch.rows, ({ image }) => targetOf(image.className))
  const problems = [...batch.problems]
  // The row (or, where the graph fixes the batch, the rows) at fault is given up, and the rest goes on.
  const skipped = size > 0 ? 0 : measurement.classifier.fixedBatch ? batch.rows.length : 1
  problems.fill(
    new KernelscopeError('ENGINE_DOWN', 'the engine died every time this image was computed').toShape(),
    0,
    skipped,
  )
  await runRange(skipped, batch.rows.length, size || 1)
  let failed = 0
  for (const [index, row] of batch.rows.entries()) {
    const problem = problems[index]
    if (!problem) continue
    facts.fail(row, problem)
    failed++
  }
  return failed

  /** Rows [first, end) in calls of `size`; a call that fails is halved until the row at fault stands alone. */
  async function runRange(first: number, end: number, size: number): Promise<void> {
    const { classifier, db } = measurement
    for (let at = first; at < end; at += size) {
      const rows = Math.min(size, end - at)
      try {
        const { facts: found } = await classifier.run(
          { pixels: batch.pixels, first: at, batch: size },
          rows,
          targets.subarray(at, at + rows),
          batch.rows[0]?.feeds,
        )
        facts.store(
          batch.rows.slice(at, at + rows).map((row, index) => (problems[at + index] ? null : row)),
          found,
        )
      } catch (error) {
        if (
          !(error instanceof KernelscopeError) ||
          !['OUT_OF_MEMORY', 'INFERENCE_FAILED'].includes(error.code)
        )
          throw error
        if (size === 1 || classifier.fixedBatch) {
          for (let index = at; index < at + rows; index++) problems[index] ??= error.toShape()
          continue
        }
        const half = Math.max(1, size >> 1)
        if (error.code === 'OUT_OF_MEMORY' && half < classifier.batch) {
          classifier.batch = half
          setVariantBatch(db, classifier.variant.id, half, classifier.variant.secondsPerImage ?? 0)
        }
        await runRange(at, at + rows, half)
      }
    }
  }
}
