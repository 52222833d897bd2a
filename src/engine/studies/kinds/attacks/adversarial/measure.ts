import { attack as attackSchema, type Attack } from '#shared/attacks.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { openAttackSession, type AttackSession } from '../../../../inference/index.ts'
import { classifierGraph, openWithFirst, writeGraph, type StoredModel } from '../../../../models/index.ts'
import { failedRows, gradientCallSize, type CallSize } from '../../../measure/calls.ts'
import { measureGrid } from '../../../measure/grid.ts'
import { loadedBatches } from '../../../measure/load.ts'
import { onFloats } from '../../../measure/sessions.ts'
import { trajectoryKey } from '../../../measure/work.ts'
import { attackInCalls } from './calls.ts'
import { strongestAttack } from './conditions.ts'
import type { AdversarialParams } from './params.ts'
import { isSame, openTargets, showImages, type TransferTarget } from './show.ts'
import {
  balancedChunks,
  factStore,
  internVariant,
  type StoredCondition,
  type StudyImage,
  variantKey,
} from '../../../../facts/index.ts'
import type { FailedRow, MeasureContext, OpenAttack } from '../../../definition/index.ts'

/**
 * Measures attacks: first the clean images, then each trajectory once for all conditions it serves. For a
 * transfer check, the images of the strongest attack are also given to the other models of the study. Stores
 * one fact per image and condition; nothing stored is computed again.
 */
export async function measureAttacks(context: MeasureContext, chosen: AdversarialParams): Promise<void> {
  const isAttack = ({ parts }: StoredCondition) => parts.some(({ transform }) => transform.op === 'attack')
  await measureGrid({
    ...context,
    conditions: context.conditions.filter((condition) => !isAttack(condition)),
  })
  // The other models' images are measured when those models are attacked.
  const attacks = context.conditions
    .filter(isAttack)
    .map(attackOf)
    .filter(({ attack }) => attack.surrogate === null)
  if (attacks.length === 0 || context.job.signal.aborted) return
  const opened = await takeAttack(context, context.model)
  const { session, provider } = opened
  const strongest = chosen.transfer ? strongestAttack(chosen) : null
  const shown: TransferTarget[] = []
  const size = gradientCallSize(context.model)
  try {
    if (strongest) await openTargets(context, strongest, shown)
    const note = `${context.model.title} on ${provider.name}, attacks, batch ${size.most}`
    context.progress.note(note)
    context.log.write('info', `${note}: ${provider.reason}`)
    const variantId = internVariant(context.workspace.db, variantKey(context.model, provider.name)).id
    const { workspace, source, order, stretch } = context
    for await (const chunk of balancedChunks(workspace.db, source, order, 256, stretch)) {
      for (const runs of trajectories(attacks)) {
        const last = runs.at(-1)
        const trajectory = { runs, shown: strongest && last && isSame(last.attack, strongest) ? shown : [] }
        await followChunk(context, session, variantId, trajectory, chunk, size)
        if (context.job.signal.aborted) return
      }
    }
  } finally {
    await context.sessions.giveAttack(context.model, opened)
    for (const { model, classifier } of shown) await context.sessions.give(model, onFloats, classifier)
  }
}

/** Takes the session that attacks a model from those of the run, or opens it with the first provider that does. */
export const takeAttack = (context: MeasureContext, model: StoredModel): Promise<OpenAttack> =>
  context.sessions.takeAttack(model, () => {
    context.progress.note(`${model.title}: building the backward pass`)
    return openWithFirst(context.settings, context.log, async (name) =>
      openAttackSession(await attackRequest(context, model, name)),
    )
  })

/** Builds the request for an attack session of a model. Writes the graphs it needs. */
export async function attackRequest(
  { workspace, settings }: Pick<MeasureContext, 'workspace' | 'settings'>,
  model: StoredModel,
  provider: AttackSession['request']['provider'],
): Promise<AttackSession['request']> {
  const normalisation = model.preprocessing
  const gradientPath = await writeGraph(workspace, model, 'gradient', { op: 'gradient', normalisation })
  const path = await writeGraph(workspace, model, 'floats', { op: 'floats', normalisation })
  return { ...classifierGraph(model, path), gradientPath, provider, threads: settings.threads }
}

interface AttackRun {
  conditionId: number
  attack: Attack
}

/** Attacks that share a trajectory, and the models that get the images of the last attack. */
interface Trajectory {
  runs: AttackRun[]
  shown: TransferTarget[]
}

const attackOf = (condition: StoredCondition): AttackRun => {
  const [part] = condition.parts
  const parsed = attackSchema.safeParse(part?.transform)
  if (!part || !parsed.success)
    throw new KernelscopeError('INTERNAL', `no attack in condition ${condition.condition.key}`)
  return { conditionId: part.conditionId, attack: parsed.data }
}

/** Groups attacks that share a trajectory. */
const trajectories = (attacks: AttackRun[]): AttackRun[][] => [
  ...Map.groupBy(attacks, ({ attack }) => trajectoryKey(attack)).values(),
]

/** Attacks the images of a chunk that lack a fact of the trajectory, batch by batch. */
async function followChunk(
  context: MeasureContext,
  session: AttackSession,
  variantId: number,
  { runs, shown }: Trajectory,
  chunk: StudyImage[],
  size: CallSize,
): Promise<void> {
  const { workspace, pool, model, job, progress } = context
  const facts = factStore(workspace.db)
  const ids = chunk.map(({ exampleId }) => exampleId)
  const wanted = [...runs.map(({ conditionId }) => ({ variantId, conditionId })), ...shown]
  const known = wanted.map((key) => facts.known(key.variantId, key.conditionId, ids))
  const missing = chunk.filter(({ exampleId }) => known.some((set) => !set.has(exampleId)))
  progress.add({ cached: wanted.length * (chunk.length - missing.length) })
  const order = { model, runs: runs.map(({ attack }) => attack), keep: shown.length > 0 }
  for await (const loaded of loadedBatches(pool, missing, model.preprocessing, size.most)) {
    if (job.signal.aborted) return
    const { images, problems } = loaded
    job.enterNative()
    const crashes = progress.moved() ? 0 : job.crashes
    const unshown: FailedRow[] = []
    const found = await attackInCalls(
      session,
      size,
      loaded,
      { ...order, crashes },
      async (answer, first, rows) => {
        const part = images.slice(first, first + rows)
        const unread = problems.slice(first, first + rows)
        for (const [run, { conditionId }] of runs.entries()) {
          const result = answer.facts[run]
          const keys = part.map(({ exampleId }, row) =>
            unread[row] ? null : { variantId, conditionId, exampleId },
          )
          if (result) facts.store(keys, result)
        }
        if (answer.images)
          for (const other of shown)
            unshown.push(...(await showImages(context, other, part, answer.images, unread)))
      },
    )
    for (const [row, { exampleId }] of images.entries()) {
      const problem = found[row]
      if (problem) for (const key of wanted) facts.fail({ ...keyOf(key), exampleId }, problem)
    }
    const failed = [...failedRows(images, found).flatMap((row) => wanted.map(() => row)), ...unshown]
    progress.add({ computed: wanted.length * images.length - failed.length, failed })
  }
}

const keyOf = ({ variantId, conditionId }: { variantId: number; conditionId: number }) => ({
  variantId,
  conditionId,
})
