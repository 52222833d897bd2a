import type { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'

/**
 * Reads JSON that a row of the workspace holds.
 *
 * @param what names column and row in the message, e.g. "the parameters of study 3"
 * @throws WORKSPACE_CORRUPT where it is not JSON, or has another form
 */
export function storedJson<T>(schema: z.ZodType<T>, text: string, what: string): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw damagedRow(`${what}: not JSON`, cause)
  }
  return storedValue(schema, value, what)
}

/**
 * Checks what was read from a row of the workspace.
 *
 * @param what names the row in the message, e.g. "job 3"
 * @throws WORKSPACE_CORRUPT where it has another form
 */
export function storedValue<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue?.path.map(String).join('.') ?? ''
  throw damagedRow(
    `${what}: ${place === '' ? '' : `${place}: `}${issue?.message ?? 'another form'}`,
    parsed.error,
  )
}

/** Is told of a row that is left out of a list since it is damaged, with its id and what is wrong with it. */
export type OnDamaged = (id: number, error: KernelscopeError) => void

/** Reads the rows of a list. Those that `read` refuses with WORKSPACE_CORRUPT are left out and told. */
export function soundRows<R extends { id: number }, T>(
  rows: readonly R[],
  read: (row: R) => T,
  onDamaged: OnDamaged = () => undefined,
): T[] {
  return rows.flatMap((row) => {
    try {
      return [read(row)]
    } catch (error) {
      if (!(error instanceof KernelscopeError && error.code === 'WORKSPACE_CORRUPT')) throw error
      onDamaged(row.id, error)
      return []
    }
  })
}

/** Reads JSON that can be made again; null where it is damaged, or of another version. */
export function disposableJson<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

const damagedRow = (message: string, cause: unknown) =>
  new KernelscopeError('WORKSPACE_CORRUPT', `the workspace is damaged: ${message}`, {
    hint: 'Verify the workspace, then restore a backup of it.',
    cause,
  })
