import { formatValue } from './format.ts'
import { isPartial } from './partial.ts'
import { hasRange, isOfBand } from './points.ts'
import { withIntervals } from './intervals.ts'
import type { FigureSpec } from './spec.ts'

/**
 * Draft of a figure's caption: what is shown, what its bands, marks and lines are, then its notes with definitions and
 * n. Seeds, digests and versions are its provenance, which is a text of its own.
 */
export function figureCaption(spec: FigureSpec): string {
  const baselines = distinct(spec.series.map(({ baseline }) => baseline))
  const reported = spec.series.some(({ origin }) => origin === 'reported')
  const partly = spec.series.some(({ points }) => points.some(isPartial))
  return [
    spec.title,
    spec.alt,
    ...rangeSentences(spec),
    ...(reported ? ['Hollow and dashed: values reported in the paper'] : []),
    ...(baselines.length > 0 ? [`Thin and dotted: ${baselines.join(', ')}`] : []),
    ...(partly
      ? [`${spec.kind === 'bars' ? 'Pale bars' : 'Open symbols'}: not all images measured yet`]
      : []),
    ...references(spec),
    ...spec.notes,
  ]
    .map((sentence) => sentence.trim().replace(/\.*$/, '.'))
    .filter((sentence) => sentence !== '.')
    .join(' ')
}

const distinct = (texts: readonly (string | undefined)[]): string[] => [
  ...new Set(texts.filter((text) => text !== undefined)),
]

/** Up to this number of curves with ranges, all have bands. Of more, one has a band and the others have whiskers. */
export const fewBands = 3

/** What bands and error bars are, in sentences without a full stop; those of single points where they differ from their series. */
export function rangeSentences(spec: FigureSpec): string[] {
  const { kind, series } = withIntervals(spec)
  const ranged = series.filter(({ points, baseline }) => baseline === undefined && points.some(hasRange))
  const [bands, others] = [
    distinct(ranged.map(({ bandLabel }) => bandLabel)),
    distinct(ranged.flatMap(({ points }) => points.map(({ rangeLabel }) => rangeLabel))),
  ]
  const name = kind !== 'lines' ? 'Error bars' : ranged.length > fewBands ? 'Band and whiskers' : 'Bands'
  const usual = ranged.some(({ points }) => points.some((point) => hasRange(point) && isOfBand(point)))
  return [
    ...(bands.length > 0 && usual ? [`${name}: ${bands.join('; ')}`] : []),
    ...(others.length > 0 ? [`${usual ? 'Other error bars' : 'Error bars'}: ${others.join('; ')}`] : []),
  ]
}

/** The reference lines with their values, since not every name finds room in a small plot. */
function references(spec: FigureSpec): string[] {
  if (spec.references.length === 0) return []
  const lines = spec.references.map(({ label, axis, value }) => `${label}, ${formatValue(spec[axis], value)}`)
  return [`Dashed lines: ${lines.join('; ')}`]
}
