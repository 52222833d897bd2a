import { startsAtImage } from '#shared/attacks.ts'
import { isComputingProblem, providersFor, sameBits, trialPixels } from '../../../../inference/index.ts'
import {
  openClassifier,
  sessionTimes,
  setSessionTime,
  unchangedGraph,
  type StoredModel,
} from '../../../../models/index.ts'
import {
  countImages,
  currentVariant,
  findVariant,
  internVariant,
  measuredCounter,
  variantKey,
  type PlannedCondition,
  type StoredCondition,
} from '../../../../facts/index.ts'
import type { Db } from '../../../../workspace/index.ts'
import type { MeasureContext, OpenAttack } from '../../../definition/index.ts'
import { gradientCallSize } from '../../../measure/calls.ts'
import { ownAttack } from '../../../measure/work.ts'

/** Names of what a trial found, as session times of a model's variant. */
const equalPlan = 'attack-clean-equal'
const differsPlan = 'attack-clean-differs'

/** With fewer images to measure, a trial costs more than it can save. */
export const worthATrial = 200

/** Whether a condition is that of the images as they are, read by the model's own graph. */
const isClean = ({ condition, parts }: PlannedCondition): boolean =>
  parts.length === 1 &&
  parts[0]?.transform.op === 'identity' &&
  !condition.rewrite &&
  !condition.preprocessing &&
  !condition.readout

const beginsClean = (stored: PlannedCondition): boolean => {
  const attack = ownAttack(stored)
  return attack !== null && startsAtImage(attack)
}

/** What a trial found: whether the gradient graph gives the outputs of the model's own to the bit; undefined without one. */
function known(db: Db, variantId: number): boolean | undefined {
  const times = sessionTimes(db, variantId)
  return times.has(equalPlan) ? true : times.has(differsPlan) ? false : undefined
}

/** Whether predictions under a condition come with the gradients of attacks among `conditions`, without a pass of their own. */
export function comesAlong(
  stored: PlannedCondition,
  conditions: readonly PlannedCondition[],
  { db, model }: { db: Db; model: StoredModel },
): boolean {
  const variant = isClean(stored) && conditions.some(beginsClean) ? currentVariant(db, model) : null
  return variant !== null && known(db, variant.id) === true
}

/**
 * The clean condition, where its predictions are to be taken from the gradients of attacks that begin at the clean images: both
 * are missing, and a trial found the same bits as those of the model's own graph. Makes the trial where that pays off.
 *
 * @param open opens the attack, whose sessions stay open
 */
export async function cleanAlong(
  context: MeasureContext,
  open: () => Promise<OpenAttack>,
): Promise<StoredCondition | null> {
  const { workspace, model, settings, conditions, progress, job } = context
  const clean = conditions.find(isClean)
  const attack = conditions.find(beginsClean)
  const [provider] = providersFor(settings.provider)
  if (!clean || !attack || !provider || (job.crashes > 0 && !progress.moved())) return null
  const variantId = findVariant(workspace.db, variantKey(model, provider.name))
  const left = missingOf(context, variantId, [clean, attack])
  if (left === 0) return null
  const found = variantId === null ? undefined : known(workspace.db, variantId)
  if (found !== undefined) return found ? clean : null
  return left >= worthATrial && (await tried(context, open)) ? clean : null
}

/** Images that have no fact under one of some conditions: of the one with the most facts. */
function missingOf(
  { workspace: { db }, source }: MeasureContext,
  variantId: number | null,
  conditions: readonly StoredCondition[],
): number {
  const images = countImages(db, source)
  const count = measuredCounter(db)
  const stored = conditions.map((condition) => (variantId === null ? 0 : count(variantId, condition)))
  return images - Math.max(...stored)
}

/** Compares the outputs of both graphs for a batch of random images, and keeps what was found. */
async function tried(context: MeasureContext, open: () => Promise<OpenAttack>): Promise<boolean> {
  const { workspace, model, settings, log, job, progress, sessions } = context
  progress.note(`${model.title}: comparing the outputs of its gradient graph`)
  const plain = await sessions.take(model, unchangedGraph, () =>
    openClassifier(workspace, model, settings, log),
  )
  const { batch, provider } = plain
  const { most } = gradientCallSize(model)
  const calls = Math.ceil(batch / most)
  const pixels = trialPixels({ ...plain, pixelType: 'uint8' }, Math.max(batch, calls * most))
  job.enterNative()
  const wanted = await plain
    .outputs({ pixels, first: 0, batch }, batch)
    .finally(() => sessions.give(model, unchangedGraph, plain))
  const opened = await open()
  const [session] = opened.sessions
  if (opened.provider.name !== provider.name || job.signal.aborted) return false
  const outputs: number[] = []
  try {
    for (let first = 0; first < batch; first += most) {
      const rows = Math.min(most, batch - first)
      outputs.push(...(await session.scores({ pixels, first, batch: most }, rows)).clean)
    }
  } catch (error) {
    if (!isComputingProblem(error) || session.ended) throw error
    return false
  }
  const same = sameBits(Float32Array.from(outputs), wanted.outputs)
  const { id } = internVariant(workspace.db, variantKey(model, provider.name))
  setSessionTime(workspace.db, id, same ? equalPlan : differsPlan, { secondsToOpen: 0, secondsPerImage: 0 })
  log.write(
    'info',
    `${model.title}: clean predictions ${same ? 'come with the gradients of attacks' : 'need passes of their own: the gradient graph has other last digits'}`,
  )
  return same
}
