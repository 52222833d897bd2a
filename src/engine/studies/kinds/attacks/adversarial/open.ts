import type { Attack } from '#shared/attacks.ts'
import {
  joined,
  openAttackSession,
  trialPixels,
  type AttackSession,
  type ProviderName,
} from '../../../../inference/index.ts'
import { LruMap, remembered } from '../../../../base/lruMap.ts'
import { countImages } from '../../../../facts/index.ts'
import { classifierGraph, openLanes, writeGraph, type StoredModel } from '../../../../models/index.ts'
import { pixelScale } from '../../../../onnx/index.ts'
import type { MeasureContext, OpenAttack } from '../../../definition/index.ts'
import { crashesHere, gradientCallSize } from '../../../measure/calls.ts'
import { gradientForwards } from '../../../measure/gradientForwards.ts'
import { attackForwards } from '../../../measure/work.ts'

/** Name of the sessions that attack, where their times are kept. */
const attackPlan = 'attack'

/**
 * What attacks with a model's gradient on all images of a study cost, in gradients with a prediction of an image each; 0 after
 * a death of the engine, since one session computes then.
 *
 * @param paths attacks that share a trajectory
 */
export function callsOf(
  context: Pick<MeasureContext, 'workspace' | 'source' | 'job' | 'progress'>,
  model: StoredModel,
  paths: readonly (readonly Attack[])[],
): number {
  if (crashesHere(context) > 0) return 0
  const forwards = paths.reduce((sum, attacks) => sum + attackForwards(model, attacks), 0)
  return (countImages(context.workspace.db, context.source) * forwards) / (gradientForwards(model) + 1)
}

/** The sessions that attack a model. */
export interface AttackOnce {
  /** Takes them from those of the run, or opens them with the first provider that does, where that is first asked for. */
  open(): Promise<OpenAttack>
  /** Gives them back, where they were opened. */
  close(): Promise<void>
}

/** @param calls what `callsOf` says; 0: one session serves */
export function attackOnce(context: MeasureContext, model: StoredModel, calls: number): AttackOnce {
  let opened: OpenAttack | null = null
  return {
    open: async () =>
      (opened ??= await context.sessions.takeAttack(model, () => openAttack(context, model, calls))),
    async close() {
      if (opened) await context.sessions.giveAttack(model, opened)
    },
  }
}

async function openAttack(context: MeasureContext, model: StoredModel, calls: number): Promise<OpenAttack> {
  const { workspace, settings, log, progress } = context
  progress.note(`${model.title}: building the backward pass`)
  const { most: batch } = gradientCallSize(model)
  const requests = new LruMap<ProviderName, Promise<AttackSession['request']>>(1)
  let pixels: SharedArrayBuffer | undefined
  return openLanes({ db: workspace.db, settings, log }, model, {
    ...{ name: attackPlan, batch, images: calls, forwards: gradientForwards(model) + 1 },
    async open(provider, threads) {
      const request = await remembered(requests, provider, () => attackRequest(context, model, provider))
      return openAttackSession({ ...request, threads })
    },
    async outputs(session, rows) {
      pixels ??= trialPixels({ ...session.request, pixelType: 'uint8' }, batch)
      const { clean, gradient, attacked } = await session.scores({ pixels, first: 0, batch }, rows)
      return joined([clean, attacked, gradient])
    },
  })
}

/** Builds the request for an attack session of a model. Writes the graphs it needs. */
export async function attackRequest(
  { workspace, settings }: Pick<MeasureContext, 'workspace' | 'settings'>,
  model: StoredModel,
  provider: ProviderName,
): Promise<AttackSession['request']> {
  const normalisation = model.preprocessing
  const gradientPath = await writeGraph(workspace, model, 'attack', { op: 'attack', normalisation })
  const path = await writeGraph(workspace, model, 'floats', { op: 'floats', normalisation })
  return {
    ...classifierGraph(model, path),
    gradientPath,
    scale: pixelScale(normalisation, 1),
    scaleOfLevels: pixelScale(normalisation, 255),
    fixed: gradientCallSize(model).fixed,
    provider,
    threads: settings.threads,
  }
}
