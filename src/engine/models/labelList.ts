import type { LabelSource } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { namesIn } from '#shared/labelWords.ts'
import { imagenet1k } from './labels.ts'

/**
 * Class names of a model by index, and the name of the list: "own" from a file, "chosen" by a person, "imagenet1k",
 * "published" for the classes of another published set, "order" for the classes of a dataset in their order, "numbers".
 */
export interface LabelList {
  set: string
  names: string[]
  /** Where it comes from; left out where that follows from its name. */
  source?: LabelSource
}

const sources: Record<string, LabelSource> = {
  own: 'file',
  chosen: 'chosen',
  imagenet1k: 'count',
  published: 'count',
  order: 'order',
  numbers: 'none',
}

/** Where a list comes from: as it says, else by its name. Lists with the name of a file are of older workspaces. */
export const sourceOf = ({ set, source }: Pick<LabelList, 'set' | 'source'>): LabelSource =>
  source ?? sources[set] ?? 'file'

/**
 * Labels of a model: its own, else those of ImageNet-1k for 1,000 classes, else names by class index.
 *
 * @param own those of the sidecar of the model file `path`
 * @throws MODEL_MALFORMED where `own` has not one label for each class
 */
export function labelsOf(classes: number, own?: string[], path = 'the model'): LabelList {
  if (own && own.length !== classes)
    throw new KernelscopeError(
      'MODEL_MALFORMED',
      `labels: ${own.length} for ${classes} outputs, in the sidecar of ${path}`,
      { hint: 'Give one label for each class of the first output, in their order, or leave the labels out.' },
    )
  if (own) return { set: 'own', names: own }
  if (classes === 1000) return { set: 'imagenet1k', names: [...imagenet1k().labels] }
  return {
    set: 'numbers',
    names: Array.from({ length: classes }, (_, index) => `class ${index}`),
  }
}

/** A name without what lists of ImageNet write differently: case, underscores, further names after a comma or a bar. */
const plain = (name: string) =>
  name
    .split(/,| \| /, 1)[0]
    ?.toLowerCase()
    .replaceAll('_', ' ')
    .trim()

/** Least share of labels that must be ImageNet's, at their places. */
const mostly = 0.9

/** Whether a list is ImageNet-1k's in the order of the WordNet ids, which it may spell in another way. */
function isImagenet({ set, names }: LabelList): boolean {
  const { labels } = imagenet1k()
  if (set === 'imagenet1k') return true
  if (names.length !== labels.length) return false
  const equal = names.filter((name, index) => plain(name) === plain(labels[index] ?? ''))
  return equal.length >= mostly * labels.length
}

/** Outputs by name; -1 where several outputs have it. Letters and their marks are composed, as macOS's names are not. */
function outputsByName(named: Iterable<readonly [name: string, index: number]>): Map<string, number> {
  const found = new Map<string, number>()
  for (const [given, index] of named) {
    const name = given.normalize('NFC')
    found.set(name, (found.get(name) ?? index) === index ? index : -1)
  }
  return found
}

/** Returns the output that a label, a further name of one, or a WordNet id stands for; -1 where several do, undefined where none. */
function namedOutput(list: LabelList): (name: string) => number | undefined {
  const { names } = list
  const byLabel = outputsByName(names.map((label, index) => [label, index] as const))
  const byOther = outputsByName(
    names.flatMap((label, index) => namesIn(label).map((name) => [name, index] as const)),
  )
  const byId = outputsByName(
    isImagenet(list) ? imagenet1k().wnids.map((id, index) => [id, index] as const) : [],
  )
  return (given) => {
    const name = given.normalize('NFC')
    return byLabel.get(name) ?? byOther.get(name) ?? byId.get(name)
  }
}

/**
 * Maps each class name of a dataset to the model's class index, -1 where there is none or there are several. A name is matched by
 * label; then by one of the other names of a label ("car | automobile"); for ImageNet also by WordNet id. A number is a class
 * index, where the numbers are counted as outputs are (`countOf`). Give all classes of a dataset: one says nothing of how they
 * are counted.
 */
export function targetsOf(classNames: readonly string[], list: LabelList): Map<string, number> {
  const named = namedOutput(list)
  const numbers = numbersIn(classNames, named)
  const otherwise = numbers.size > 0 && countOf(numbers, list) === 'otherwise'
  const byNumber = otherwise ? () => -1 : (name: string) => outputOfNumber(name, list)
  return new Map(classNames.map((name) => [name, named(name) ?? byNumber(name)]))
}

/**
 * Returns the function that maps a class to the model's class index, as `targetsOf`, but whose numbers are taken for those of outputs.
 * What is measured is refused before where they are not.
 */
export function outputLookup(list: LabelList): (className: string) => number {
  const named = namedOutput(list)
  return (name) => named(name) ?? outputOfNumber(name, list)
}

const outputOfNumber = (name: string, { names }: LabelList): number =>
  isNumber(name) && Number(name) < names.length ? Number(name) : -1

const isNumber = (name: string) => /^\d+$/.test(name)

/** The classes that are numbers and that no label names. */
const numbersIn = (classNames: readonly string[], named: (name: string) => number | undefined): Set<number> =>
  new Set(classNames.filter((name) => isNumber(name) && named(name) === undefined).map(Number))

/**
 * How classes that are numbers count the outputs of a model: "outputs" from 0; "otherwise", which is refused; "unsure" where they
 * may do either, and are taken for numbers of outputs. null where no class needs its number.
 */
export type ClassCount = 'outputs' | 'otherwise' | 'unsure' | null

export function classCount(classNames: readonly string[], list: LabelList): ClassCount {
  const numbers = numbersIn(classNames, namedOutput(list))
  return numbers.size === 0 ? null : countOf(numbers, list)
}

/**
 * Numbers cannot be those of outputs where they are counted from 1, as 1 to 5 are for five outputs; or where they have no place for
 * an output of the background, as 0 to 999 have none for 1,001 outputs. Without a 0 nothing says where they begin, but for 1 to 1000.
 */
function countOf(numbers: ReadonlySet<number>, list: LabelList): 'outputs' | 'otherwise' | 'unsure' {
  const outputs = list.names.length
  const shifted = beginsWithBackground(list)
  const toLast = numbers.has(outputs - 1)
  if (numbers.has(0)) return shifted && !toLast ? 'otherwise' : 'outputs'
  if (numbers.has(outputs)) return 'otherwise'
  return shifted && toLast ? 'outputs' : 'unsure'
}

/** Outputs of networks for ImageNet whose first output is the background, as those of TensorFlow's slim are. */
const withBackground = 1001

/**
 * Whether the first output stands for no class: by its label; for 1,001 outputs also where the second is ImageNet's first class, or
 * where nobody has labelled them.
 */
function beginsWithBackground({ set, names }: LabelList): boolean {
  if (names.length <= 2) return false
  if (plain(names[0] ?? '') === 'background') return true
  const second = plain(names[1] ?? '')
  return (
    names.length === withBackground && (set === 'numbers' || second === plain(imagenet1k().labels[0] ?? ''))
  )
}
