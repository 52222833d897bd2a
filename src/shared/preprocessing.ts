import type { Preprocessing, PreprocessingOrigin, PreprocessingTrial } from './contract/preprocessing.ts'
import { wilson } from './maths/wilson.ts'

/** How sure a preprocessing is: read or set, assumed, or confirmed by a trial on labelled images. */
export type PreprocessingState = 'known' | 'assumed' | 'confirmed'

/** Returns the state of a preprocessing from where it comes. A trial that confirms nothing leaves it assumed. */
export function preprocessingState({ from, confirmed }: PreprocessingOrigin): PreprocessingState {
  if (confirmed) return 'confirmed'
  return from === 'guess' || from === 'trial' || from === 'unrecorded' ? 'assumed' : 'known'
}

/** Whether a number of a model rests on a preprocessing that nobody stated or tried. */
export const isAssumed = ({ origin }: { origin: PreprocessingOrigin }): boolean =>
  preprocessingState(origin) === 'assumed'

/** Follows the title of a model whose preprocessing is assumed, wherever a number of it is shown. */
export const assumedMark = '*'

/** The title of a model, with the mark where its preprocessing is assumed. */
export const markedTitle = (model: { title: string; origin: PreprocessingOrigin }): string =>
  isAssumed(model) ? `${model.title}${assumedMark}` : model.title

/** Says where a preprocessing comes from, e.g. "from vit.json beside the file". */
export function originText({ from, detail, confirmed }: PreprocessingOrigin): string {
  const texts: Record<PreprocessingOrigin['from'], string> = {
    sidecar: `from ${detail ?? 'the file'} beside the model`,
    metadata: `from the metadata of the ONNX file${detail === null ? '' : ` (${detail})`}`,
    known: `as published for ${detail ?? 'these weights'}`,
    guess:
      detail === null
        ? 'guessed from family and input size'
        : `assumed, as other weights of the family are published: ${detail}`,
    user: 'set by hand',
    trial: confirmed
      ? 'chosen in a trial'
      : 'chosen in a trial that does not confirm it: near chance, not the best, on fewer than half of the classes, or with assumed labels',
    unrecorded: 'not recorded by the version that added the model',
  }
  const trial = confirmed
    ? `; ${confirmed.correct} of ${confirmed.images} images of ${confirmed.dataset} right, ${confirmed.candidates} candidates tried`
    : ''
  return `${texts[from]}${trial}`
}

/** One sentence for captions and notes; null where the preprocessing is not assumed. */
export const assumedNote = (model: { title: string; origin: PreprocessingOrigin }): string | null =>
  isAssumed(model)
    ? `${assumedMark} The preprocessing of ${model.title} is assumed (${originText(model.origin)}): try candidates on labelled images, or set it.`
    : null

/** Describes resize and crop, e.g. "shorter side 256, crop 224x224, bilinear". */
export function geometryText({ border, ...preprocessing }: Preprocessing): string {
  const { resize, resizeTo, interpolation, size } = preprocessing
  if (border !== undefined) return `border of ${border} px removed, ${geometryText(preprocessing)}`
  if (resize === 'none') return `${size.join('x')} as they are`
  if (resize === 'squashCrop')
    return `squashed to shorter side ${resizeTo}, crop ${size.join('x')}, ${interpolation}`
  return resize === 'squash'
    ? `squashed to ${size.join('x')}, ${interpolation}`
    : `shorter side ${resizeTo}, crop ${size.join('x')}, ${interpolation}`
}

/**
 * Whether a trial confirms a candidate: its 95 % interval reaches the accuracy of the best; it is above chance, also as
 * one of so many candidates (Bonferroni); at least half of the classes that were drawn are among the model's labels; and
 * the labels are not assumed from the order of a dataset's classes.
 */
export function isConfirmed(
  { candidates, classes, drawnClasses, labelSet }: PreprocessingTrial,
  place: number,
): boolean {
  const [best] = candidates
  const chosen = candidates[place]
  if (!best || !chosen?.interval || best.images === 0) return false
  if (2 * classes < drawnClasses || labelSet === 'order') return false
  const { lo } = wilson(chosen.correct, chosen.images, 1 - 0.05 / candidates.length)
  return lo > 1 / classes && chosen.interval.hi >= best.correct / best.images
}

/** Describes the whole preprocessing in one line. */
export function preprocessingText(preprocessing: Preprocessing): string {
  const short = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(4))).join('/')
  return `${geometryText(preprocessing)}, mean ${short(preprocessing.mean)}, std ${short(preprocessing.std)}`
}
