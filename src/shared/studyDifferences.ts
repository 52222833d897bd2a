import type { Study, StudyKind } from './contract/index.ts'
import { preprocessingsText } from './preprocessingChange.ts'
import { sampleText } from './sampleWords.ts'

/** A property in which studies may differ: its words for a study. */
type Aspect = (study: Study) => string

/** Characters of a value that are shown. */
const longest = 40

/**
 * What tells studies of the same kind and title apart, by id: the parameters and choices of images in which they differ,
 * e.g. "Repeats 5, 2 per class". Where nothing differs, their number. Models and datasets have columns of their own. A
 * study that shows its models with another preprocessing than their own always says so.
 */
export function differences(
  studies: readonly Study[],
  kindOf: (id: string) => StudyKind | null,
): ReadonlyMap<number, string> {
  const told = new Map(
    studies.flatMap((study) => {
      const shown = shownWith(study)
      return shown ? [[study.id, shown] as const] : []
    }),
  )
  for (const alike of Map.groupBy(studies, ({ kind, title }) => JSON.stringify([kind, title])).values()) {
    const [first] = alike
    if (!first || alike.length < 2) continue
    const aspects = aspectsOf(alike, kindOf(first.kind)).filter(
      (aspect) => new Set(alike.map(aspect)).size > 1,
    )
    for (const study of alike) {
      const words = [shownWith(study), ...aspects.map((aspect) => aspect(study))].filter(Boolean).join(', ')
      const twin = alike.some((other) => other !== study && sameRow(other, study, aspects))
      told.set(study.id, [words, twin ? `study ${study.id}` : ''].filter(Boolean).join(', '))
    }
  }
  return told
}

/** The preprocessings of a study; empty where its models have their own. */
const shownWith = ({ preprocessings }: Study): string => {
  const text = preprocessingsText(preprocessings)
  return text === null ? '' : `preprocessing: ${text}`
}

/** Whether nothing in the list tells two studies apart. */
const sameRow = (a: Study, b: Study, aspects: readonly Aspect[]): boolean =>
  a.datasetId === b.datasetId &&
  shownWith(a) === shownWith(b) &&
  a.modelIds.join() === b.modelIds.join() &&
  aspects.every((aspect) => aspect(a) === aspect(b))

function aspectsOf(studies: readonly Study[], kind: StudyKind | null): Aspect[] {
  const keys = new Set(studies.flatMap(({ params }) => Object.keys(params)))
  return [
    ...[...keys].map((key): Aspect => {
      const title = titleOf(kind, key)
      return ({ params }) => `${title} ${valueText(params[key])}`
    }),
    ({ sample, datasetId }) =>
      datasetId === null ? 'no images' : sample === null ? 'all images' : sampleText(sample),
    ({ subset }) => (subset ? `subset ${subset.name}` : 'no subset'),
  ]
}

/** The parameters of a study by their titles, e.g. "Patch size 16, Repeats 3"; without its kind, by their keys. */
export const paramsText = (params: Study['params'], kind: StudyKind | null): string =>
  Object.entries(params)
    .map(([key, value]) => `${titleOf(kind, key)} ${valueText(value)}`)
    .join(', ')

function titleOf(kind: StudyKind | null, key: string): string {
  const properties: unknown = kind?.params['properties']
  if (typeof properties !== 'object' || properties === null) return key
  const entry: unknown = Object.entries(properties).find(([name]) => name === key)?.[1]
  return typeof entry === 'object' && entry !== null && 'title' in entry ? String(entry.title) : key
}

function valueText(value: unknown): string {
  const text =
    value === null || value === undefined
      ? 'none'
      : Array.isArray(value) && value.every((item) => typeof item !== 'object')
        ? value.join(' ')
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value)
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}
