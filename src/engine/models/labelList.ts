import { readFile } from 'node:fs/promises'
import { KernelscopeError } from '#shared/errors.ts'
import { imagenet1k } from './labels.ts'

/** Class names of a model by index, and the name of the list they come from. */
export interface LabelList {
  set: string
  names: string[]
}

/** Labels of a model: its own, else those of ImageNet-1k for 1,000 classes, else names by class index. */
export function labelsOf(classes: number, own?: string[]): LabelList {
  if (own?.length === classes) return { set: 'own', names: own }
  if (classes === 1000) return { set: 'imagenet1k', names: [...imagenet1k().labels] }
  return { set: 'numbers', names: Array.from({ length: classes }, (_, index) => `class ${index}`) }
}

/**
 * Reads the list "imagenet1k", or a text file with one label per line.
 *
 * @throws FILE_MISSING where the file cannot be read
 */
export async function readLabelList(source: string): Promise<LabelList> {
  if (source === 'imagenet1k') return { set: source, names: [...imagenet1k().labels] }
  let text: string
  try {
    text = await readFile(source, 'utf8')
  } catch (cause) {
    throw new KernelscopeError('FILE_MISSING', `cannot read the labels: ${source}`, { cause })
  }
  const names = text.split(/\r?\n/).map((line) => line.trim())
  while (names.at(-1) === '') names.pop()
  return { set: 'own', names }
}

/**
 * Maps each class name of a dataset to the model's class index, -1 where there is none. A name is matched by label; for
 * ImageNet also by WordNet id. A number is a class index.
 */
export function targetsOf(classNames: readonly string[], { set, names }: LabelList): Map<string, number> {
  const byName = new Map<string, number>()
  const wnids = set === 'imagenet1k' ? imagenet1k().wnids : []
  for (const list of [names, wnids])
    for (const [index, name] of list.entries()) if (!byName.has(name)) byName.set(name, index)
  const byNumber = (name: string) => (/^\d+$/.test(name) && Number(name) < names.length ? Number(name) : -1)
  return new Map(classNames.map((name) => [name, byName.get(name) ?? byNumber(name)]))
}
