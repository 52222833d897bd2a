import { KernelscopeError } from '#shared/errors.ts'

/** The error for facts, or marks of facts, that are not as they were stored. */
export const damagedFacts = (what: string): KernelscopeError =>
  new KernelscopeError('WORKSPACE_CORRUPT', `${what} not as stored: a byte of the database has changed`, {
    hint: 'Run "kernelscope workspace verify --heal": it forgets damaged predictions, which studies measure again, and counts the others.',
  })
