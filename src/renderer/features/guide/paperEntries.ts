import type { PaperEntry, PaperNumber, PaperStudy } from '#shared/contract/index.ts'

/**
 * How far a table or figure can be repeated: measured: a number, or a study that repeats it, is here; ready: images and a
 * model are here; missing: they are not; none: nothing repeats it.
 */
export type PaperState = 'measured' | 'ready' | 'missing' | 'none'

export const stateTexts: Readonly<Record<PaperState, string>> = {
  measured: 'Measured here',
  ready: 'Can be measured',
  missing: 'Something is missing',
  none: 'Nothing to measure',
}

const isReady = ({ models }: PaperEntry, { dataset }: PaperStudy): boolean =>
  (dataset === null || dataset.found.length > 0) && models.some(({ found }) => found.length > 0)

export function paperState(entry: PaperEntry): PaperState {
  const { studies, numbers } = entry
  if (studies.length === 0) return 'none'
  if (studies.some(({ studyId }) => studyId !== null) || numbers.some(({ ours }) => ours.length > 0))
    return 'measured'
  return studies.some((study) => isReady(entry, study)) ? 'ready' : 'missing'
}

/** The address of the form, filled with a preset and what of the workspace it needs. What is missing is chosen there. */
export function formOf({ models }: PaperEntry, { kind, preset, dataset }: PaperStudy) {
  const ids = [
    ...new Set(
      models.filter(({ name }) => !name.startsWith('DINO')).flatMap(({ found }) => found.map(({ id }) => id)),
    ),
  ]
  const [first] = dataset?.found ?? []
  return {
    path: '/studies/new',
    query: {
      kind,
      preset,
      step: ids.length > 0 && (dataset === null || first) ? 'how' : 'on',
      ...(ids.length > 0 ? { models: ids.join('.') } : {}),
      ...(first ? { dataset: String(first.id) } : {}),
    },
  }
}

/** A number of the paper or of here, e.g. "35.7 %". */
export const numberText = (value: number, unit: string): string => `${value.toFixed(1)} ${unit}`

/** What the paper says, e.g. "about 75.0 %". */
export const printedText = ({
  printed,
  unit,
  exactness,
}: Pick<PaperNumber, 'printed' | 'unit' | 'exactness'>): string =>
  `${exactness === 'printed' ? '' : `${exactness} `}${numberText(printed, unit)}`

/** A difference with its sign and interval, in percentage points: "+1.2 [-0.3, 2.7]". */
export function differenceText(difference: number, interval: { lo: number; hi: number } | null): string {
  const signed = (value: number) => `${value > 0 ? '+' : ''}${value.toFixed(1)}`
  return interval
    ? `${signed(difference)} [${signed(interval.lo)}, ${signed(interval.hi)}]`
    : signed(difference)
}
