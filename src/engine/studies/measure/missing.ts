import type { Preprocessing } from '#shared/contract/index.ts'
import { asPixelTransform } from '#shared/transform.ts'
import type { PixelTransform } from '#shared/transforms/index.ts'
import type { Feed } from '../../inference/index.ts'
import type { SessionRun } from './sessionRun.ts'
import { passKey } from './passes.ts'
import { readoutKey } from './readings.ts'
import {
  type FactKey,
  type FactStore,
  imageChunks,
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

/** One forward pass of one image, and the facts to store of it, by readout. */
export interface PassRow {
  view: ImageView
  transform: PixelTransform
  wants: { key: FactKey; readout: string }[]
  /** Rows with different feeds never share a call. */
  feeds: Feed[]
}

/** Conditions that share one forward pass. */
interface Column {
  stored: StoredCondition
  preprocessing: Preprocessing
  reads: { variantId: number; readout: string }[]
  feeds: Feed[]
}

const chunkSize = 256
const noFeeds: Feed[] = []

/**
 * Yields the rows without a fact: source by source, and image by image, so that an image is decoded once.
 * Where feeds differ by condition, condition by condition.
 */
export async function* missingRows(
  run: SessionRun,
  facts: FactStore,
): AsyncGenerator<PassRow, void, undefined> {
  const columns = columnsOf(run)
  for (const group of Map.groupBy(columns, ({ stored }) => sourceKey(stored.source)).values()) {
    if (run.plan.feedsOf === null) yield* missingRowsOf(run, facts, group)
    else for (const column of group) yield* missingRowsOf(run, facts, [column])
  }
}

function columnsOf({ db, classifier, plan }: SessionRun): Column[] {
  const { model, provider } = classifier
  return [...Map.groupBy(plan.conditions, passKey).values()].flatMap((group) => {
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
      stored: first,
      preprocessing: first.condition.preprocessing ?? model.preprocessing,
      reads,
      feeds: plan.feedsOf?.(first) ?? noFeeds,
    }
  })
}

async function* missingRowsOf(
  { db, signal, onProgress }: SessionRun,
  facts: FactStore,
  columns: Column[],
): AsyncGenerator<PassRow, void, undefined> {
  const source = columns[0]?.stored.source
  if (!source) return
  for (const chunk of imageChunks(db, source, chunkSize)) {
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
      for (const { stored, preprocessing, reads, feeds } of columns) {
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
        rows.push({ view, transform: asPixelTransform(transform), wants, feeds })
      }
    }
    onProgress({ computed: 0, cached, failed: 0 })
    yield* rows
    await nextTurn()
  }
}
