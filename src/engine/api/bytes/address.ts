import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import type { EngineSession } from '../session/session.ts'
import type { Answer } from './answer.ts'

/** Answers one kind of address from the parts of its path and its query. */
export type Route = (
  session: EngineSession,
  parts: readonly string[],
  query: URLSearchParams,
  signal: AbortSignal,
) => Promise<Answer>

/**
 * @param places names of the parts of the path, in order
 * @param asked what parts and query say together, as text
 */
export const route =
  <Schema extends z.ZodObject>(
    places: readonly string[],
    asked: Schema,
    answer: (session: EngineSession, asked: z.output<Schema>, signal: AbortSignal) => Promise<Answer>,
  ): Route =>
  async (session, parts, query, signal) => {
    const path = places.map((name, at) => [name, parts[at]] as const)
    const found = asked.safeParse({ ...Object.fromEntries(query), ...Object.fromEntries(path) })
    if (found.success) return answer(session, found.data, signal)
    throw new KernelscopeError('USAGE', `invalid address: ${z.prettifyError(found.error)}`)
  }

export const rowId = z.coerce.number().int().positive()
export const index = z.coerce.number().int().min(0)
