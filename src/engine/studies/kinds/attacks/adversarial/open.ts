import { openAttackSession, type AttackSession } from '../../../../inference/index.ts'
import { classifierGraph, openWithFirst, writeGraph, type StoredModel } from '../../../../models/index.ts'
import { pixelScale } from '../../../../onnx/index.ts'
import type { MeasureContext, OpenAttack } from '../../../definition/index.ts'

/** Takes the session that attacks a model from those of the run, or opens it with the first provider that does. */
export const takeAttack = (context: MeasureContext, model: StoredModel): Promise<OpenAttack> =>
  context.sessions.takeAttack(model, () => {
    context.progress.note(`${model.title}: building the backward pass`)
    return openWithFirst(context.settings, context.log, async (name) =>
      openAttackSession(await attackRequest(context, model, name)),
    )
  })

/** The session that attacks a model, opened where it is first asked for. */
export interface AttackOnce {
  open(): Promise<OpenAttack>
  /** Gives it back, where it was opened. */
  close(): Promise<void>
}

export function attackOnce(context: MeasureContext, model: StoredModel): AttackOnce {
  let opened: OpenAttack | null = null
  return {
    open: async () => (opened ??= await takeAttack(context, model)),
    async close() {
      if (opened) await context.sessions.giveAttack(model, opened)
    },
  }
}

/** Builds the request for an attack session of a model. Writes the graphs it needs. */
export async function attackRequest(
  { workspace, settings }: Pick<MeasureContext, 'workspace' | 'settings'>,
  model: StoredModel,
  provider: AttackSession['request']['provider'],
): Promise<AttackSession['request']> {
  const normalisation = model.preprocessing
  const gradientPath = await writeGraph(workspace, model, 'attack', { op: 'attack', normalisation })
  const path = await writeGraph(workspace, model, 'floats', { op: 'floats', normalisation })
  return {
    ...classifierGraph(model, path),
    gradientPath,
    scale: pixelScale(normalisation, 1),
    scaleOfLevels: pixelScale(normalisation, 255),
    provider,
    threads: settings.threads,
  }
}
