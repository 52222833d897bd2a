import type { Preprocessing } from '#shared/contract/index.ts'
import { asPixelTransform } from '#shared/transform.ts'
import type { PixelTransform } from '#shared/transforms/index.ts'
import type { Feed } from '../../inference/index.ts'
import type { SessionRun } from './sessionRun.ts'
import { passKey } from './passes.ts'
import { readoutKey } from './readings.ts'
import {
  balancedChunks,
  type FactKey,
  type FactStore,
  internVariant,
  partFor,
  settingOf,
  sourceKey,
  type StoredCondition,
  type StudyImage,
  variantKey,
} from '../../facts/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'

/** An image under one preprocessing. It is decoded once for all its transforms. */
export interface ImageView {
  image: StudyImage
  preprocessing: Preprocessing
}

/** A fact to store of a forward pass, by readout. */
export interface Want {
  key: FactKey
  readout: string
}

/** One forward pass of a row. Passes of different columns have different feeds. */
export interface Pass {
  /** Place among the columns of the session. */
  column: number
  feeds: Feed[]
  wants: Want[]
}

/** Pixels of one image, and the forward passes to make with them: one, or several where the session's graph is in segments. */
export interface PassRow {
  view: ImageView
  transform: PixelTransform
  passes: [Pass, ...Pass[]]
}

/** Conditions that share one forward pass. */
interface Column {
  place: number
  stored: StoredCondition
  preprocessing: Preprocessing
  reads: { variantId: number; readout: string }[]
  feeds: Feed[]
}

const chunkSize = 256
const noFeeds: Feed[] = []

/**
 * Yields the rows without a fact: chunk by chunk of each source in turn, and image by image, so that an image is decoded
 * once. Where feeds differ by condition, a chunk is gone through once for each condition; where passes share what they
 * compute, a row has those of all conditions. So conditions grow together, and what a stopped run has measured of each is
 * the first part of one balanced order.
 */
export async function* missingRows(
  run: SessionRun,
  facts: FactStore,
): AsyncGenerator<PassRow, void, undefined> {
  const { db, order, plan, stretch } = run
  const sources = Map.groupBy(columnsOf(run), ({ stored }) => sourceKey(stored.source)).values()
  let walks = [...sources].flatMap((columns) => {
    const [first] = columns
    if (!first) return []
    const chunks = balancedChunks(db, first.stored.source, order, chunkSize, stretch)
    const apart = plan.feedsOf !== null && !plan.shared
    return { chunks, together: apart ? columns.map((column) => [column]) : [columns] }
  })
  while (walks.length > 0) {
    const ended = new Set<(typeof walks)[number]>()
    for (const walk of walks) {
      if (run.signal.aborted) return
      const { value: chunk } = await walk.chunks.next()
      if (!chunk) ended.add(walk)
      else for (const columns of walk.together) yield* missingRowsOf(run, facts, chunk, columns)
    }
    walks = walks.filter((walk) => !ended.has(walk))
  }
}

function columnsOf({ db, classifier, plan }: SessionRun): Column[] {
  const { model, provider } = classifier
  return [...Map.groupBy(plan.conditions, passKey).values()].flatMap((group, place) => {
    const [first] = group
    if (!first) return []
    const reads = group.map((stored) => ({
      variantId: internVariant(
        db,
        variantKey(model, provider.name, stored.condition.rewrite, settingOf(stored)),
      ).id,
      readout: readoutKey(stored.condition.readout),
    }))
    return {
      place,
      stored: first,
      preprocessing: first.condition.preprocessing ?? model.preprocessing,
      reads,
      feeds: plan.feedsOf?.(first) ?? noFeeds,
    }
  })
}

async function* missingRowsOf(
  { plan, signal, onProgress }: SessionRun,
  facts: FactStore,
  chunk: readonly StudyImage[],
  columns: readonly Column[],
): AsyncGenerator<PassRow, void, undefined> {
  if (signal.aborted) return
  const exampleIds = chunk.map(({ exampleId }) => exampleId)
  const known = new Map<string, Set<number>>()
  const knownOf = (variantId: number, conditionId: number) => {
    const key = `${variantId}/${conditionId}`
    const done = known.get(key) ?? facts.known(variantId, conditionId, exampleIds)
    known.set(key, done)
    return done
  }
  const rows: PassRow[] = []
  let cached = 0
  for (const image of chunk) {
    const views = new Map<Preprocessing, ImageView>()
    const shared = new Map<string, PassRow>()
    for (const { place, stored, preprocessing, reads, feeds } of columns) {
      const { conditionId, transform } = partFor(stored, image.id)
      const missing = reads.filter(({ variantId }) => !knownOf(variantId, conditionId).has(image.exampleId))
      cached += reads.length - missing.length
      if (missing.length === 0) continue
      const view = views.get(preprocessing) ?? { image, preprocessing }
      views.set(preprocessing, view)
      const wants = missing.map(({ variantId, readout }) => ({
        key: { variantId, conditionId, exampleId: image.exampleId },
        readout,
      }))
      const pass: Pass = { column: place, feeds, wants }
      const pixels = `${[...views.keys()].indexOf(preprocessing)}/${conditionId}`
      const other = plan.shared ? shared.get(pixels) : undefined
      if (other) other.passes.push(pass)
      else {
        const row: PassRow = { view, transform: asPixelTransform(transform), passes: [pass] }
        rows.push(row)
        if (plan.shared) shared.set(pixels, row)
      }
    }
  }
  onProgress({ cached })
  yield* rows
  await nextTurn()
}
