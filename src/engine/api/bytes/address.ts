import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import type { EngineSession } from '../session/session.ts'
import type { ByteAnswer } from './answer.ts'

/** Answers addresses of one kind, given the parts of the path and the query. */
export type Route = (
  session: EngineSession,
  parts: readonly string[],
  query: URLSearchParams,
  signal: AbortSignal,
) => Promise<ByteAnswer>

/**
 * Makes a route that checks the path and the query before it answers. The route throws USAGE where they do not fit.
 *
 * @param places names of the parts of the path, in order
 * @param asked schema of the parts and the query together, all of them text
 */
export const route =
  <Schema extends z.ZodObject>(
    places: readonly string[],
    asked: Schema,
    answer: (session: EngineSession, asked: z.output<Schema>, signal: AbortSignal) => Promise<ByteAnswer>,
  ): Route =>
  async (session, parts, query, signal) => {
    const path = places.map((name, at) => [name, parts[at]] as const)
    const found = asked.safeParse({ ...Object.fromEntries(query), ...Object.fromEntries(path) })
    if (found.success) return answer(session, found.data, signal)
    throw new KernelscopeError('USAGE', `invalid address: ${z.prettifyError(found.error)}`)
  }

/** Id of a database row: a whole number from 1. */
export const rowId = z.coerce.number().int().positive()
/** A whole number from 0. */
export const index = z.coerce.number().int().min(0)
