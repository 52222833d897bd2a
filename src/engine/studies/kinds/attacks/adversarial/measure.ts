import type { Attack } from '#shared/attacks.ts'
import { splitText } from '../../../../inference/index.ts'
import { gradientCallSize } from '../../../measure/calls.ts'
import { measureGrid } from '../../../measure/grid.ts'
import { onFloats } from '../../../measure/sessions.ts'
import { cleanAlong } from './cleanAlong.ts'
import { followChunk, type Followed } from './follow.ts'
import { attackOnce, callsOf } from './open.ts'
import { isSame, openTargets, type TransferTarget } from './show.ts'
import { attackOf, beginsClean, isAttack, trajectories, type AttackRun } from './trajectories.ts'
import {
  balancedChunks,
  internVariant,
  partFor,
  type StoredCondition,
  variantKey,
} from '../../../../facts/index.ts'
import type { MeasureContext, OpenAttack } from '../../../definition/index.ts'

/** Images that go through all trajectories before the next ones. */
const chunkSize = 256

/**
 * Measures attacks: first the clean images, unless their predictions come with the gradients; then each trajectory once for all
 * conditions it serves. Stores one fact per image and condition; nothing stored is computed again.
 *
 * @param shown the attack whose images are also given to the other models of the study; null: none are
 */
export async function measureAttacks(context: MeasureContext, shown: Attack | null): Promise<void> {
  // The other models' images are measured when those models are attacked.
  const attacks = context.conditions
    .filter(isAttack)
    .map(attackOf)
    .filter(({ attack }) => attack.surrogate === null)
  const others = context.conditions.filter((condition) => !isAttack(condition))
  const paths = trajectories(attacks).map((runs) => runs.map(({ attack }) => attack))
  const session = attackOnce(context, context.model, callsOf(context, context.model, paths))
  try {
    const along = await cleanAlong(context, session.open)
    await measureGrid({ ...context, conditions: others.filter((condition) => condition !== along) })
    if (attacks.length === 0 || context.job.signal.aborted) return
    const left = await attackAll(context, shown, await session.open(), { attacks, along })
    if (!along || left === 0 || context.job.signal.aborted) return
    // Those that are stored were counted with the attacks.
    const add: typeof context.progress.add = (step) => context.progress.add({ ...step, cached: 0 })
    await measureGrid({ ...context, conditions: [along], progress: { ...context.progress, add } })
  } finally {
    await session.close()
  }
}

/** Attacks all images of the stretch. Returns how many clean predictions did not come with it. */
async function attackAll(
  context: MeasureContext,
  strongest: Attack | null,
  { sessions, threads, provider }: OpenAttack,
  { attacks, along }: { attacks: AttackRun[]; along: StoredCondition | null },
): Promise<number> {
  const { workspace, source, order, stretch, model, progress, log } = context
  const shown: TransferTarget[] = []
  const size = gradientCallSize(model)
  let left = 0
  try {
    if (strongest) await openTargets(context, strongest, shown)
    const split = sessions.length > 1 ? `, ${splitText({ sessions: sessions.length, threads })}` : ''
    const note = `${model.title} on ${provider.name}, attacks, batch ${size.most}${split}`
    progress.note(note)
    log.write('info', `${note}: ${provider.reason}`)
    const variantId = internVariant(workspace.db, variantKey(model, provider.name)).id
    const clean = along && { variantId, conditionId: partFor(along, 0).conditionId }
    const paths = trajectories(attacks)
    const carrier = paths.find(beginsClean)
    for await (const chunk of balancedChunks(workspace.db, source, order, chunkSize, stretch)) {
      for (const runs of paths) {
        const last = runs.at(-1)
        const followed: Followed = {
          runs,
          variantId,
          shown: strongest && last && isSame(last.attack, strongest) ? shown : [],
          clean: runs === carrier ? clean : null,
        }
        left += await followChunk(context, sessions, followed, chunk, size)
        if (context.job.signal.aborted) return left
      }
    }
  } finally {
    for (const target of shown) await context.sessions.give(target.model, onFloats, target.classifier)
  }
  return left
}
