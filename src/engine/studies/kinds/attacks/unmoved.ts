import type { TrueClassAnswer } from '../../../facts/index.ts'
import type { Db } from '../../../workspace/index.ts'
import type { GridModel } from '../../definition/index.ts'
import { answersUnder } from '../../summary/outcomes.ts'

/** The images that are right without an attack, with their answers before and under an attack. */
export function rightBefore(
  db: Db,
  model: GridModel,
  key: string,
): { before: TrueClassAnswer; under: TrueClassAnswer }[] {
  const clean = answersUnder(db, model, 'clean')
  return [...answersUnder(db, model, key)].flatMap(([id, under]) => {
    const before = clean.get(id)
    return before?.correct ? [{ before, under }] : []
  })
}

/** Two outputs that differ by rounding only. */
const sameOutput = (a: number | null, b: number | null) =>
  a !== null && b !== null && Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(a))

/**
 * Of the images that are right without an attack, how many have the same output of the true class under it, because the
 * gradient vanishes there.
 */
export function unmoved(db: Db, model: GridModel, key: string): { still: number; of: number } {
  const pairs = rightBefore(db, model, key)
  const still = pairs.filter(({ before, under }) => sameOutput(before.trueLogit, under.trueLogit)).length
  return { still, of: pairs.length }
}
