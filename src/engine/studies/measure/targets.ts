import { outputLookup, type StoredModel } from '../../models/index.ts'

/** Returns a function that maps a class name to the model's output index, -1 where the model does not know the class. */
export const targetLookup = ({ labelSet, labels }: StoredModel): ((className: string) => number) =>
  outputLookup({ set: labelSet, names: labels })
