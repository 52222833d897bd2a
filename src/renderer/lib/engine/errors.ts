import { ORPCError } from '@orpc/client'
import { errorShape } from '#shared/contract/common.ts'
import { KernelscopeError } from '#shared/errors.ts'

/**
 * Rebuilds an error of the engine. Its errors arrive as `ORPCError` with an `ErrorShape` as data. Input that the
 * contract refuses arrives as BAD_REQUEST with zod's issues; the first one becomes the message.
 */
export function toKernelscopeError(error: unknown): KernelscopeError {
  if (error instanceof KernelscopeError) return error
  if (error instanceof ORPCError) {
    const shape = errorShape.safeParse(error.data)
    if (shape.success) {
      const { code, message, hint, details } = shape.data
      return new KernelscopeError(code, message, { hint, ...(details ? { details } : {}), cause: error })
    }
    if (error.code === 'BAD_REQUEST') {
      return new KernelscopeError('USAGE', refusedInput(error.data) ?? error.message, {
        hint: 'Correct the value that is named.',
        details: JSON.stringify(error.data, null, 2),
      })
    }
    return new KernelscopeError('INTERNAL', error.message, {
      details: `${error.code} ${JSON.stringify(error.data ?? null)}`,
      cause: error,
    })
  }
  if (isAbort(error)) return new KernelscopeError('CANCELLED', 'the request was cancelled', { cause: error })
  const message = error instanceof Error ? error.message : String(error)
  const details = error instanceof Error && error.stack ? { details: error.stack } : {}
  return new KernelscopeError('INTERNAL', message, { ...details, cause: error })
}

/** Whether an error comes from an aborted request. Such an error is never shown. */
export function isAbort(error: unknown): boolean {
  return (
    (error instanceof Error && error.name === 'AbortError') ||
    (error instanceof KernelscopeError && error.code === 'CANCELLED')
  )
}

function refusedInput(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || !('issues' in data) || !Array.isArray(data.issues))
    return undefined
  const issue: unknown = data.issues[0]
  if (typeof issue !== 'object' || issue === null || !('message' in issue)) return undefined
  const path = 'path' in issue && Array.isArray(issue.path) ? issue.path.join('.') : ''
  return path ? `${path}: ${String(issue.message)}` : String(issue.message)
}
