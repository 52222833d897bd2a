import { classesWith, classTitle } from '#shared/classNames.ts'
import type { Dataset } from '#shared/contract/index.ts'

/** A class of a dataset that was found by its name. */
export interface ClassResult {
  title: string
  dataset: string
  path: string
}

/** Shortest text that classes are searched for. */
const shortest = 2
/** Number of classes that are listed. */
const listed = 20

/** Classes of all datasets whose shown name contains the text; none for a text of one letter. */
export function classResults(
  datasets: readonly Pick<Dataset, 'id' | 'title' | 'classes'>[],
  text: string,
): ClassResult[] {
  if (text.trim().length < shortest) return []
  return datasets
    .flatMap(({ id, title, classes }) =>
      classesWith(classes, text)
        .slice(0, listed)
        .map(({ index, name }) => ({
          title: classTitle(name),
          dataset: title,
          path: `/datasets/${id}?class=${index}`,
        })),
    )
    .slice(0, listed)
}
