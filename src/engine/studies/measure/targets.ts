import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { outputLookup, type StoredModel } from '../../models/index.ts'

/** Returns a function that maps a class name to the model's output index, -1 where the model does not know the class. */
export const targetLookup = ({ labelSet, labels }: StoredModel): ((className: string) => number) =>
  outputLookup({ set: labelSet, names: labels })

/** The reason why nothing of an image follows from a model that does not know its class. */
export const unknownClass = ({ title }: Pick<StoredModel, 'title'>, className: string): ErrorShape =>
  new KernelscopeError('STUDY_LABELS', `the class ${className} is not among the labels of ${title}`).toShape()

/** Whether a model does not know a class that one of some others knows, whose answers on its images would count. */
export function knownToOthersOnly(
  model: StoredModel,
  others: readonly StoredModel[],
): (className: string) => boolean {
  const own = targetLookup(model)
  const theirs = others.map(targetLookup)
  return (className) => own(className) < 0 && theirs.some((targetOf) => targetOf(className) >= 0)
}
