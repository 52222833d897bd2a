import { targetsOf, type StoredModel } from '../../models/index.ts'

/**
 * Returns a function that maps a class name to the model's output index, -1 where the model does not know the
 * class. Each name is looked up once.
 */
export function targetLookup({ labelSet, labels }: StoredModel): (className: string) => number {
  const known = new Map<string, number>()
  return (className) => {
    const found =
      known.get(className) ?? targetsOf([className], { set: labelSet, names: labels }).get(className) ?? -1
    known.set(className, found)
    return found
  }
}
