import type { EngineSession } from '../session/session.ts'
import { png, type Answer } from './answer.ts'

/** What looking at images under conditions needs of the session. */
export const perturbedContext = (session: EngineSession) => ({
  workspace: session.open().workspace,
  pool: session.pool,
  settings: session.settings(),
  log: session.log,
})

/** An image under a condition as a model is shown it, or the change magnified. */
export async function perturbedPicture(
  session: EngineSession,
  asked: { image: number; model: number; condition: number; as: 'shown' | 'change' },
): Promise<Answer> {
  const image = { imageId: asked.image, modelId: asked.model, conditionId: asked.condition }
  return png(await session.inspections.perturbed.picture(perturbedContext(session), image, asked.as))
}
