import { className, classesWith, classNamed, classTitle } from '#shared/classNames.ts'
import {
  type Dataset,
  type FactOf,
  type ImageFilter,
  type ImageOrder,
  imageOrder,
  type ImageSelection,
  type Model,
} from '#shared/contract/index.ts'
import { changeNameOf, rewriteOfChange } from '#shared/changedModel.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { namesIn } from '#shared/labelWords.ts'
import { modelOfText, modelText } from '#shared/factText.ts'
import { filterFromText, filterKeys, type FilterKey, type FilterText } from '#shared/filterText.ts'
import type { Client } from './client.ts'
import { findNamed } from './named.ts'

/** Translates names of models, classes and subsets into ids. */
interface IdsByName {
  model(name: string): number
  /** Translates "RepLK-31~without-3-7". */
  changed(name: string): FactOf
  classOf(name: string): number
  subset(name: string): number
  labels(modelId: number): readonly string[]
}

const usage = (message: string, hint: string) => new KernelscopeError('USAGE', message, { hint })

const filterHint = `A filter is KEY=VALUE, with the keys ${filterKeys.join(', ')}.`

/**
 * Joins filters of the command line. Each is KEY=VALUE, as in addresses (shared/filterText.ts); models, classes,
 * predicted classes and subsets may also be given by name.
 * @throws USAGE where a filter is invalid, MODEL_NOT_FOUND or SUBSET_NOT_FOUND where a name is unknown
 */
export async function parseFilter(
  client: Client,
  dataset: Dataset,
  texts: readonly string[],
  cwd: string,
): Promise<ImageFilter> {
  const text: FilterText = {}
  for (const part of texts) {
    const [, key, value] = /^([A-Za-z]+)=(.*)$/s.exec(part) ?? []
    const known = filterKeys.find((name) => name === key)
    if (!known || value === undefined) throw usage(`invalid filter: ${part}`, filterHint)
    text[known] = text[known] === undefined ? value : `${text[known]},${value}`
  }
  const names = await namesOf(client, dataset, text, cwd)
  for (const key of filterKeys) {
    const value = text[key]
    if (value !== undefined) text[key] = numbered(key, value, names)
  }
  return filterFromText(text, (key) => {
    throw usage(`invalid filter: ${key}=${text[key]}`, filterHint)
  })
}

const ofModels: readonly FilterKey[] = [
  'outcome',
  'confidence',
  'trueProbability',
  'margin',
  'trueMargin',
  'rank',
  'predicted',
  'flip',
]

/** Decodes a name, which may hold a separator: %2C stands for a comma, as in an address. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** Replaces the names in a value by numbers. */
function numbered(key: FilterKey, value: string, names: IdsByName): string {
  const items = value.split(',')
  if (key === 'class') return items.map((item) => names.classOf(decoded(item))).join(',')
  if (key === 'subset') return String(names.subset(value))
  if (key === 'disagree') {
    const [about, models = '', ...rest] = value.split(':')
    return [about, models.split('+').map(names.model).join('+'), ...rest].join(':')
  }
  if (!ofModels.includes(key)) return value
  return items
    .map((item) => {
      const [model = '', middle = '', ...rest] = item.split(':')
      const of = names.changed(model)
      const value = key === 'predicted' ? outputsOf(middle, names.labels(of.modelId)) : middle
      return [modelText(of), value, ...rest].join(':')
    })
    .join(',')
}

const outputsOf = (text: string, labels: readonly string[]) =>
  text
    .split('+')
    .map((name) => {
      const index = labels.findIndex((label) =>
        [label, ...namesIn(label)].some((own) => className(own) === className(name)),
      )
      return index < 0 ? name : index
    })
    .join('+')

async function namesOf(client: Client, dataset: Dataset, text: FilterText, cwd: string): Promise<IdsByName> {
  const models = await client.models.list()
  const subsets = text.subset === undefined ? [] : await client.subsets.list({ datasetId: dataset.id })
  const labels = new Map<number, readonly string[]>()
  const model = (name: string) => {
    const found = findNamed(models, name, cwd)
    if (found) return found.id
    throw new KernelscopeError('MODEL_NOT_FOUND', `there is no model ${name}`)
  }
  const changed = (name: string) => changedNamed(models, name, cwd)
  for (const item of text.predicted?.split(',') ?? []) {
    const id = changed(item.split(':')[0] ?? '').modelId
    labels.set(id, (await client.models.labels({ id })).labels)
  }
  return {
    model,
    changed,
    labels: (id) => labels.get(id) ?? [],
    classOf(name) {
      const found = classNamed(dataset.classes, name) ?? dataset.classes.find((c) => String(c.index) === name)
      if (found) return found.index
      const near = classesWith(dataset.classes, name).slice(0, 5)
      throw usage(
        `there is no class ${name} in ${dataset.title}`,
        near.length > 0
          ? `There are ${near.map(({ name: key }) => classTitle(key)).join(', ')}.`
          : 'See "dataset facets".',
      )
    },
    subset(name) {
      const found = subsets.find((s) => s.name === name) ?? subsets.find((s) => String(s.id) === name)
      if (found) return found.id
      throw new KernelscopeError('SUBSET_NOT_FOUND', `there is no subset ${name} of ${dataset.title}`)
    },
  }
}

/**
 * Reads an order: by, direction, model, condition, e.g. "bytes" or "confidence:down:RepLK-3".
 * @throws USAGE where the order is invalid, MODEL_NOT_FOUND where the model is unknown
 */
export async function parseOrder(client: Client, text: string, cwd: string): Promise<ImageOrder> {
  const [by, way = 'up', ...rest] = text.split(':')
  if (by === 'shuffled') return shuffledOrder(text, way, rest)
  const fact = rest.length > 0 ? await parseFact(client, rest.join(':'), cwd) : undefined
  const parsed = imageOrder.safeParse({ by, descending: way === 'down', ...(fact ? { fact } : {}) })
  if (!parsed.success || !['up', 'down'].includes(way))
    throw usage(
      `invalid --order: ${text}`,
      `It is BY, BY:down or BY:down:MODEL, BY one of ${imageOrder.shape.by.options.join(', ')}.`,
    )
  if (!fact && !['place', 'bytes', 'pixels'].includes(parsed.data.by))
    throw usage(`invalid --order: ${text} names no model`, `Write ${by}:${way}:MODEL.`)
  return parsed.data
}

/** "shuffled", "shuffled:up:SEED": the same images in the same order as the page shows at that address. */
function shuffledOrder(text: string, way: string, [seed = '0', ...more]: string[]): ImageOrder {
  const parsed = imageOrder.safeParse({ by: 'shuffled', seed: Number(seed), descending: way === 'down' })
  if (parsed.success && more.length === 0 && ['up', 'down'].includes(way)) return parsed.data
  throw usage(`invalid --order: ${text}`, 'It is shuffled or shuffled:up:SEED.')
}

/**
 * A model by name, or a changed model such as "RepLK-31~without-3-7". A whole title is tried first, because a title may
 * hold "~".
 */
function changedNamed(models: readonly Model[], text: string, cwd: string): FactOf {
  const whole = findNamed(models, text, cwd)
  if (whole) return { modelId: whole.id }
  const { model, changed } = modelOfText(text)
  const found = findNamed(models, model, cwd)
  if (!found) throw new KernelscopeError('MODEL_NOT_FOUND', `there is no model ${model}`)
  if (changed === undefined) return { modelId: found.id }
  const rewrite = rewriteOfChange(changed)
  const name = rewrite && changeNameOf(rewrite)
  if (name === null)
    throw usage(
      `invalid change of ${model}: ${changed}`,
      'It is without-BLOCK-BLOCK, blocks counted from 1, or kernels-SIDE; see "dataset conditions".',
    )
  return { modelId: found.id, changed: name }
}

/**
 * Reads the name of a fact: "RepLK-3", "RepLK-3:17" under a stored condition, or "RepLK-3~without-2" for a changed
 * model.
 * @throws USAGE where the change is invalid, MODEL_NOT_FOUND where the model is unknown
 */
export async function parseFact(client: Client, text: string, cwd: string): Promise<FactOf> {
  const models = await client.models.list()
  const whole = findNamed(models, text, cwd)
  if (whole) return { modelId: whole.id }
  const [, name = text, condition] = /^(.*):(\d+)$/.exec(text) ?? []
  const of = changedNamed(models, name, cwd)
  return condition === undefined ? of : { ...of, conditionId: Number(condition) }
}

/** Selects every image that the filter lets through. */
export const ruleOf = (filter: ImageFilter): ImageSelection => ({ filter, ids: [] })
