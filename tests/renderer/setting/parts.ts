import { ORPCError } from '@orpc/contract'
import { implement } from '@orpc/server'
import { contract } from '#shared/contract/index.ts'
import { toErrorShape } from '#shared/errors.ts'

/** The contract, to implement parts of an engine. Errors cross as those of the engine do. */
export const partsOfEngine = implement(contract).use(async ({ next }) => {
  try {
    return await next()
  } catch (error) {
    const shape = toErrorShape(error)
    throw new ORPCError(shape.code, { message: shape.message, data: shape })
  }
})
