import { isPartial } from './partial.ts'
import type { FigureSpec } from './spec.ts'

/**
 * Draft of a figure's caption: what is shown, what its bands are, then its notes with definitions and n.
 *
 * @param provenance data, seeds, models and versions behind the figure
 */
export function figureCaption(spec: FigureSpec, provenance: readonly string[] = []): string {
  const bands = [
    ...new Set(spec.series.flatMap(({ bandLabel }) => (bandLabel === undefined ? [] : [bandLabel]))),
  ]
  const baselines = [...new Set(spec.series.flatMap(({ baseline }) => baseline ?? []))]
  const reported = spec.series.some(({ origin }) => origin === 'reported')
  const partly = spec.series.some(({ points }) => points.some(isPartial))
  return [
    spec.title,
    spec.alt,
    ...(bands.length > 0 ? [`${spec.kind === 'lines' ? 'Bands' : 'Error bars'}: ${bands.join('; ')}`] : []),
    ...(reported ? ['Hollow and dashed: values reported in the paper'] : []),
    ...(baselines.length > 0 ? [`Thin and dotted: ${baselines.join(', ')}`] : []),
    ...(partly
      ? [`${spec.kind === 'bars' ? 'Pale bars' : 'Open symbols'}: not all images measured yet`]
      : []),
    ...spec.notes,
    ...provenance.filter((line) => !spec.notes.includes(line)),
  ]
    .map((sentence) => sentence.trim().replace(/\.*$/, '.'))
    .filter((sentence) => sentence !== '.')
    .join(' ')
}
