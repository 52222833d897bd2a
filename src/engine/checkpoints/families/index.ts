/** The families whose checkpoints are recognised and built; `recogniseCheckpoint` asks each of them. */
import { KernelscopeError } from '#shared/errors.ts'
import type { Checkpoint } from '../checkpoint.ts'
import * as all from './all.ts'
import type { Answers, Hints } from './family.ts'
import type { Built, Recognised } from './define.ts'

export type { Answers, Hints, Question, Published } from './family.ts'
export { withWeights, type Built, type Recognised } from './define.ts'

const families = Object.values(all)

/** Ids of all families. */
export const familyIds: readonly string[] = families.map(({ id }) => id)

/**
 * Recognises the family of a checkpoint from names and shapes of its tensors. Of several, one of a published size is taken,
 * then the first.
 *
 * @returns null where it is of no known family
 */
export function recogniseCheckpoint(checkpoint: Checkpoint, hints: Hints = {}): Recognised | null {
  const found = candidateFor(checkpoint, hints)
  if (!found) return null
  const { build: _, ...recognised } = found
  return recognised
}

/**
 * Builds the graph of a checkpoint. Nothing is initialised: every weight is made from stored tensors.
 *
 * @throws MODEL_UNSUPPORTED where it is of no known family, or a tensor is missing, does not fit, or belongs to another network
 * @throws USAGE where an answer is of no question, or is not possible
 */
export function buildCheckpoint(checkpoint: Checkpoint, answers: Answers = {}, hints: Hints = {}): Built {
  const found = candidateFor(checkpoint, hints)
  if (found) return found.build(answers)
  throw new KernelscopeError(
    'MODEL_UNSUPPORTED',
    `the ${checkpoint.tensors.size} tensors have the names of no family that can be built (${familyIds.join(', ')})`,
    { hint: 'Export the network as ONNX and add that file.' },
  )
}

function candidateFor(checkpoint: Checkpoint, hints: Hints) {
  const candidates = families.flatMap((family) => family.recognise(checkpoint, hints))
  return candidates.find(({ size }) => size !== null) ?? candidates[0]
}
