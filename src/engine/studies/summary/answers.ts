import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Dataset } from '#shared/contract/index.ts'
import type { Readout } from '#shared/readouts.ts'
import { classSubsets, imagenet1k, targetsOf, type StoredModel } from '../../models/index.ts'

const published = {
  'imagenet-a': 'imagenetA',
  'imagenet-r': 'imagenetR',
  'imagenet-o': 'imagenetO',
} as const

const isPublished = (kind: Dataset['recognised']): kind is keyof typeof published => kind in published

/** Maps class names to the model's output indices, ascending. Unknown names are left out. */
export function outputsOf(names: readonly string[], { labelSet, labels }: StoredModel): number[] {
  const targets = targetsOf(names, { set: labelSet, names: labels })
  return [...new Set(targets.values())].filter((index) => index >= 0).sort((a, b) => a - b)
}

/** Whether the classes of a dataset are ImageNet's, so that published values answer the same question. */
export const isImagenet = ({ classes }: Dataset): boolean =>
  classes.some(({ name }) => /^n\d{8}$/.test(name)) || (classes.length === 9 && classes[0]?.name === '00_dog')

/** The note where published values stand beside values of other images. */
export const notImagenet =
  'These are not the images of ImageNet: the values of the paper are listed for orientation only.'

const looksPublished = ({ recognised, classes }: Dataset, { labelSet }: StoredModel) =>
  isPublished(recognised) && labelSet === 'imagenet1k' && classes.some(({ name }) => /^n\d{8}$/.test(name))

/**
 * The outputs that rule 200 chooses among. For a published set and an ImageNet model: the 200 of the set,
 * even if only a part of it is there; else the classes of the dataset. null where the model knows none of
 * them.
 */
export function subsetReadout(dataset: Dataset, model: StoredModel, truth: boolean): Readout | null {
  const { recognised } = dataset
  const indices =
    looksPublished(dataset, model) && isPublished(recognised)
      ? classSubsets()[published[recognised]]
      : outputsOf(
          dataset.classes.map(({ name }) => name),
          model,
        )
  return indices.length === 0 ? null : { op: 'subset', indices: [...indices], truth }
}

/**
 * The names under which the classes of a set may stand in a validation set. For the published sets: all 200,
 * as WordNet ids.
 */
export function subsetClasses({ recognised, classes }: Dataset): string[] {
  const names = classes.map(({ name }) => name)
  if (!isPublished(recognised) || !names.some((name) => /^n\d{8}$/.test(name))) return names
  return classSubsets()[published[recognised]].flatMap((index) => imagenet1k().wnids[index] ?? [])
}

/** The file in_to_in9.json: for each output, as text, the class of ImageNet-9 from 0 to 8, or -1. */
export const imagenet9Mapping = z.record(z.string(), z.int())

/**
 * The readout of ImageNet-9: which outputs count as which class of the dataset. Its folders in sorted order
 * are classes 0 to 8. Sources: the published table for ImageNet models; else in_to_in9.json of the dataset
 * (output index → class, -1 = none); else names.
 */
export function groupsReadout(dataset: Dataset, model: StoredModel): Readout {
  const names = dataset.classes.map(({ name }) => name)
  const table = model.labelSet === 'imagenet1k' && names.length === 9 ? classSubsets().imagenet9 : null
  const file = table ? null : readMapping(dataset.path)
  return {
    op: 'groups',
    groups: names.map((name, place) => ({
      name,
      indices:
        table?.[place]?.indices ??
        (file ? indicesOf(file, place) : outputsOf([name, name.replace(/^\d+_/, '')], model)),
    })),
  }
}

/**
 * The readout of cue conflicts: the category with the largest mean probability over its classes. For ImageNet models the published
 * lists of the sixteen categories; for others the outputs that are named like a folder.
 */
export function sixteenReadout(dataset: Dataset, model: StoredModel): Readout {
  const groups =
    model.labelSet === 'imagenet1k'
      ? classSubsets().sixteen
      : dataset.classes.map(({ name }) => ({ name, indices: outputsOf([name], model) }))
  return { op: 'groups', groups, pool: 'mean' }
}

const indicesOf = (file: Record<string, number>, place: number) =>
  Object.entries(file)
    .filter(([, group]) => group === place)
    .map(([index]) => Number(index))
    .sort((a, b) => a - b)

/** Name of the file of a dataset with the classes of outputs. */
export const mappingName = 'in_to_in9.json'

/** Reads which outputs count as which class from the folder of a dataset; null where no file there says it. */
export function readMapping(root: string): Record<string, number> | null {
  try {
    return imagenet9Mapping.parse(JSON.parse(readFileSync(join(root, mappingName), 'utf8')))
  } catch {
    // Most copies of the set lack this file: names decide then.
    return null
  }
}
