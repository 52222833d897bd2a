import { targetsOf, type StoredModel } from '../../models/index.ts'

/** The model's index of a class name, -1 where it does not know it; looked up once per name. */
export function targetLookup({ labelSet, labels }: StoredModel): (className: string) => number {
  const known = new Map<string, number>()
  return (className) => {
    const found =
      known.get(className) ?? targetsOf([className], { set: labelSet, names: labels }).get(className) ?? -1
    known.set(className, found)
    return found
  }
}
