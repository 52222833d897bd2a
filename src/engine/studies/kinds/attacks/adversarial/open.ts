import type { Attack } from '#shared/attacks.ts'
import {
  openAttackSession,
  trialPixels,
  type AttackSession,
  type ProviderName,
} from '../../../../inference/index.ts'
import { countImages, findVariant, internVariant, variantKey } from '../../../../facts/index.ts'
import {
  classifierGraph,
  knownSplit,
  openWithFirst,
  settleSplit,
  splittable,
  writeGraph,
  type SplitKey,
  type StoredModel,
} from '../../../../models/index.ts'
import { pixelScale } from '../../../../onnx/index.ts'
import type { MeasureContext, OpenAttack } from '../../../definition/index.ts'
import { gradientCallSize } from '../../../measure/calls.ts'
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
  { workspace, source, job, progress }: MeasureContext,
  model: StoredModel,
  paths: readonly (readonly Attack[])[],
): number {
  if (job.crashes > 0 && !progress.moved()) return 0
  const forwards = paths.reduce((sum, attacks) => sum + attackForwards(model, attacks), 0)
  return (countImages(workspace.db, source) * forwards) / (gradientForwards(model) + 1)
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
  const { db } = workspace
  const started = performance.now()
  const rss = process.memoryUsage.rss()
  progress.note(`${model.title}: building the backward pass`)
  const keyOf = (provider: ProviderName, variantId: number | null): SplitKey | null => {
    const threads = calls > 0 ? splittable(provider, settings.threads) : null
    return threads === null || variantId === null ? null : { variantId, plan: attackPlan, threads }
  }
  const { session: first, provider } = await openWithFirst(settings, log, async (name) => {
    const request = await attackRequest(context, model, name)
    const key = keyOf(name, findVariant(db, variantKey(model, name)))
    return openAttackSession({
      ...request,
      threads: (key && knownSplit(db, key)?.threads) ?? request.threads,
    })
  })
  try {
    const { id, secondsPerImage: forward } = internVariant(db, variantKey(model, provider.name))
    const { most: batch } = gradientCallSize(model)
    let pixels: SharedArrayBuffer | undefined
    const { sessions, split } = await settleSplit(db, log, keyOf(provider.name, id), {
      first,
      rss,
      images: calls,
      secondsToOpen: (performance.now() - started) / 1000,
      secondsPerImage: forward === null ? null : forward * (gradientForwards(model) + 1),
      trial: {
        batch,
        open: (threads) => openAttackSession({ ...first.request, threads }),
        async outputs(session, rows) {
          pixels ??= trialPixels({ ...first.request, pixelType: 'uint8' }, batch)
          const { clean, gradient, attacked } = await session.scores({ pixels, first: 0, batch }, rows)
          const all = new Float32Array(clean.length + attacked.length + gradient.length)
          all.set(clean)
          all.set(attacked, clean.length)
          all.set(gradient, clean.length + attacked.length)
          return all
        },
      },
    })
    return { sessions, threads: split?.threads ?? settings.threads, provider }
  } catch (error) {
    await first.close()
    throw error
  }
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
