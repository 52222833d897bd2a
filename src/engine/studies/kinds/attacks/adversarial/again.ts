import type { Attack } from '#shared/attacks.ts'
import { openAttackSession } from '../../../../inference/index.ts'
import { openWithFirst } from '../../../../models/index.ts'
import { gradientCallSize } from '../../../measure/calls.ts'
import { loadImages } from '../../../measure/load.ts'
import { targetLookup } from '../../../measure/targets.ts'
import { attackRequest } from './open.ts'
import type { StudyImage } from '../../../../facts/index.ts'
import type { Recomputed, RecomputeRequest } from '../../../definition/index.ts'

/** A request to attack images again with a model's own gradient. */
export interface AttackAgainRequest extends Omit<
  RecomputeRequest,
  'items' | 'preprocessing' | 'rewrite' | 'readout' | 'draws'
> {
  items: { path: string; digest: string; className: string; transform: Attack }[]
  /** Whether gradients at the images themselves have the last digits of versions before clean predictions came with them. */
  older?: boolean
}

/**
 * Attacks single images again outside any study, with the model's own gradient and the seeds of the attacks.
 * Stores nothing but graphs.
 */
export async function attackAgain(request: AttackAgainRequest): Promise<Recomputed> {
  const { workspace, pool, settings, log, model, items, older = false, signal } = request
  const answers: Recomputed['answers'] = []
  const { session, provider } = await openWithFirst(settings, log, async (name) =>
    openAttackSession(await attackRequest({ workspace, settings }, model, name)),
  )
  const { most: batch } = gradientCallSize(model)
  const targetOf = targetLookup(model)
  try {
    for (const [at, { transform, ...item }] of items.entries()) {
      if (signal.aborted) break
      const image: StudyImage = { id: 0, exampleId: 0, root: null, ...item }
      const { pixels, problems } = await loadImages(pool, [image], model.preprocessing, batch)
      const [problem] = problems
      if (problem) {
        answers[at] = problem
        continue
      }
      const { facts } = await session.attack({
        pixels,
        first: 0,
        batch,
        rows: 1,
        targets: Int32Array.from([targetOf(item.className)]),
        keys: [item.digest],
        runs: [transform],
        keep: false,
        older,
      })
      const [read] = facts
      answers[at] = {
        predicted: read?.predicted[0] ?? -1,
        confidence: read?.confidence[0] ?? Number.NaN,
        trueProbability: (read?.trueRank[0] ?? 0) > 0 ? (read?.trueProbability[0] ?? null) : null,
      }
    }
  } finally {
    await session.close()
  }
  return { provider: provider.name, answers }
}
