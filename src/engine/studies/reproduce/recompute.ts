import { stat } from 'node:fs/promises'
import type { Preprocessing, Settings } from '#shared/contract/index.ts'
import type { ErrorShape } from '#shared/errors.ts'
import type { Readout } from '#shared/readouts.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { pixelTransform, type Stimulus } from '#shared/stimulus.ts'
import type { Draws } from '#shared/transforms/index.ts'
import type { ImagePool } from '../../images/index.ts'
import type { Log } from '../../base/log.ts'
import { openClassifier, type StoredModel } from '../../models/index.ts'
import type { Workspace } from '../../workspace/index.ts'
import { lanesOf } from '../measure/lanes.ts'
import { loadImage } from '../measure/load.ts'
import { readingsOf } from '../measure/readings.ts'
import type { StoredCondition } from '../../facts/index.ts'

/** Predictions that are wanted again: of one model under one rewrite and readout. */
export interface RecomputeRequest {
  /** Variants of the graph are written here. */
  workspace: Workspace
  pool: ImagePool
  settings: Settings
  log: Log
  /** With the labels and the recipe of the facts. */
  model: StoredModel
  preprocessing: Preprocessing
  rewrite: Rewrite
  readout: Readout
  /** sha256 of the file and true class of each image, and what is done to it. */
  items: { path: string; digest: string; className: string; stimulus: Stimulus }[]
  draws: Draws | null
  signal: AbortSignal
}

/** What the model says now, or why it cannot be asked; one entry per item. */
export interface Recomputed {
  provider: string
  answers: ({ predicted: number; confidence: number; trueProbability: number | null } | ErrorShape)[]
}

const callSize = 16

/** Computes single predictions outside any study. Nothing is stored but the graph. */
export async function recompute(request: RecomputeRequest): Promise<Recomputed> {
  const { workspace, pool, settings, log, model, preprocessing, rewrite, readout, items, draws } = request
  const conditions = items.map(({ stimulus }, at) => condition(at, stimulus, rewrite, readout))
  const answers: Recomputed['answers'] = []
  let provider = ''
  for (const lane of lanesOf(model, conditions, items.length, null)) {
    const classifier = await openClassifier(
      workspace,
      model,
      { ...settings, batch: callSize },
      log,
      lane.plan,
    )
    provider = classifier.provider.name
    try {
      const { batch, height, width } = classifier
      const [reading] = readingsOf(model, lane.conditions)
      if (!reading) continue
      const pixels = new SharedArrayBuffer(batch * height * width * 3 * (lane.plan.floats ? 4 : 1))
      const wanted = lane.conditions.map(({ condition: { key } }) => Number(key))
      // A lane whose inputs differ from condition to condition takes one of them at a time.
      const size = lane.feedsOf ? 1 : batch
      for (let first = 0; first < wanted.length && !request.signal.aborted; first += size) {
        const places = wanted.slice(first, first + size)
        const problems = await Promise.all(
          places.map(async (place, slot) => {
            const item = items[place]
            if (!item) return null
            const { mtimeMs, size: bytes } = await stat(item.path)
            const image = { id: 0, subjectId: 0, ...item, bytes, mtime: Math.round(mtimeMs) }
            return loadImage(
              pool,
              image,
              {
                preprocessing,
                transforms: [{ transform: pixelTransform(item.stimulus), slot }],
                pixels: lane.plan.floats ? 'float32' : 'uint8',
                ...(draws ? { draws } : {}),
              },
              pixels,
            )
          }),
        )
        const targets = Int32Array.from(places, (place) => reading.targetOf(items[place]?.className ?? ''))
        const own = lane.conditions[first]
        const feeds = own && lane.feedsOf ? lane.feedsOf(own) : []
        const { facts } = await classifier.run(
          { pixels, first: 0, batch },
          places.length,
          [{ readout: reading.value, targets }],
          feeds,
        )
        const [read] = facts
        for (const [slot, place] of places.entries())
          answers[place] = problems[slot] ?? {
            predicted: read?.predicted[slot] ?? -1,
            confidence: read?.confidence[slot] ?? Number.NaN,
            trueProbability: (read?.trueRank[slot] ?? 0) > 0 ? (read?.trueProbability[slot] ?? null) : null,
          }
      }
    } finally {
      await classifier.close()
    }
  }
  return { provider, answers }
}

const everything = { from: 0, to: Number.MAX_SAFE_INTEGER }

function condition(at: number, transform: Stimulus, rewrite: Rewrite, readout: Readout): StoredCondition {
  return {
    condition: { key: String(at), params: {}, transform: () => transform, rewrite, readout },
    parts: [{ conditionId: 0, transform, ...everything }],
    source: { datasetId: 0, selectedFor: null },
  }
}
