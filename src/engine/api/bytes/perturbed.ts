import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import type { Answer } from './server.ts'
import type { EngineSession } from '../session/session.ts'

/** What looking at images under conditions needs of the session. */
export const perturbedRoom = (session: EngineSession) => ({
  workspace: session.open().workspace,
  pool: session.pool,
  settings: session.settings(),
  log: session.log,
})

const rowId = z.coerce.number().int().positive()
const query = z.object({ model: rowId, condition: rowId, as: z.enum(['shown', 'change']).default('shown') })

/** An image under a condition as a model is shown it, or the change magnified. */
export async function perturbedPicture(
  session: EngineSession,
  imageId: number,
  params: URLSearchParams,
): Promise<Answer> {
  const parsed = query.safeParse(Object.fromEntries(params))
  if (!parsed.success)
    throw new KernelscopeError('USAGE', `invalid address: ${z.prettifyError(parsed.error)}`)
  const { model, condition, as } = parsed.data
  const look = { imageId, modelId: model, conditionId: condition }
  const bytes = await session.looking.perturbed.picture(perturbedRoom(session), look, as)
  return { type: 'image/png', bytes }
}
