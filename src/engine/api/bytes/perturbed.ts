import type { EngineSession } from '../session/session.ts'
import { png, type ByteAnswer } from './answer.ts'

/** What computing images under conditions needs of the session. */
export const perturbedContext = (session: EngineSession) => ({
  workspace: session.open().workspace,
  pool: session.pool,
  settings: session.settings(),
  log: session.log,
})

/**
 * Answers with an image under a condition as the model's input, or with its magnified difference from the clean image.
 */
export async function perturbedPicture(
  session: EngineSession,
  asked: {
    image: number
    model: number
    condition: number
    study?: number | undefined
    as: 'shown' | 'change'
  },
): Promise<ByteAnswer> {
  const { image: imageId, model: modelId, condition: conditionId, study: studyId } = asked
  const image = { imageId, modelId, conditionId, studyId }
  return png(await session.inspections.perturbed.picture(perturbedContext(session), image, asked.as))
}
