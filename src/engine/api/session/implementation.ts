import { ORPCError, ValidationError } from '@orpc/contract'
import { implement } from '@orpc/server'
import { join } from 'node:path'
import { isChange } from '#shared/contract/changes.ts'
import { contract } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape, type ErrorShape } from '#shared/errors.ts'
import { asWorkspaceError, damageIn } from '../../workspace/index.ts'
import { mayChange } from './openWorkspace.ts'
import type { EngineSession } from './session.ts'

export interface ApiContext {
  session: EngineSession
}

/**
 * The contract with its context. Every error of a handler becomes an ORPCError whose `data` is an ErrorShape, both in
 * process and over a port. A request that does not fit its schema becomes USAGE and names the field; one that would change a
 * workspace that is only read becomes WORKSPACE_READONLY.
 */
export const api = implement(contract)
  .$context<ApiContext>()
  .use(async ({ next, context, path }) => {
    try {
      if (isChange(path)) mayChange(context.session.opened)
      return await next()
    } catch (error) {
      throw toRpcError(error, context.session)
    }
  })

/**
 * Passes on a stream and turns its errors into those of the contract. The middleware of `api` does not see errors after
 * the first event.
 */
export async function* guarded<T>(
  stream: AsyncGenerator<T, void, undefined>,
  session: EngineSession,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* stream
  } catch (error) {
    throw toRpcError(error, session)
  }
}

function toRpcError(error: unknown, session: EngineSession): ORPCError<string, ErrorShape> {
  const shape = explained(shapeOf(error, session.opened?.workspace.path ?? ''), session)
  if (shape.code === 'INTERNAL') session.log.write('error', shape.message, shape)
  return new ORPCError(shape.code, {
    message: shape.message,
    data: shape,
    status: shape.code === 'INTERNAL' ? 500 : 400,
    cause: error,
  })
}

/** Largest database that is checked for what could explain a fault, in a few hundred milliseconds. */
const checkedBytes = 64 * 2 ** 20

/** A fault over damaged rows is theirs: it becomes WORKSPACE_CORRUPT where the check of the open workspace finds any. */
function explained(shape: ErrorShape, { opened, log }: EngineSession): ErrorShape {
  if (shape.code !== 'INTERNAL' || !opened) return shape
  const [damage] = damageIn(opened.workspace, checkedBytes)
  if (!damage) return shape
  log.write('warning', 'a fault over damaged rows', shape)
  return new KernelscopeError(
    'WORKSPACE_CORRUPT',
    `the workspace is damaged: ${damage.step}: ${damage.message}`,
    {
      hint: 'Verify the workspace, then heal it or restore a backup of it.',
      details: shape.message,
    },
  ).toShape()
}

function shapeOf(error: unknown, workspace: string): ErrorShape {
  if (error instanceof ORPCError && error.cause instanceof ValidationError) {
    const [issue] = error.cause.issues
    const place =
      issue?.path?.map((part) => (typeof part === 'object' ? part.key : part)).join('.') ?? 'input'
    const code = error.code === 'BAD_REQUEST' ? 'USAGE' : 'INTERNAL'
    return new KernelscopeError(code, `invalid ${place || 'input'}: ${issue?.message ?? error.message}`, {
      details: JSON.stringify(error.cause.issues, null, 2),
    }).toShape()
  }
  return toErrorShape(asWorkspaceError(error, join(workspace, 'workspace.sqlite')))
}
