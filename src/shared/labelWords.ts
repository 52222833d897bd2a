import type { LabelMatch, LabelSource } from './contract/index.ts'

/** What separates the names of one class in a label: "car | automobile". */
const between = ' | '

/** The names that a label gives its class; the first one is shown. */
export const namesIn = (label: string): string[] => label.split(between).map((name) => name.trim())

/** The name of a label that is shown. */
export const firstName = (label: string): string => namesIn(label)[0] ?? label

/** A label with one more name for its class. */
export const withName = (label: string, name: string): string =>
  namesIn(label).includes(name) ? label : `${label}${between}${name}`

/** A label without a name; null where that was its only one. */
export function withoutName(label: string, name: string): string | null {
  const rest = namesIn(label).filter((other) => other !== name)
  return rest.length === 0 ? null : rest.join(between)
}

/** The warning where a model would be right for this share of the images, in [0, 1], in another order of its outputs. */
export const otherOrderWarning = (share: number): string =>
  `Right for ${Math.round(100 * share)} % of the images if the outputs stood for the classes in another order, far more than by its labels. The labels may be in the wrong order.`

/** Where labels come from, in words. */
export const sourceWords: Record<LabelSource, string> = {
  file: 'from a file',
  chosen: 'chosen',
  count: 'assumed by the number of outputs',
  order: 'assumed: classes of a dataset in alphabetical order',
  none: 'missing',
}

/** Where labels come from, in one word. */
export const sourceWord: Record<LabelSource, string> = {
  file: 'file',
  chosen: 'chosen',
  count: 'assumed',
  order: 'assumed',
  none: 'missing',
}

/** How labels fit a dataset, in one or two words. */
export const stateWords: Record<LabelMatch['state'], string> = {
  known: 'known',
  names: 'matched by names',
  assumed: 'assumed by order',
  missing: 'missing',
}

/** How labels fit a dataset, in a sentence without its full stop: "labels matched by names, 998 of 1000 classes". */
export const matchSentence = ({
  state,
  matched,
  classes,
}: Pick<LabelMatch, 'state' | 'matched' | 'classes'>) =>
  `labels ${stateWords[state]}, ${matched === classes ? `all ${classes}` : `${matched} of ${classes}`} classes`
