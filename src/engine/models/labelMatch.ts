import type { LabelMatch, LabelSource, LabelState } from '#shared/contract/index.ts'
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
    suggestion: unmatched.length === 0 ? null : suggest(classes, names, published),
  }
}

function stateOf(source: LabelSource, matched: number): LabelState {
  if (matched === 0) return 'missing'
  if (source === 'file' || source === 'chosen') return 'known'
  return source === 'count' ? 'names' : 'assumed'
}

function suggest(outputs: number, names: readonly string[], published: boolean): LabelMatch['suggestion'] {
  const known = new Set([...imagenet1k().wnids, ...imagenet1k().labels])
  if (outputs === 1000 && names.every((name) => known.has(name)))
    return { kind: 'imagenet1k', published: true }
  return outputs === names.length ? { kind: 'dataset', published } : null
}
