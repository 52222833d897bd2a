import type { Inspection } from './contract/models.ts'

/** What of an inspection says what a model's outputs are. */
export type Outputs = Partial<Pick<Inspection, 'outputScale'>> & { layers?: readonly { op: string }[] }

/** How versions told probabilities that did not store what the outputs are: by the last operator. */
const endsInSoftmax = ({ layers }: Outputs): boolean => layers?.at(-1)?.op === 'Softmax'

/** Whether the outputs are probabilities but for a common factor, so that no softmax is taken of them. */
export const givesProbabilities = (found: Outputs): boolean =>
  found.outputScale === undefined ? endsInSoftmax(found) : found.outputScale !== 'logits'

/**
 * What the key of a fact says of the outputs: nothing where the last operator alone tells it, as for all facts of before.
 */
export function outputsInKey(found: Outputs): { outputs?: 'logits' | 'probabilities' } {
  const probabilities = givesProbabilities(found)
  return probabilities === endsInSoftmax(found) ? {} : { outputs: probabilities ? 'probabilities' : 'logits' }
}

/** What is to be known of the outputs of a model, in sentences; none for one output of logits or of a softmax. */
export function outputRemarks({
  outputs,
  outputScale,
}: Pick<Inspection, 'outputs' | 'outputScale'>): string[] {
  const [first, ...others] = outputs.map(
    ({ name, shape }) => `${name} [${shape.map((dim) => dim ?? '?').join(',')}]`,
  )
  return [
    ...(others.length > 0
      ? [`of its ${outputs.length} outputs the first is read, ${first}, and not ${others.join(', ')}`]
      : []),
    ...(outputScale === 'sigmoid'
      ? ['its outputs are of a sigmoid each; confidence is the largest over the sum of all']
      : []),
  ]
}
