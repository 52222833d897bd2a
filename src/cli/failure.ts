import { CommanderError } from 'commander'
import { errorShape } from '#shared/contract/index.ts'
import { errorCodes, KernelscopeError, toErrorShape, type ErrorShape } from '#shared/errors.ts'
import { printable } from './format.ts'

/** Turns any thrown value into an error with a code. An error of the contract carries its shape as `data`. */
export function shapeOfFailure(error: unknown): ErrorShape {
  if (error instanceof CommanderError)
    return new KernelscopeError('USAGE', error.message.replace(/^error: /, '')).toShape()
  if (typeof error === 'object' && error !== null && 'data' in error) {
    const { data } = errorShape.safeParse(error.data)
    if (data)
      return { ...data, ...(data.details === undefined ? {} : { details: data.details }) } as ErrorShape
  }
  if (error instanceof Error && error.name === 'AbortError')
    return new KernelscopeError('CANCELLED', 'cancelled').toShape()
  return toErrorShape(error)
}

export const exitCodeOf = ({ code }: ErrorShape): number => errorCodes[code].exit

/**
 * `error[CODE]: message` with the hint below it, or JSON. Details are only shown for faults that should be reported.
 */
export function formatFailure(shape: ErrorShape, json: boolean): string {
  if (json) return `${JSON.stringify({ error: shape }, null, 2)}\n`
  const details = shape.code === 'INTERNAL' && shape.details ? `\n${shape.details}` : ''
  return `error[${shape.code}]: ${printable(shape.message)}\n  ${printable(shape.hint)}${details}\n`
}
