import type { Readout } from '#shared/readouts.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { asPixelTransform, type Transform } from '#shared/transform.ts'
import { openClassifier } from '../../models/index.ts'
import { sessionsFor } from '../measure/sessions.ts'
import { studyDefinitions } from '../registry.ts'
import { loadImage } from '../measure/load.ts'
import { readingsOf } from '../measure/readings.ts'
import type { StoredCondition } from '../../facts/index.ts'
import type { Recomputed, RecomputeRequest } from '../definition/index.ts'

const callSize = 16

/** Computes single predictions again, as a study of this kind does. Stores nothing but graphs. */
export async function recompute(kind: string, request: RecomputeRequest): Promise<Recomputed> {
  const { workspace, pool, settings, log, model, preprocessing, rewrite, readout, items, draws } = request
  const conditions = items.map(({ transform }, at) => condition(at, transform, rewrite, readout))
  const answers: Recomputed['answers'] = []
  let provider = ''
  // A kind that this version does not know may have conditions that can be computed.
  const sessions = studyDefinitions.find(({ id }) => id === kind)?.sessions
  const context = { model, images: items.length, run: null }
  for await (const plan of sessionsFor(conditions, context, sessions)) {
    const classifier = await openClassifier(
      workspace,
      model,
      { ...settings, batch: callSize },
      log,
      plan.graph,
    )
    provider = classifier.provider.name
    try {
      const { batch, height, width } = classifier
      const [reading] = readingsOf(model, plan.conditions)
      if (!reading) continue
      const pixels = new SharedArrayBuffer(batch * height * width * 3 * (plan.graph.floats ? 4 : 1))
      const wanted = plan.conditions.map(({ condition: { key } }) => Number(key))
      // Where feeds differ by condition, a call takes one condition.
      const size = plan.feedsOf ? 1 : batch
      for (let first = 0; first < wanted.length && !request.signal.aborted; first += size) {
        const places = wanted.slice(first, first + size)
        const problems = await Promise.all(
          places.map(async (place, slot) => {
            const item = items[place]
            if (!item) return null
            return loadImage(
              pool,
              { ...item, root: null },
              {
                preprocessing,
                transforms: [{ transform: asPixelTransform(item.transform), slot }],
                pixels: plan.graph.floats ? 'float32' : 'uint8',
                ...(draws ? { draws } : {}),
              },
              pixels,
            )
          }),
        )
        const targets = Int32Array.from(places, (place) => reading.targetOf(items[place]?.className ?? ''))
        const own = plan.conditions[first]
        const feeds = own && plan.feedsOf ? plan.feedsOf(own) : []
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

function condition(at: number, transform: Transform, rewrite: Rewrite, readout: Readout): StoredCondition {
  return {
    condition: { key: String(at), params: {}, title: '', transform: () => transform, rewrite, readout },
    parts: [{ conditionId: 0, transform, ...everything }],
    source: { datasetId: 0, selectedFor: null },
  }
}
