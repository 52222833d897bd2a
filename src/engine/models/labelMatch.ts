import type { LabelMatch, LabelSource, LabelState } from '#shared/contract/index.ts'
import { namesIn, withName } from '#shared/labelWords.ts'
import { plainName } from '#shared/near.ts'
import { imagenet1k } from './labels.ts'
import { targetsOf } from './labelList.ts'

/** The labels of a model, as they are stored. */
export interface ModelLabels {
  classes: number
  labelSet: string
  labels: readonly string[]
  labelSource: LabelSource
}

/** The classes of a dataset, and whether they are a published set in its published order. */
export interface MatchedClasses {
  names: readonly string[]
  published: boolean
}

/** Number of classes that are listed because no label names them. */
const listed = 10

/**
 * How the labels of a model fit the classes of a dataset, and what would fit them all. The classes of a folder are in
 * alphabetical order, which is that of a model's outputs only where it was trained with such folders.
 */
export function matchLabels(
  { classes, labelSet, labels, labelSource }: ModelLabels,
  { names, published }: MatchedClasses,
): Omit<LabelMatch, 'modelId' | 'datasetId'> {
  const targets = targetsOf(names, { set: labelSet, names: [...labels] })
  const unmatched = names.filter((name) => (targets.get(name) ?? -1) < 0)
  const matched = names.length - unmatched.length
  return {
    state: stateOf(labelSource, matched),
    matched,
    classes: names.length,
    unmatched: unmatched.slice(0, listed),
    suggestion:
      unmatched.length === 0
        ? null
        : (spelling({ labelSet, labels, labelSource }, names, matched) ??
          (matched === 0 || labelSource !== 'file' ? suggest(classes, names, published) : null)),
  }
}

function stateOf(source: LabelSource, matched: number): LabelState {
  if (matched === 0) return 'missing'
  if (source === 'file' || source === 'chosen') return 'known'
  return source === 'count' ? 'names' : 'assumed'
}

/**
 * Adds names of classes to the labels that differ from them in case and separators only ("Red_Fox" and "red fox"). A name
 * that is near to two labels is added to neither.
 *
 * @returns the labels, in their order; null where there is no such name
 */
export function respelled(
  classNames: readonly string[],
  { labelSet, labels }: Pick<ModelLabels, 'labelSet' | 'labels'>,
): string[] | null {
  const targets = targetsOf(classNames, { set: labelSet, names: [...labels] })
  const outputs = new Map<string, number | null>()
  for (const [index, label] of labels.entries())
    for (const name of new Set(namesIn(label).map(plainName)))
      outputs.set(name, outputs.has(name) ? null : index)
  const next = [...labels]
  let added = 0
  for (const name of classNames) {
    const output = outputs.get(plainName(name)) ?? -1
    const label = next[output]
    if ((targets.get(name) ?? -1) >= 0 || label === undefined) continue
    next[output] = withName(label, name)
    added++
  }
  return added === 0 ? null : next
}

function spelling(
  own: Pick<ModelLabels, 'labelSet' | 'labels' | 'labelSource'>,
  names: readonly string[],
  matched: number,
): LabelMatch['suggestion'] {
  const labels = own.labelSource === 'none' ? null : respelled(names, own)
  if (!labels) return null
  const targets = targetsOf(names, { set: own.labelSet, names: labels })
  const found = [...targets.values()].filter((target) => target >= 0).length
  return found > matched ? { kind: 'spelling', published: false, matched: found } : null
}

function suggest(outputs: number, names: readonly string[], published: boolean): LabelMatch['suggestion'] {
  const known = new Set([...imagenet1k().wnids, ...imagenet1k().labels])
  if (outputs === 1000 && names.every((name) => known.has(name)))
    return { kind: 'imagenet1k', published: true, matched: names.length }
  return outputs === names.length ? { kind: 'dataset', published, matched: names.length } : null
}
