import type { Preprocessing, PreprocessingChange } from './contract/preprocessing.ts'
import { placeOf } from './shownModel.ts'
import { statisticsOf } from './statistics.ts'

/** Returns a preprocessing with a study's change. */
export function withChange(own: Preprocessing, change: PreprocessingChange): Preprocessing {
  const { resize, crop = 1, interpolation = own.interpolation, mean = own.mean, std = own.std } = change
  const changed = { ...own, interpolation, mean, std }
  if (resize === undefined) return changed
  return {
    ...changed,
    resize,
    resizeTo:
      resize === 'shorter' || resize === 'squashCrop' ? Math.floor(Math.min(...own.size) / crop) : null,
  }
}

/** Whether a change leaves every preprocessing as it is. */
export const changesNothing = ({ name: _, ...change }: PreprocessingChange): boolean =>
  Object.values(change).every((value) => value === undefined)

/** A part of a preprocessing in which two differ, in words: "bilinear" where the other has "bicubic". */
export interface Difference {
  shown: string
  own: string
}

/** Lists in what a preprocessing differs from a model's own. */
export function differences(shown: Preprocessing, own: Preprocessing): Difference[] {
  // Images that keep their size are not interpolated.
  const interpolated = shown.resize !== 'none' && own.resize !== 'none'
  const texts = interpolated
    ? [sizeText, interpolationText, statisticsText]
    : [
        (of: Preprocessing) =>
          of.resize === 'none' ? sizeText(of) : `${sizeText(of)} (${of.interpolation})`,
        statisticsText,
      ]
  return texts.flatMap((textOf) => {
    const pair = { shown: textOf(shown), own: textOf(own) }
    return pair.shown === pair.own ? [] : [pair]
  })
}

function sizeText({ resize, resizeTo, size: [height, width] }: Preprocessing): string {
  if (resize === 'none') return 'no resize'
  if (resize === 'squashCrop') return `squashed to shorter side ${resizeTo}, cropped`
  return resize === 'squash' ? `squashed to ${height}x${width}` : `shorter side ${resizeTo}`
}

const interpolationText = ({ interpolation }: Preprocessing) => interpolation

const short = (values: readonly number[]) =>
  [...new Set(values)].length === 1
    ? String(Number(values[0]?.toPrecision(4)))
    : values.map((value) => Number(value.toPrecision(4))).join('/')

const statisticsText = (of: Pick<Preprocessing, 'mean' | 'std'>) =>
  statisticsOf(of)?.title ?? `mean ${short(of.mean)}, std ${short(of.std)}`

/** What a change asks for, in words, whatever models it is for; "own" where it changes nothing. */
export function changeText({ resize, crop, interpolation, mean, std }: PreprocessingChange): string {
  const size = resize === 'none' ? 'no resize' : resize === 'squash' ? 'squashed to the input' : null
  const both = mean && std ? statisticsText({ mean, std }) : null
  const texts = [
    crop === undefined
      ? size
      : `${resize === 'squashCrop' ? 'squashed to the proportions of the input, ' : ''}crop of ${Number((100 * crop).toFixed(1))} % of the shorter side`,
    interpolation,
    both ?? (mean && `mean ${short(mean)}`),
    both ? null : std && `std ${short(std)}`,
  ].filter((text) => typeof text === 'string')
  return texts.length > 0 ? texts.join(', ') : "each model's own"
}

/** The short name of a change: the one it was given, else what it asks for. */
export const changeTitle = (change: PreprocessingChange): string => change.name ?? changeText(change)

/** The title of a model that is shown with a change. */
export const titleWith = (title: string, change: PreprocessingChange): string =>
  changesNothing(change) ? title : `${title} (${changeTitle(change)})`

/** The title of a model of a study, by its id there (`shownId`). */
export const shownTitle = (
  { preprocessings }: { preprocessings?: readonly PreprocessingChange[] | undefined },
  id: number,
  title: string,
): string => titleWith(title, preprocessings?.[placeOf(id)] ?? {})

/** What the list of studies says: the preprocessings of a study; null where it changes nothing. */
export const preprocessingsText = (changes: readonly PreprocessingChange[] | undefined): string | null =>
  changes && !changes.every(changesNothing) ? changes.map(changeTitle).join(' | ') : null

/** All preprocessings of a study, with what their names stand for. */
export const preprocessingsLong = (changes: readonly PreprocessingChange[]): string =>
  changes
    .map((change) =>
      change.name === undefined ? changeText(change) : `${change.name}: ${changeText(change)}`,
    )
    .join(' | ')

/** Begins what is said of a study's preprocessing where it is not the models' own. */
export const preprocessingPrefix = 'Preprocessing: '
