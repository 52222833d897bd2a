import { targetsOf } from '../models/index.ts'
import type { Db } from '../workspace/index.ts'
import { getDataset } from './store.ts'

/**
 * The output of a model that stands for a class of a dataset; -1 where the model does not know it, or where the numbers of the
 * dataset's classes do not count outputs.
 */
export function trueOutput(
  db: Db,
  datasetId: number,
  { labelSet, labels }: { labelSet: string; labels: readonly string[] },
  className: string,
): number {
  const names = getDataset(db, datasetId).classes.map(({ name }) => name)
  return targetsOf(names, { set: labelSet, names: [...labels] }).get(className) ?? -1
}
