import { isPartial } from '#shared/figures/partial.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { thousands } from '#shared/thousands.ts'
import type { Grid } from '../definition/index.ts'

/**
 * Says how many images a study's numbers are of, model by model where that differs, and why some are of fewer. Stands
 * under every figure and in every caption.
 *
 * Images that no output stands for are neither right nor wrong, and not counted.
 *
 * @param stopped what had come when the study was stopped as asked; null where it was not
 * @param judges whether the answers of the study are right or wrong by the labels of its images
 */
export function imagesNote(
  {
    images,
    complete,
    cells,
    measured,
    missing,
  }: Pick<Grid, 'images' | 'complete' | 'cells' | 'measured' | 'missing'>,
  dataset: string,
  stopped: string | null = null,
  judges = false,
): string {
  const failed = Math.max(0, ...cells.map((cell) => cell.failed))
  const all = `${thousands(images)} images of ${dataset}`
  const unjudged = judges && measured !== null ? unjudgedOf({ images, cells }) : 0
  if (complete && failed === 0 && unjudged === 0)
    return measured === null ? byCondition(cells, all) : `n = ${all}.`
  const why = complete
    ? `at most ${thousands(failed)} could not be measured under one condition`
    : stopped === null
      ? 'the study is not complete'
      : `the study was stopped early as asked, since ${stopped}`
  if (measured === null)
    return complete
      ? `n = ${all}; ${why}.`
      : `n = ${all}, of which up to ${thousands(missing)} are missing under one condition: ${why}.`
  if (unjudged === 0) return `n = ${countsOf(measured)} of ${all}: ${why}.`
  const whys = [...(complete && failed === 0 ? [] : [why]), unjudgedText(unjudged, { images, cells })]
  return `n = ${countsOf(judgedOf(cells))} of ${all}: ${whys.join('; ')}.`
}

type Counted = Pick<Grid, 'images' | 'cells'>

/** Most images of a cell that were measured and are neither right nor wrong, since no output stands for their label. */
export const unjudgedOf = ({ images, cells }: Counted): number =>
  Math.max(0, ...cells.map((cell) => unjudgedIn(cell, images)))

const unjudgedIn = ({ n, failed, missing }: Grid['cells'][number], images: number) =>
  images - n - failed - missing

function unjudgedText(most: number, { images, cells }: Counted): string {
  const same = cells.every((cell) => unjudgedIn(cell, images) === most)
  return `${same ? '' : 'up to '}${thousands(most)} ${most === 1 ? 'has' : 'have'} no label that an output stands for`
}

/** Fewest and most images of a cell that count, model by model. */
const judgedOf = (cells: Grid['cells']): Measured =>
  [...Map.groupBy(cells, ({ modelId }) => modelId).values()].map((own) => ({
    model: own[0]?.model ?? '',
    least: Math.min(...own.map(({ n }) => n)),
    most: Math.max(...own.map(({ n }) => n)),
  }))

/** What conditions are of that have other images than the study, such as one folder of its dataset each. */
function byCondition(cells: Grid['cells'], all: string): string {
  const counts = cells.map(({ n }) => n)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  return least === most
    ? `n = ${thousands(least)} images under each condition; the study has ${all}.`
    : `n = ${thousands(least)} to ${thousands(most)} images, by condition; the study has ${all}.`
}

type Measured = NonNullable<Grid['measured']>

/** "50", "0 to 50", or with models of unequal counts "50 (A), 20 to 30 (B and C)", the most first. */
function countsOf(measured: Measured): string {
  const text = ({ least, most }: Measured[number]) =>
    least === most ? thousands(least) : `${thousands(least)} to ${thousands(most)}`
  const groups = [
    ...Map.groupBy(
      measured.toSorted((a, b) => b.most - a.most || b.least - a.least),
      text,
    ),
  ]
  return groups
    .map(([counts, models]) =>
      groups.length === 1 ? counts : `${counts} (${listed(models.map(({ model }) => model))})`,
    )
    .join(', ')
}

const listed = (names: readonly string[]) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** Says how many images the points of a figure are of, where a study measures no answers under conditions. */
export function pointsNote({ series }: Pick<FigureSpec, 'series'>, dataset: string): string[] {
  const counts = series
    .filter(({ origin }) => origin === 'measured')
    .flatMap(({ points }) => points.flatMap(({ n = 0 }) => (n > 0 ? [n] : [])))
  if (counts.length === 0) return []
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  return [
    `n = ${least === most ? thousands(least) : `${thousands(least)} to ${thousands(most)}`} images of ${dataset}.`,
  ]
}

/** What the two intervals of an unfinished study are, where it shows both. */
export function sequenceNotes({ cells }: Pick<Grid, 'cells'>): string[] {
  const found = cells.flatMap(({ sequence, top1 }) => (sequence ? [{ ...sequence, top1 }] : []))
  const [first] = found
  if (!first) return []
  const level = `${Math.round(100 * first.level)} %`
  return [
    `All images: ${level} confidence sequence for the value over all images of the study, point by point. It may be looked at as often as one likes, and closes on the exact value (Waudby-Smith & Ramdas 2020, 2024). Wilson intervals are for the population that the images are drawn from, and for one look.`,
    ...(found.some(isApart)
      ? [
          'Of some classes a larger part is measured than of others: the share of right answers so far is not an estimate for all images. The confidence sequence weighs each class by its images.',
        ]
      : []),
  ]
}

/** Whether the share of right answers so far is not what the sequence estimates. */
const isApart = ({ estimate, top1 }: { estimate: number | null; top1: number | null }) =>
  estimate !== null && top1 !== null && Math.abs(estimate - top1) > 0.005

/**
 * Says of a figure of an unfinished study that its points, or some of them, have no confidence sequence: they are shown when
 * all images are measured, or are for one look.
 */
export function unknownNote({ kind, series }: Pick<FigureSpec, 'kind' | 'series'>): string[] {
  if (kind === 'heatmap') return []
  const points = series.filter(({ origin }) => origin === 'measured').flatMap((one) => one.points)
  const shown = points.filter(({ y }) => y !== null)
  if (shown.length > 0 && !shown.some((point) => !point.all && isPartial(point))) return []
  return [
    shown.length === 0
      ? 'Nothing is shown before all images are measured: no confidence sequence is known for these values.'
      : 'Points without a confidence sequence may be looked at once, not while the study grows: none is known for them, or not yet.',
  ]
}
